"""The English lists."""

from typing import Final

from notifications.words.rules.base import LanguageRules, any_of, pattern, span_reader

_OTHER = (
    r"(?:partner|husband|wife|boyfriend|girlfriend|spouse|fianc[eé]e?|lover|sweetheart|darling|beloved|(?:other|better) half|loved one|"
    r"significant other)"
)
_GENDERED = r"(?:m[ae]n|wom[ae]n|guys?|girls?|boys?|lad(?:y|ies)|gentlem[ae]n|husbands?|wi(?:fe|ves)|boyfriends?|girlfriends?|mums?|dads?|mothers?|fathers?)"
_COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|dozens? of)"
_FEELING = (
    r"(?:hurt|sad|angry|afraid|scared|tired|lonely|upset|cross|jealous|distant|cold|ready|waiting|hoping|longing|asleep|sorry|quiet|"
    r"anxious|worried)"
)
# What "you" may be followed by at the beginning of a clause; anything else says what the reader does.
_OPEN = r"(?:can|may|might|could|two|both|and|know yourself)"

RULES: Final = LanguageRules(
    phrases={
        "label": any_of(
            # Whatever follows, it says what the reader is.
            r"(?<!as if )you(?:'re| are|'ll be| will be| were)(?! (?:here|near|back|there)\b)",
            r"(?:people|someone|anyone|a person|a \w+ person) like you", r"a \w+ like you", r"as the \w+ \w+ (?:half|one|partner)",
            r"anxious(?:ly)?", r"avoid(?:ant|er|ers|ing type)", r"need(?:y|iness)", r"cling(?:y|ier|er|ing)", r"cold(?:ness)? (?:fish|person|one)",
            r"coldness", r"distant", r"aloof", r"(?:pur)su(?:er|ers|ing|it)", r"chas(?:er|ers|ing)", r"runaways?", r"withdraw(?:er|n|al|ing|s)?",
            r"distanc(?:er|ing)", r"wall-?builder", r"your walls", r"attachment", r"insecur\w+", r"jealous\w*", r"smothering", r"possessive",
            r"emotionally (?:unavailable|closed|immature)", r"an emotional \w+", r"high[- ]maintenance", r"high[- ]conflict", r"controlling",
            r"dramatic", r"(?:too|so|over|overly|hyper|more|most)-?\s?sensitive", r"stonewall\w*",
            r"the (?:anxious|reaching|quiet|needy|difficult|strong|weak|calm) (?:one|type|partner|half)", r"type of (?:person|partner)", r"toxic",
            r"love languages?", r"a born \w+", r"(?:some of us|you) (?:are|were) born", r"personalit(?:y|ies)", r"\w+ types?", r"types? like", r"kind of \w+ who", r"difficult (?:child|one)", r"character",
        ),
        "diagnosis": any_of(
            r"disorders?", r"diagnos\w+", r"symptoms?", r"syndrome", r"depress(?:ed|ion|ive)", r"trauma\w*", r"anxiety", r"panic attacks?",
            r"narciss\w+", r"borderline", r"bipolar", r"adhd", r"ptsd", r"patholog\w+", r"dysfunction\w*", r"disease", r"(?:un)?healthy", r"abnormal",
            r"attachment", r"(?:\w+ )?styles?", r"(?:co)?-?dependen(?:t|cy)", r"wounds?", r"wounded", r"abandon\w*", r"nervous system", r"\w*regulat\w+",
            r"doctors?", r"therap\w+", r"psycho\w+", r"clinic\w*", r"mental\w*", r"childhood", r"inner child", r"trigger\w*", r"red flags?",
            r"fear of intimacy", r"damage\w*", r"signs of", r"bonds?", r"issues", r"data", r"conflict\w*", r"defen[cs]e mechanisms?", r"hypervigilan\w+",
            r"burnout", r"hormones?", r"cortisol", r"(?:your )?brain(?:'s)?", r"profile", r"kick(?:ing|s)? in", r"avoidance", r"resistance", r"reactiv\w+", r"denial", r"freez\w+", r"shut(?:ting)? down", r"coping", r"subconscious\w*", r"projection", r"baggage",
        ),
        "blame": any_of(
            r"(?<!at )fault", r"blam\w+", r"because of you", r"you(?:'ve| have| had)(?! (?:a|some|any|the) (?:word|sign|kind))", r"you \w+ed",
            r"you (?:began|broke|brought|did|didn't|fell|forgot|got|gave|hid|kept|left|let|lost|made|ran|said|shut|spoke|took|told|went|won't|don't|cannot|can't)",
            r"(?:did|do|could|couldn't|would|wouldn't|won't) you", r"you could have", r"you would have", r"if you had", r"look at what",
            r"your (?:silence|distance|anger|temper|tone|moods?|behaviou?r|pride|part|habits?|drama|nagging|criticism|absence|jealousy|reactions?)",
            r"guilt\w*", r"ashamed", r"shame", r"selfish\w*", r"over-?(?:react|think)\w*", r"sulk\w*", r"nag(?:ging|s)?", r"wrong with you",
            r"let (?:\w+ )?down", r"sorry for yourself", r"you (?:push|ignore|chase|nag|cling|shut|hide|run|pressure|smother|overreact|refuse|neglect)", r"lazy", r"stubborn\w*", r"one of you", r"some(?:body|one) has to", r"stop \w+ing",
            r"keeps? (?:spoiling|starting|making|doing|going on|pushing|hiding|asking)", r"spoil\w*", r"ruin\w*", r"fights?", r"own up", r"(?:be|let us be|let's be) honest",
            r"deep down", r"swallow", r"act like that", r"long face", r"went wrong", r"raised? (?:your|a) voice", r"started it", r"pay for", r"deserve\w*",
            r"punish\w*", r"unkind\w*", r"rude\w*", r"unfair\w*", r"cruel\w*", r"harsh\w*", r"mean to", r"(?:silly|wrong|bad) of you", r"like that again", r"how could", r"sigh(?:s|ing) at", r"mess(?:ed)? up", r"skipped", r"classic", r"as usual", r"yet again", r"grow up",
        ),
        "absolute": any_of(
            r"always", r"never", r"every ?time", r"every (?:single )?\w+ (?:time|minute)", r"every (?:couple|pair|minute)", r"single time", r"all the time", r"constantly",
            r"forever", r"everybody", r"everyone", r"everything", r"nobody", r"no ?one (?:has ever|ever|can|could|will|would|wins)", r"not one", r"not once",
            r"at all times", r"without (?:fail|exception)", r"guarantee\w*", r"completely", r"totally", r"only ever", r"day in,? day out",
            r"whatever happens", r"no matter what", r"all comes down", r"the only way", r"conquers", r"each and every", r"every day", r"magic", r"all you need", r"only one way", r"the only (?:way|thing|cure|answer)", r"works (?:like|for)", r"whole world", r"cures?", r"impossible", r"for good",
        ),
        "obligation": any_of(
            r"should(?:n't)?", r"must(?:n't)?", r"ought(?:n't)?", r"ha(?:ve|s|d|ving) to", r"needs? to", r"got to", r"gotta",
            r"better (?:do|try|not|start|stop)", r"(?:had|'d) better", r"make sure", r"supposed to", r"requir\w+", r"oblig\w+", r"dut(?:y|ies)",
            r"it(?:'s| is) (?:up to you|time|your \w+)", r"your (?:turn|job|task|duty)", r"please", r"the least", r"owe\w*", r"full stop", r"for once",
            r"the first move", r"apolog\w+", r"in order(?! to)", r"putting off", r"put (?:things|it) right", r"(?:will not|won't) do", r"duty-bound", r"make amends", r"get it over", r"firm rules", r"demands?", r"expected", r"go to (?:him|her|them)", r"do yourself",
        ),
        "command": pattern(
            r"\b(?:don't|do not)\b", r"(?:^|[.!?]\s+)time to\b", r"(?:^|[.!?:;,]\s+)(?:stop|quit|cease|fix|remember to|try harder|admit|come back|swallow|apologi[sz]e|stay)\b",
        ),
        "urgency": pattern(
            r"!",
            r"\b(?:now|today|tonight|tomorrow|immediately|right away|hurry|urgent\w*|quick(?!ly\.)|too (?:late|far)|asap|deadlines?|at once|act (?:fast|on)|"
            r"as soon as|sooner|soon or|last chance|while there (?:is|'s) still|still a chance|don't wait|time is running|running out|closing|first thing (?:in|this|tomorrow)|"
            r"this (?:minute (?:only|or)|second|instant|very|morning|evening|night|afternoon)|right this|(?:each|every) (?:minute|hour|second)|the longer|"
            r"within (?:the|an|a|one) \w+|by (?:the end of|tonight|noon|bedtime)|(?:hours?|minutes?|days?|time) left|can be saved|no time like|sun (?:go|goes) down|one day it|yesterday|before long|while you can|makes? it harder|"
            r"before (?:it|bed|midnight|lunch|noon|dinner|the (?:day|night|evening|week)|you (?:sleep|leave)))\b",
        ),
        "streak": any_of(
            r"streaks?", r"in a row (?:so far|now|this)", r"(?:days?|weeks?|times|evenings?|mornings?) in a row", r"(?<!I )missed (?:a|one|two|\d+|your|the|you)", r"keep (?:it up|going|the)", r"the run of",
            rf"{_COUNT}(?: \w+)? (?:evenings?|days|weeks|mornings?|nights|months|years|answers?|check-?ins?|compliments?|hugs)", r"\d+ times",
            r"points", r"a point for", r"scores?", r"level(?:s|ling)? up", r"goals?", r"targets?", r"challenges?", r"unlock\w*", r"chains?", r"halfway to", r"(?:your|the) best",
            r"so far", r"only (?:once|twice|on)", r"haven't", r"hasn't", r"your record", r"progress", r"it(?:'s| has) been", r"we have missed", r"on fire", r"badges?", r"rewards?", r"up by", r"earn(?:s|ed)?", r"win a", r"gold(?:en)?", r"since (?:january|february|march|april|may|june|july|august|september|october|november|december|monday|sunday|your)", r"fresh start", r"skip(?:ped|s)?", r"by a third", r"double your",
            r"well done", r"(?:weekly|daily)", r"this month",
        ),
        "comparison": any_of(
            r"(?:other|most|many|all|some|few|normal|happy|healthy|good|real|strong|successful|lasting) (?:couples?|pairs?|people|partners?|relationships?|lovers|wi(?:fe|ves)|husbands?)",
            r"(?:couples?|pairs?|people|those|anyone|anybody) (?:in love |in \w+ )?who(?! (?:care|meet)\b)", r"pairs (?!of)", r"couples", r"other people", r"neighbou?rs?", r"your friends",
            r"than (?:others?|most|you|your|him|her|them|last|ever|usual|any(?:one|body)|this|before|the other|average|other)", r"used to be",
            r"unlike", r"average", r"compar\w+", r"normal\w*", r"better", r"worse", r"best", r"worst", r"per ?cent", rf"{_COUNT} (?:in|out of) {_COUNT}",
            r"a (?:mature|grown|real|strong|good|true) (?:person|adult|partner|man|woman|wife|husband)", r"mature", r"properly", r"ideal", r"(?:be|become) more like", r"(?:happy|lucky|smart|wise|clever) (?:people|lovers|ones)", r"lucky", r"you once were", r"when you met", r"\d+ times", r"perfect", r"swears? by",
        ),
        "claim-about-the-other": pattern(
            rf"\b(?:your|a|the|any) {_OTHER}\b",
            r"\b(?:he|she|him|her|his|hers|himself|herself|s/he|theirs)(?:'s|'ll|'d)?\b",
            rf"\bthey(?:'re| are| were) {_FEELING}\b",
            r"\bthey (?:feel|want|need|think|love|fear|avoid|ignore|miss|do(?:n't)?|haven't|have|won't|will|would|pull|withdraw|were|show|mean|said|know)\b",
            r"\b(?:where|how|who|what|whether|if) they\b", r"\btheir (?:answers?|feelings?|silence|behaviou?r|distance|needs?|moods?|fears?|phone|message|face)\b",
            r"\btell them\b", r"\bask them\b",
            r"\bsome(?:one|body)(?: \w+ly| else| in \w+)?(?: is| has| was| hasn't| isn't| \w+s)\b(?<!someone pass)",
            r"\bthe (?:other|other one|other person|other side) (?:is|was|has|hasn't|feels?|wants?|needs?|answered|did|didn't|doesn't|waits?|thinks?)\b",
            r"\bother (?:side|person|half|partner)\b", r"\bthe (?:person|man|woman) (?:beside|next to|across|you|who|at|asleep|with)\b", r"\bthe one (?:beside|next to|across from|asleep|you love)\b", r"\bmisses you\b", r"\bwaiting for\b",
            r"\b(?:probably|chances are|surely|no doubt|clearly|obviously|deep inside|secretly)\b", r"\bbroken heart\b", r"\bthe other end\b", r"\bone of you (?:is|runs|has|wants|reaches|hides)\b",
            r"\b(?:longs|hopes|hoping|waits|yearns) for\b",
        ),
        "stay-or-leave": any_of(
            r"break(?:ing|s)? up", r"split(?:ting)? up", r"leav(?:e|ing) (?:him|her|them|your|this|you|the (?:relationship|marriage))", r"(?:for|someone) leaving", r"if you left", r"would lose",
            r"stay(?:ing)? (?:together|with (?:him|her|them|your))", r"separat\w+", r"divorc\w+", r"end(?:ing)? (?:it|things|the (?:relationship|marriage)|this)",
            r"walk(?:ing)? away", r"work(?:ing)? it out", r"another chance", r"one more (?:year|month|week|chance|try)", r"mov(?:e|ing) (?:out|on)", r"right for you", r"the one for you",
            r"worth (?:staying|saving|fighting|it|keeping)", r"save (?:your|the|this) (?:relationship|marriage|love)", r"giv(?:e|ing) up(?! (?:a|some|your))", r"meant to",
            r"hang(?:ing)? (?:on|in there)", r"hold(?:ing)? on to (?:him|her|them|your)", r"let (?:him|her|them|it|this)(?: \w+)? go", r"future", r"(?<!hours )(?<!day )apart",
            r"(?:go )?your own ways?", r"separate ways", r"(?:not|isn't|still|really) love", r"(?:this|your|our) (?:love|relationship|marriage)", r"love like yours", r"relationships?",
            r"marriage", r"commit\w*", r"decide (?:if|whether|to stay|to go|about)", r"you decide", r"pack(?:s|ing)? (?:a|your)", r"made for each other", r"soul ?mates?", r"rest of (?:your|our) li(?:fe|ves)", r"keep at it", r"nothing changes", r"what you want for", r"happy ending", r"in the long run",
        ),
        "checking": any_of(
            r"last (?:message|seen|online|active|visit)", r"(?:was|were|been|is) read", r"read receipts?", r"online", r"peek\w*", r"scroll\w*", r"(?:how long|when) the (?:reply|replies|answer|message)\w*",
            r"look at (?:the|your) (?:phone|screen)", r"check(?:ing|s)? (?:the|your|whether|if|for|in|up|on|again)", r"have a look", r"see if", r"see whether", r"find out", r"a (?:quick )?glance at (?:who|the phone|the screen|your)",
            r"a reply (?:has|came|is)", r"perhaps there is a reply", r"new (?:ones|messages?|replies) (?:came|come|are)", r"location", r"who is (?:online|there|with)", r"blue ticks?", r"ticks", r"keep an eye", r"who was (?:there|with)", r"footsteps", r"photos", r"look(?:ing)? through (?:the|your|old)", r"listen at", r"watch (?:for|the door|the phone)", r"wait by", r"keep watch", r"tells? a lot", r"what is wrong",
        ),
        "demand": any_of(
            r"(?:tell|say|share|give|explain)\w*(?: (?!than)\w+)? (?:the|your) (?:whole|full|entire) story", r"leave nothing out", r"let down your", r"your guard", r"open(?:ing)? up", r"share (?:more|your|what)", r"more of your",
            r"give up (?:a bit|some|a little|your|part)", r"(?:is )?little to (?:give|ask)", r"not (?:too )?much to ask", r"(?:a|the) full talk", r"talked? (?:it )?(?:through|out|over)", r"(?:do not|not|never) accept", r"until (?:it|this|that) is",
            r"stay in the room", r"let (?:him|her|them|someone|people|your partner) in", r"what you feel inside", r"go (?:further|deeper)", r"bare your", r"the real you", r"read minds", r"spell (?:it|things)(?: all)? out", r"a real answer", r"answer this time", r"alone time can", r"close for once", r"let \w+ see", r"sit down close", r"hold(?:ing)? nothing back", r"pour out", r"more closeness from",
        ),
        "swap": pattern(
            rf"(?:^|[.;:!?,]\s+(?:and |but |so |or )?)you (?:\w+ly )?(?!{_OPEN}\b)[a-z]+",
            rf"\b{_GENDERED}\b",
            r"(?<!before )\byou (?:reach|chase|slip|hide|run|push|pull|cling|pressure|smother|refuse|neglect|shut|ignore|nag|ask twice|want more|want less|fear|avoid|withdraw|need)\b",
        ),
    },
    solo_phrases={
        "solo-names-the-other": any_of(
            rf"(?:your )?{_OTHER}s?", r"(?:your|a|the) love stor(?:y|ies)", r"takes two", r"together", r"you two", r"(?:the )?two of you", r"(?:both|each) of you", r"you both", r"each other", r"one another", r"couples?",
            r"pairs?", r"relationships?", r"he", r"she", r"him", r"her", r"us", r"we", r"our", r"marriage", r"love (?:him|her|them)", r"some(?:one|body)", r"home", r"family", r"everyone", r"the person",
            r"(?:a|any|that|this) person", r"beside you", r"next to you", r"across the (?:room|table|bed)", r"asleep", r"the (?:kids|children)", r"people (?:you|at|around)", r"dear ones?", r"household", r"those who", r"depend(?:s)? on you", r"gift to", r"a (?:hug|kiss|sorry)", r"your (?:kids|children|folks)", r"loved", r"loved",
        ),
        "solo-talk-it-out": any_of(
            r"talk(?:s|ed|ing)?", r"tell(?:s|ing)?", r"told", r"ask(?:s|ed|ing)?", r"say it(?! to yourself)", r"speak(?:s|ing)?(?: (?:up|with|to))?", r"share", r"open up", r"explain\w*", r"(?:a |the )letter",
            r"reach(?:ing)? out", r"make up", r"apologi[sz]\w*", r"sorry", r"forgiv\w+", r"listen to (?:him|her|them)", r"conversation", r"discuss\w*", r"face to face", r"hand it over", r"meet (?:halfway|up)", r"settle (?:it|things|this)",
            r"sort (?:things|it|this)(?: \w+)?", r"clear(?:s|ing)? (?:the air|things|it|this)", r"(?:calm|kind|soft|honest) word with", r"knock", r"lies?(?! down)", r"keeps? the peace", r"peace", r"patient with", r"message", r"send",
            r"(?<!a )(?<!to )call(?:s|ing)?(?! it)", r"visit (?:him|her|them)", r"pick up the phone", r"off your chest", r"a hug and", r"confess\w*", r"let it all out", r"vent(?:ing)?",
        ),
    },
    hedges=any_of(r"can", r"may", r"might", r"could", r"often", r"sometimes", r"some days", r"at times", r"perhaps", r"rarely", r"tends?"),
    span=span_reader(
        {
            "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "five": 5, "ten": 10, "fifteen": 15, "twenty": 20, "thirty": 30, "forty": 40, "sixty": 60,
        },
        minute="minutes?", hour="hours?", half_hour="half an hour",
    ),
)  # fmt: skip
