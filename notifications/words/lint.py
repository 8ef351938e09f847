"""What the words never do, as pure functions from an item to findings.

The lists are deliberately blunt: a text that trips over one is better said another way. They
catch slips, and are no substitute for the person who reviews the words.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from notifications.words.loader import Item, Text, Voice

LONGEST_TITLE: Final = 40
LONGEST_BODY: Final = 240
LONGEST_STEP: Final = 120
HIGHEST_GRADE: Final = 7.0
SPREAD: Final = 1.2
"""The longest text of an item may be this many times the shortest."""


# The last e of "close", "named" and "loves" is not heard; that of "little", "wanted" and "wishes" is.
_SILENT_ENDING = re.compile(r"(?<![aeiouy])(?<![^aeiouy]l)e$|(?<![aeioutdy])ed$|(?<![aeiouyscgxz])(?<!ch|sh)(?<![^aeiouy]l)es$")


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one text breaks. ``where`` is a voice and field, ``what`` the words or number."""

    rule: str
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """One language's forbidden phrases by rule, phrases forbidden in solo texts, hedges, grade."""

    phrases: Mapping[str, re.Pattern[str]]
    solo_phrases: Mapping[str, re.Pattern[str]]
    hedges: re.Pattern[str]
    grade: Callable[[str], float]


def lint(item: Item) -> list[Finding]:
    """Everything that is wrong with the item, in reading order; an empty list lets it ship.

    Raises `LookupError` for a language that has no rules yet: unlinted words do not ship.
    """
    rules = RULES[item.language]
    findings = [finding for voice, text in item.texts.items() for finding in _of_text(voice, text, rules)]
    return findings + list(_of_balance(item, rules))


def reading_grade(text: str) -> float:
    """The Flesch-Kincaid grade of an English text (Kincaid et al. 1975): school years needed to read it."""
    words = re.findall(r"[A-Za-z]+(?:'[A-Za-z]+)*", text.replace("\u2019", "'"))
    sentences = [part for part in re.split(r"[.!?]+", text) if re.search(r"\w", part)]
    if not words or not sentences:
        return 0.0
    syllables = sum(syllable_count(word) for word in words)
    return 0.39 * len(words) / len(sentences) + 11.8 * syllables / len(words) - 15.59


def syllable_count(word: str) -> int:
    """Syllables of an English word by its vowel groups: right for most words, near for the rest."""
    plain = re.sub(r"[^a-z]", "", word.lower())
    groups = len(re.findall(r"[aeiouy]+", plain))
    return max(1, groups - 1 if _SILENT_ENDING.search(plain) else groups)


def _of_text(voice: Voice, text: Text, rules: LanguageRules) -> Iterator[Finding]:
    fields = {"title": text.title, "body": text.body, "step": text.step}
    for (name, content), longest in zip(fields.items(), (LONGEST_TITLE, LONGEST_BODY, LONGEST_STEP), strict=True):
        if len(content) > longest:
            yield Finding("length", f"{voice}.{name}", f"{len(content)} characters, at most {longest}")
        patterns = {**rules.phrases, **(rules.solo_phrases if voice is Voice.SOLO else {})}
        for rule, pattern in patterns.items():
            # A typographic apostrophe must not hide a word from a list that writes it plainly.
            for match in pattern.finditer(content.replace("\u2019", "'")):
                yield Finding(rule, f"{voice}.{name}", match.group(0))
    grade = rules.grade(f"{text.body} {text.step}")
    if grade > HIGHEST_GRADE:
        yield Finding("reading-grade", voice, f"{grade:.1f}, at most {HIGHEST_GRADE:.0f}")


def _of_balance(item: Item, rules: LanguageRules) -> Iterator[Finding]:
    """The voices of an item weigh the same: as long, as sure, and with a step each or none."""
    texts = item.texts.values()
    for name, lengths in {
        "body": [len(text.body) for text in texts],
        "body and step": [len(text.body) + len(text.step) for text in texts],
    }.items():
        if max(lengths) > SPREAD * min(lengths):
            yield Finding("balance", name, f"{min(lengths)} to {max(lengths)} characters")
    if len({bool(text.step) for text in texts}) > 1:
        yield Finding("balance", "step", "some voices have one and some have none")
    if len({bool(rules.hedges.search(text.body)) for text in texts}) > 1:
        yield Finding("certainty", "body", "some voices are surer than others")


