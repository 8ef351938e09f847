"""Whether words may ship: pure functions from an item to findings.

The rules of a language catch slips, and are no substitute for the person who reviews the words.

The swap test: each text is read as if it had reached the other of the two, and has to be as true and as kind there. So
nothing in it may say what the reader does or is, nothing may fit only one gender, and what one voice must not say (a look
at the phone, a demand for more) no voice may.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from notifications.words.loader import Item, Text, Voice
from notifications.words.reading import grade_of
from notifications.words.rules import RULES
from notifications.words.rules.base import LanguageRules
from notifications.words.rules.known import UNREVIEWED, known

LONGEST_TITLE: Final = 40
LONGEST_BODY: Final = 240
LONGEST_STEP: Final = 120
HIGHEST_GRADE: Final = 7.0
SPREAD: Final = 1.2
"""The longest text of an item may be this many times the shortest."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that one text breaks. ``where`` is a voice and field, ``what`` the words or number."""

    rule: str
    where: str
    what: str


def lint(item: Item) -> list[Finding]:
    """Everything that is wrong with the item, in reading order; an empty list lets it ship.

    Raises `LookupError` for a language that has no rules yet: unlinted words do not ship.
    """
    rules = RULES[item.language]
    findings = [finding for voice, text in item.texts.items() for finding in _of_text(voice, text, item.language, rules)]
    return findings + list(_of_balance(item, rules))


def lint_languages(items: Sequence[Item], languages: Iterable[str]) -> list[tuple[Item, Finding]]:
    """What is wrong between the languages: an item that is missing in one, or has other voices there."""
    found: list[tuple[Item, Finding]] = []
    known = {(item.language, item.id, item.version): item for item in items}
    for item in items:
        for language in languages:
            twin = known.get((language, item.id, item.version))
            if twin is None:
                found.append((item, Finding("translation", language, f"version {item.version} is missing")))
            elif set(twin.texts) != set(item.texts):
                found.append((item, Finding("translation", language, "has other voices")))
    return found


def phrases_in(content: str, language: str, *, solo: bool = False) -> list[tuple[str, str]]:
    """Each forbidden phrase in these words with its rule, and what nobody has reviewed yet."""
    rules = RULES[language]
    patterns = [*rules.phrases.items(), *(rules.solo_phrases.items() if solo else ())]
    # A typographic apostrophe must not hide a word from a list that writes it plainly.
    plain = content.replace("\u2019", "'")
    forbidden = [(rule, match.group(0).strip()) for rule, each in patterns for match in each.finditer(plain)]
    return forbidden + [(UNREVIEWED, words) for words in known(language).unreviewed(content)]


def _of_text(voice: Voice, text: Text, language: str, rules: LanguageRules) -> Iterator[Finding]:
    fields = {"title": text.title, "body": text.body, "step": text.step}
    for (name, content), longest in zip(fields.items(), (LONGEST_TITLE, LONGEST_BODY, LONGEST_STEP), strict=True):
        if len(content) > longest:
            yield Finding("length", f"{voice}.{name}", f"{len(content)} characters, at most {longest}")
        for rule, words in phrases_in(content, language, solo=voice is Voice.SOLO):
            yield Finding(rule, f"{voice}.{name}", words)
    grade = grade_of(f"{text.body} {text.step}", language)
    if grade > HIGHEST_GRADE:
        yield Finding("reading-grade", voice, f"{grade:.1f}, at most {HIGHEST_GRADE:.0f}")
    span = rules.span(text.step)
    if span != text.minutes:
        yield Finding("timer", f"{voice}.minutes", f"the step names {_minutes(span)}, the timer {_minutes(text.minutes)}")


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


def _minutes(span: int | None) -> str:
    return "no span" if span is None else f"{span} minutes"
