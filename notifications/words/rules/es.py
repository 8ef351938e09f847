"""The Spanish lists. The words say "tú", and nothing that has to choose between -o and -a for a person."""

from typing import Final

from notifications.words.rules.base import LanguageRules, any_of, pattern, span_reader

_OTHER = (
    r"(?:pareja|novi[oa]s?|marido|mujer|espos[oa]s?|amante|compañer[oa]s?|media naranja|cónyuge|prometid[oa]|ser querido|amor de tu vida|"
    r"(?:la )?otra (?:persona|parte|mitad))"
)
_COUNT = r"(?:\d+|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce)"
# Words that begin a sentence and end like a verb in the second person.
_NO_VERB = (
    r"(?:palabras|después|entonces|puedes|unas|las|los|estas|esas|ellas|tres|dos|seis|diez|preguntas|gracias|noticias|buenas|charlas|cosas|señales|muchas|algunas|pocas|"
    r"además|atrás|detrás|quizás|es|pues|antes|lejos|más|tras|días|hojas|horas|manos|pies|tus|sus|mis|ves|cinco|unos|nos|menos|apenas|eres|te|solas|dentro|mientras|demás|indirectas|dales|conoces)"
)
# Adjectives of a person that have to choose between -o and -a.
_GENDERED = (
    r"(?:\w+(?:ad|id)[oa]|sol[oa]|content[oa]|tranquil[oa]|fri[oa]|frí[oa]|nervios[oa]|celos[oa]|enfad[oa]s?|segur[oa]|list[oa]|buen[oa]|mal[oa]|loc[oa]|tont[oa]|quiet[oa]|"
    r"cariños[oa]|intens[oa]|herid[oa]|harto|harta|rot[oa]|viv[oa]|mudo|muda|atent[oa]|abiert[oa]|cerrad[oa])"
)