def _any_of(*phrases: str) -> re.Pattern[str]:
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)


_OTHER = r"(?:partner|husband|wife|boyfriend|girlfriend|spouse|fianc[eé]e?|lover|(?:other|better) half|loved one|significant other)"
_CLAIM = (
    r"(?:is|was|isn't|wasn't|has|hasn't|had|does|doesn't|did|didn't|will|won't|would|can't|cannot|could|may|might|"
    r"seems?|feels?|felt|wants?|wanted|needs?|needed|thinks?|thought|loves?|misses|fears?|hopes?|wishes|avoids?|"
    r"ignores?|pulls?|pushes|withdr\w+|waits?|waiting|shut\w*|stopped|keeps?|kept|answered|answers|forgot|knows?)"
)

_ENGLISH: Final = LanguageRules(
    phrases={
        "label": _any_of(
            r"anxious(?:ly)?", r"avoid(?:ant|er|ers|ing type)", r"need(?:y|iness)", r"cling(?:y|er|ing)", r"cold(?:ness)?", r"distant",
            r"aloof", r"pursu\w+", r"withdraw(?:er|n|al|ing)", r"distanc(?:er|ing)", r"insecur\w+", r"(?:co)?-?dependent", r"jealous",
            r"smothering", r"emotionally (?:unavailable|closed|immature)", r"attachment", r"high[- ]maintenance", r"controlling",
            r"(?:too|so|over|overly|hyper)-?\s?sensitive", r"stonewall\w*", r"the (?:anxious|reaching|quiet|needy|difficult) (?:one|type|partner)",
            r"you(?:'re| are) (?:a|an|the|the kind of|that kind of) \w+", r"type of (?:person|partner)", r"toxic",
        ),
        "diagnosis": _any_of(
            r"disorders?", r"diagnos\w+", r"symptoms?", r"syndrome", r"depress(?:ed|ion|ive)", r"trauma\w*", r"anxiety", r"panic attacks?",
            r"narciss\w+", r"borderline", r"bipolar", r"adhd", r"ptsd", r"patholog\w+", r"dysfunction\w*", r"disease", r"unhealthy", r"abnormal",
        ),
        "blame": _any_of(
            r"your (?:own )?fault", r"blam\w+", r"because of you", r"you(?:'ve| have)? (?:made|caused|provoked|ruined|failed|pushed|ignored|hurt)",
            r"you (?:push|ignore|chase|nag|cling|shut|hide|run|pressure|smother|overreact|refuse|neglect)", r"guilt\w*", r"ashamed", r"shame",
            r"selfish\w*", r"over-?react\w*", r"over(?:ly)? dramatic", r"nag(?:ging|s)?", r"wrong with you", r"let (?:\w+ )?down", r"sorry for yourself",
            r"whose fault", r"to blame", r"lazy", r"stubborn\w*",
        ),
        "absolute": _any_of(
            r"always", r"never", r"every ?time", r"all the time", r"constantly", r"forever", r"everybody", r"everyone", r"nobody", r"at all times",
            r"not once", r"without fail", r"guarantee\w*", r"completely", r"totally",
        ),
        "obligation": _any_of(
            r"should(?:n't)?", r"must(?:n't)?", r"ought(?:n't)?", r"ha(?:ve|s|d|ving) to", r"(?:you|we|one) needs? to", r"got to", r"gotta",
            r"need to", r"better (?:do|try|not|start|stop)", r"make sure", r"supposed to", r"required", r"it's (?:up to you|your (?:job|turn|duty))",
        ) ,
        "command": re.compile(r"(?:^|[.!?:;]\s+)(?:don't|do not|stop|quit|cease|remember to|fix)\b", re.IGNORECASE),
        "urgency": re.compile(
            r"!|\b(?:now|today|tonight|immediately|right away|hurry|urgent\w*|quick(?:ly)?|before it(?:'s| is) too late|too late|"
            r"as soon as|asap|at once|last chance|don't wait|time is running|running out|deadline|soon or|act fast|this minute only)\b",
            re.IGNORECASE,
        ),
        "streak": _any_of(
            r"streaks?", r"(?:days?|weeks?|times) in a row", r"missed (?:a|one|two|\d+|your|the) (?:days?|check-?ins?|weeks?|answers?)", r"keep it up",
            r"\d+ (?:days?|weeks?|times)", r"points?", r"scores?", r"level up", r"goals?", r"haven't (?:answered|checked in)", r"your record", r"progress",
        ),
        "comparison": _any_of(
            r"(?:other|most|many|normal|happy|healthy|good|real|strong|successful) (?:couples?|pairs?|people|partners?|relationships?|lovers)",
            r"than (?:others?|most|your|you|him|her|them|last|before|average|ever)", r"unlike", r"better half", r"average", r"compar\w+", r"normal",
            r"(?:more|less|fewer|better|worse) than (?:your|other|most|last)",
        ),
        "claim-about-the-other": re.compile(
            rf"\byour {_OTHER}(?:'s|s)?\s+(?:\w+ly\s+|still\s+|just\s+|also\s+|probably\s+|not\s+)*(?:{_CLAIM}|\w+n't)\b"
            rf"|\b(?:he|she|s/he|he or she)(?:'s|'ll|'d)?\s+(?:\w+ly\s+|still\s+|just\s+|not\s+)*(?:{_CLAIM}|\w+n't)\b"
            r"|\b(?:he|she)'s\b"
            r"|\bthey (?:feel|want|need|think|love|fear|avoid|ignore|miss|don't|haven't|won't|won't answer|pull|withdraw)\b"
            rf"|\b(?:(?:your|the) {_OTHER}'s|his|her|their) (?:answers?|feelings?|silence|behaviou?r|distance|needs?|mood|fears?)\b"
            r"|\bthe (?:other|other one|other person) (?:is|was|has|hasn't|feels?|wants?|needs?|answered|did|didn't|doesn't|waits?)\b"
            rf"|\b(?:your {_OTHER}|someone|he|she) is waiting\b",
            re.IGNORECASE,
        ),
        "stay-or-leave": _any_of(
            r"break(?:ing)? up", r"split(?:ting)? up", r"leav(?:e|ing) (?:him|her|them|your|this|the (?:relationship|marriage))",
            r"stay(?:ing)? (?:together|with (?:him|her|them|your))", r"separat\w+", r"divorc\w+", r"end(?:ing)? (?:it|things|the (?:relationship|marriage)|this)",
            r"walk(?:ing)? away", r"work(?:ing)? it out", r"another chance", r"mov(?:e|ing) (?:out|on)", r"right for you", r"the one for you",
            r"worth (?:staying|saving|fighting|it)", r"save (?:your|the|this) (?:relationship|marriage|love)", r"giv(?:e|ing) up", r"meant to be",
            r"hold(?:ing)? on to (?:him|her|them|your)", r"let (?:him|her|them) go", r"deserve better",
        ),
    },
    solo_phrases={
        "solo-names-the-other": _any_of(
            rf"(?:your )?{_OTHER}s?", r"together", r"you two", r"two of you", r"both", r"each other", r"one another", r"couples?", r"relationship", r"he",
            r"she", r"him", r"her", r"us", r"we", r"our", r"marriage", r"love (?:him|her|them)", r"someone (?:close|dear|you love)", r"home",
        ),
        "solo-talk-it-out": _any_of(
            r"talk(?:s|ed|ing)?", r"tell(?:s|ing)?", r"told", r"ask(?:s|ed|ing)?", r"say it", r"speak(?:s|ing)? (?:up|with|to)", r"share", r"open up",
            r"reach(?:ing)? out", r"make up", r"apologi[sz]\w*", r"forgiv\w+", r"listen to (?:him|her|them)", r"conversation", r"discuss\w*",
        ),
    },
    hedges=_any_of(r"can", r"may", r"might", r"could", r"often", r"sometimes", r"some days", r"at times", r"perhaps", r"rarely"),
    grade=reading_grade,
)  # fmt: skip

RULES: Final[Mapping[str, LanguageRules]] = {"en": _ENGLISH}