RULES: Final = LanguageRules(
    phrases={
        "label": any_of(
            r"eres", r"(?:por|para) ser", r"tan \w+ (?:como tú|que eres)", r"como tú", r"con lo \w+ que", r"carácter", r"personalidad", r"de l[oa]s que", r"l[oa]s que (?:huyen|buscan|callan|persiguen|piden)", r"quien(?:es)? (?:persigue|huye|busca|calla)n?",
            r"persegu\w+", r"frí[oa]s? como", r"gente \w+", r"celos\w*", r"sensible", r"intens[oa]", r"dependiente\w*", r"dramátic[oa]", r"difícil de", r"cabezota", r"terc[oa]", r"posesiv[oa]", r"controlador\w*", r"manipulador\w*", r"egoísta\w*",
            r"inmadur[oa]", r"insegur\w+", r"distante", r"tóxic[oa]s?", r"lenguaje del amor", r"un(?:a)? persona \w+", r"por ese camino", r"vas de", r"tu forma de ser", r"complicad[oa]s?", r"la gente (?:callada|fría|como)", r"de pequeñ[oa]", r"valientes", r"l[oa]s (?:callad|frí|sensibl|enamorad|valient)\w+", r"ya eras", r"personas (?:con|como)",
        ),
        "diagnosis": any_of(
            r"ansi(?:edad|os[oa]s?)", r"apego", r"heridas?", r"traum\w+", r"síntomas?", r"tóxic\w+", r"médic[oa]s?", r"psic\w+", r"terap\w+", r"intimidad", r"depres\w+", r"depri\w+", r"trastorn\w+", r"síndrome", r"diagn\w+", r"evitativ\w+", r"dependencia", r"codepend\w+",
            r"narcis\w+", r"bipolar", r"patol\w+", r"enferm\w+", r"de (?:la|tu) (?:infancia|niñez)(?: \w+)?", r"niñ[oa] interior", r"vínculos?", r"sistema nervioso", r"se (?:te )?activa", r"hipervigil\w+", r"modo \w+", r"bandera roja", r"abandono", r"te has disparado",
            r"disparad[oa]", r"desregul\w+", r"vacío", r"conflictos?", r"bloqueo", r"cortisol", r"hormonas?", r"(?:tu )?cerebro", r"perfil", r"congel\w+", r"evitación", r"resistencia", r"inconsciente", r"negación", r"proyec\w+", r"estrés (?:habla|crónico)", r"san[oa]s?", r"insan[oa]s?",
        ),
        "blame": any_of(
            r"culpa", r"culpable", r"culpar\w*", r"si (?:te |no |le |lo )?hubier\w+", r"habrías", r"mira lo que", r"algo habrás", r"habrás", r"estrope\w+", r"arruin\w+", r"dramas?", r"deja de", r"dejar de \w+r(?:te|le|lo)?(?: tanto)?\b(?<!dejar de buscar)", r"reconoce", r"admite que", r"admítelo", r"te pasaste",
            r"qué esperabas", r"con esa cara", r"orgullo", r"seamos", r"sé sincer[oa]", r"vergüenza", r"(?:por|con) tu (?:silencio|actitud|manera|forma|enfado|mal humor)", r"tu (?:silencio|actitud|distancia|frialdad|enfado|mal humor|carácter|comportamiento|tono)", r"cada vez que (?:te )?\w+s",
            r"(?<!existe)(?!tri|chi|exi|insi|resi|asi|qui|despi|consi|tris|pas?te\b)\w{2,}(?:aste|iste)(?:is)?", r"has (?:vuelto|hecho|dicho|sido|estado|puesto|roto|visto|\w+[aií]do)", r"acabas", r"consigues", r"otra vez lo mismo", r"como siempre", r"mereces", r"darle vueltas", r"no (?:te )?quej\w+", r"reproch\w+",
            r"lo que le haces", r"por no \w+r", r"clásico", r"fue (?:feo|injusto|cruel|un error)", r"fe[oa]s?", r"injust[oa]s?", r"cruel\w*", r"te empeñas", r"por qué (?:te|no|has|siempre|sigues)", r"mal hecho", r"suspiros", r"cómo pudiste", r"te equivoc\w+", r"\w+ste así",
        ),
        "absolute": any_of(
            r"siempre", r"nunca", r"jamás", r"todo el (?:mundo|tiempo|rato)", r"nadie", r"pase lo que pase", r"lo (?:cura|arregla|puede|cambia) todo", r"lo todo", r"sin excepción", r"garantiz\w+", r"no hay (?:noche|día|tarde|vez|pareja|forma|manera)", r"para siempre", r"ni una (?:sola )?vez", r"cada vez que",
            r"constantemente", r"del todo", r"totalmente", r"por completo", r"imposible", r"en todo momento", r"cualquier cosa", r"cualquier (?:día|silencio)", r"día sí", r"todos los días", r"solo hay (?:una|un)", r"la única", r"el único (?:modo|camino)", r"a la primera", r"funcionan?", r"mágic[oa]s?", r"no falla",
        ),
        "obligation": any_of(
            r"tienes que", r"tenéis que", r"tienen que", r"tener que", r"deb(?:es|e|en|erías?|ería|éis|emos|er)(?: de)?", r"hay que", r"habría que", r"te toca", r"te corresponde", r"lo mínimo", r"más te vale", r"haz el favor", r"por favor", r"obliga\w*", r"es (?:hora|momento|tu turno)", r"necesitas", r"(?<!no )(?<!que )hace falta",
            r"trágate", r"asegúrate", r"procura", r"exig\w+", r"conviene", r"convenga", r"el primer paso(?! callado)(?<!tu primer paso)", r"ve a (?:buscar\w+|por)", r"le debes", r"ya va siendo", r"va siendo", r"disculpas?", r"no estaría de más", r"aplazando", r"pendientes?", r"arreglar (?:las cosas|esto)", r"haz (?:esa|la|las|ese)", r"pide perdón", r"no vale\b", r"toma la iniciativa", r"da la cara", r"anda", r"cumpl(?:e|ir)",
        ),
        "command": pattern(
            r"\bno (?:te |lo |la |los |las |le |les |se |me )*(?!es\b|las\b|más\b|cabes\b|antes\b|después\b|puedes\b)\w+(?:es|as)\b", r"(?:^|[.!?¿¡:;,]\s+)(?:para|basta) (?:ya|de)\b", r"\bdeja de\b",
        ),
        "urgency": pattern(
            r"[!¡]", r"(?:^|[.?:]\s+)corre\b",
            r"\b(?:hoy|ahora|ya|(?<!la )mañana|esta (?:noche|tarde|mañana)|este instante|cuanto antes|de inmediato|enseguida|date prisa|deprisa|urgen\w+|(?:demasiado|será|es|sea) tarde|antes de que|aún estás a tiempo|a tiempo de|todavía puedes|última oportunidad|"
            r"(?<!se )(?<!me )quedan? (?:poc[oa]s?|una?|dos|tres|solo|menos)|te queda|no lo dejes|para luego|se (?:acaba|cierra|agota|termina)|cada minuto|tiempo perdido|recupera|antes de (?:medianoche|comer|dormir|cenar|acostar\w*|que|las|ir(?:te|se))|por fin|plazo|que perder|que no se ponga|querrás|podrás|ayer|un día querr|no hay tiempo|esta vez|mientras puedas|aprovecha)\b",
        ),
        "streak": any_of(
            r"rachas?", r"seguid[oa]s", r"llevas", r"te faltan?", r"metas?", r"objetivos?", r"retos?", r"puntos?", r"nivel", r"sigue así", r"vas (?:muy )?bien", r"no pares", r"récord", r"hace (?:\w+ )?(?:días|semanas|meses|horas)", r"esta semana", r"(?:una|dos|pocas) ve(?:z|ces) (?:esta|en)", r"solo una vez",
            r"te echamos (?:en falta|de menos)", r"desde el (?:lunes|martes|domingo)", r"has entrado", rf"{_COUNT} (?:\w+ )?(?:días(?! para)|noches|semanas|meses|cumplidos|abrazos|respuestas)", r"\d+ veces", r"(?:dos|tres|cuatro|cinco) veces (?:seguidas|esta|por)", r"premios?(?<!un premio)", r"progres\w+", r"enhorabuena", r"felicidades", r"solo por hoy", r"diari[oa]", r"a diario", r"faltaste", r"ganas (?:un|una|dos)", r"oro", r"ha(?:s)? (?:subido|bajado|mejorado|crecido)", r"tercio", r"desde (?:enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)", r"otra semana", r"(?:seis|diez|cien) veces", r"medalla",
        ),
        "comparison": any_of(
            r"(?:las |otras |muchas |algunas )?parejas", r"la mayoría", r"otr[oa]s(?! (?:dos|cuentos|que))", r"los demás", r"antes eras", r"antes (?:tú|hacías|te|lo)", r"de cada (?:diez|\d+|cinco|cuatro)", r"(?:más|menos|tan|tanto)(?: \w+)? (?:que|como) (?:antes|tú|nadie|otr\w+|nunca|ayer|ahora|yo|él|ella|la gente)", r"(?:menos|más) de lo que",
            r"mejor(?:es|an|ar)?", r"peor(?:es)?", r"madur[oa]s?(?<!que pueda madura)", r"quien(?:es)? (?:de verdad |bien )?(?:quiere|ama|sabe)n?", r"de verdad,", r"quiere de verdad", r"en tu lugar", r"vuelve a ser quien", r"quien eras", r"gente con", r"felices", r"enamorad[oa]s?", r"con suerte", r"normal(?:es)?", r"ideal(?:es)?", r"perfect[oa]s?", r"por ciento", r"compar(?:a|ar|ación)\w*", r"un(?:a)? (?:buen|buena|gran) (?:espos[oa]|marido|pareja|mujer|hombre)",
            r"la buena \w+a sabe",
        ),
        "claim-about-the-other": pattern(
            rf"\b(?:tu|la|una?|su|el) {_OTHER}\b", r"\botra (?:persona|parte|mitad)\b", r"\bel otro (?:ya|no|te|está|quiere|siente|piensa)\b",
            r"\b(?:él|ella|ellos|ellas)\b", r"\balguien (?:que )?(?:te |no |ya )?(?:\w+[aeó]n?)\b(?<!a alguien)(?<! alguien, la)",
            r"\ble (?:duele|gusta|falta|pesa|molesta|preocupa|importa|haces|encanta|da miedo)n?\b", r"\bles cuesta\b",
            r"\bte (?:quier|echa|extrañ|esper|necesit|am|busc|evit|oy|mir)[eaó]n?\b", r"\bte va(?:n)? a\b", r"\b(?:piensa|sueña|confía|cuenta) (?:en|con)(?:tigo| ti)\b",
            r"\bquien (?:duerme|comparte|vive|está|espera|te|amas|quieres)\b", r"\ba tu lado\b", r"\bal otro lado\b", r"\bel suyo\b", r"\bla suya\b", r"\bqué (?:pensaba|piensa|siente|sentía|quiere|quería)\b",
            r"\bsu (?:silencio|respuesta|última|miedo|distancia|cara|puerta|conexión|espacio|mensaje|enfado|humor|móvil)\b", r"\bseguro que\b", r"\blos hombres\b", r"\blas mujeres\b",
            r"\b(?:seguramente|probablemente|está claro|claramente|en el fondo|sin duda|se nota que)\b", r"\bcorazón roto\b", r"\bsus lágrimas\b", r"\bdetrás de ese\b", r"\bse atreve a\b", r"\buna? (?:corre|persigue|busca|huye|calla)\b", r"\bel otro (?:corre|persigue|calla|huye)\b",
            r"\bsin que lo (?:diga|note)\b", r"\baunque (?:no lo diga|calle)\b",
        ),
        "stay-or-leave": any_of(
            r"(?:merece|vale) la pena (?:seguir|luchar|intentarlo|quedarse|esto|todo)", r"es dejarlo", r"dejarlo (?:aquí|ya)", r"romp(?:éis|en|emos|er con|er la|er esta|iste|imos)", r"si rompe\w*", r"ruptura", r"aguant\w+", r"por su (?:lado|cuenta)", r"cada uno (?:en|por)", r"separ(?:ar\w*|ación|aros|arse|ad[oa]s|aos)", r"divorci\w+", r"te vas", r"irte", r"marcharte",
            r"decid\w+ si", r"luego decide", r"hech[oa]s para", r"futuro", r"un amor así", r"(?:no|igual no|ya no) es amor", r"amores", r"este amor", r"vuestro amor", r"seguir (?:juntos|con (?:él|ella|tu pareja|esto)|así|adelante)", r"luch\w+ por", r"(?:salv\w+|sálv\w+) (?:el|la|lo|tu|esto|vuestr\w+)", r"otra oportunidad", r"relación", r"relaciones", r"matrimonio", r"no se tira", r"lo que perder\w+", r"pasar página", r"maletas?", r"el uno para el otro", r"resto de tu vida", r"sigue igual", r"si nada cambia", r"alma gemela", r"final feliz", r"a la larga", r"es(?:to)? lo que quieres", r"para durar", r"que duran",
        ),
        "checking": any_of(
            r"mira si", r"mirar si", r"revis\w+", r"comprueb\w+", r"comprobar", r"averigu\w+", r"última (?:conexión|hora|vez)", r"en línea", r"leyó", r"leído", r"visto(?! desde)", r"vistazo al? \w+", r"(?:cuánto|qué) tarda", r"el chat", r"móvil", r"con quién", r"vuelve a leer", r"volver a leer", r"fíjate en (?:cuánto|si|cómo|qué)", r"si ha \w+do", r"si (?:te )?(?:respondió|contestó)", r"espía\w*", r"por si (?:hay|te)", r"dónde está\b", r"doble check", r"sacarte de dudas", r"ubicación", r"atiende a", r"quién (?:estaba|hay|era)", r"tics?", r"fotos del", r"vigil\w+", r"pendiente de", r"pasos en la", r"dicen mucho", r"mirar las fotos", r"huele a",
        ),
        "demand": any_of(
            r"cuéntalo", r"cuénta\w+ todo", r"sin guardar\w+", r"ábrete", r"abrirte", r"de una vez", r"(?:di|dile|decir|cuenta) (?:todo )?lo que (?:sientes|llevas|te pasa)", r"renuncia\w*", r"cede(?:r)?", r"qué?date hasta", r"hasta que (?:el tema|esté|quede|se arregle|lo)", r"mucho pedir", r"suéltalo todo", r"hablarlo", r"hablado", r"no aceptes", r"sin hablar(?:lo)?", r"un poco de tu espacio",
            r"todo lo que (?:sientes|piensas|llevas)", r"quítate la coraza", r"baja la guardia", r"déja(?:lo|la|le) entrar", r"da más de", r"pon de tu parte", r"dejes ver", r"en serio", r"adivin[oa]s", r"todas las letras", r"contesta (?:en|bien|ya)", r"a solas puede esperar", r"siéntate cerca", r"di la verdad", r"sé claro",
        ),
        "swap": pattern(
            # A sentence that begins with a verb in the second person says what the reader does.
            rf"(?:^|[.!?;:]\s+)(?:te |tú |y |pero |lo |la |se )*(?!{_NO_VERB}\b)\w+(?:as|es|ás|és)\b(?=\s|,|\.)",
            r"\btú (?!también|también\b|primero)\w+(?:as|es|ás|és)\b", r"\by (?:te )?\w+[aeu]s y \w+[ae]s\b",
            rf"\b(?:estás|estar|sentirte|sientes|te sientes|te quedas|quedarte|ponerte|te pones|andas|vas|sé|seas|quédate|mantente|llega[rs]?) (?:un poco |muy |más |tan |bien )?{_GENDERED}\b",
            r"\b(?:hombres?|mujer(?:es)?|chic[oa]s?|novi[oa]s?|marido|espos[oa]s?|varón|señora?s?|madres?|padres?|caballeros?)\b",
            r"\b(?:junt[oa]s|amb[oa]s|vosotr[oa]s|nosotr[oa]s|ustedes|l[oa]s dos(?! cosas| personas)|un[oa] mism[oa]|vuestr[oa]s?|os)\b",
            r"\b\w+(?:áis|éis)\b(?<!seis)", r"\bquieres (?:más|menos)\b", r"\bte (?:escondes|encierras|escapas|alejas|acercas|agarras|callas|enfadas|pones)\b",
        ),
    },
    solo_phrases={
        "solo-names-the-other": any_of(
            r"parejas?", r"quien (?:amas|quieres|duerme|te)", r"lo (?:vuestro|nuestro|de ustedes)", r"cosa de dos", r"entre dos", r"(?:l[oa]s )?dos(?! (?:cosas|minutos|palabras|respiraciones))", r"duerme contigo", r"familias?", r"en (?:tu )?casa", r"contigo", r"os", r"vuestr\w+", r"nuestr\w+", r"nosotr\w+", r"esa persona", r"(?:la|otra|una) persona", r"alguien",
            r"amb[oa]s", r"junt[oa]s", r"amor", r"amad[oa]", r"ustedes", r"vosotr\w+", r"te (?:van a|necesita\w*|quiere\w*)", r"a su lado(?! y respirar)", r"l[oa]s (?:hij[oa]s|niñ[oa]s)", r"seres queridos", r"l[oa]s tuy[oa]s", r"dependen de ti", r"besos?", r"abrazos?", r"quien te", r"gente", r"él", r"ella", r"relación",
        ),
        "solo-talk-it-out": any_of(
            r"habl\w+", r"charl\w+", r"llama(?:le|la|lo)?", r"explic\w+", r"cartas?", r"cuénta\w+", r"cuenta(?:le|selo|les)", r"paces", r"paz", r"aclar\w+", r"cara a cara", r"queda para", r"dile", r"díselo", r"perdón", r"perdon\w+", r"pídele", r"escucha(?:le|la|lo)", r"toca a", r"su puerta", r"confiesa\w*", r"pregúntale", r"convers\w+", r"discut\w+", r"mensajes?", r"comparte", r"entrég\w+",
            r"reconcili\w+", r"teléfono", r"desahóg\w+", r"un lo siento", r"lo siento", r"coge", r"visita(?:le|la|lo)", r"confes\w+", r"pon buena cara", r"disculp\w+",
        ),
    },
    hedges=any_of(r"puede(?:n|s)?", r"podría(?:n|s)?", r"a veces", r"quizás?", r"tal vez", r"a menudo", r"suele(?:n)?", r"hay días", r"rara vez", r"en días", r"cabe(?:n)?"),
    span=span_reader(
        {"un": 1, "una": 1, "dos": 2, "tres": 3, "cinco": 5, "diez": 10, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40},
        minute="minutos?", hour="horas?", half_hour="media hora",
    ),
)  # fmt: skip
