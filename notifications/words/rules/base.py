"""What a language brings to the linter."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

ABOUT: Final[Mapping[str, str]] = {
    "label": "Says what the reader or another person is. Name the pattern, never a person.",
    "diagnosis": "Sounds like a clinic or like pop psychology.",
    "blame": "Says what somebody did wrong, or tells them off.",
    "absolute": "Always, never, nobody, everything. Say: can, may, some days.",
    "obligation": "Should, must, it is time to. Say: it can help to, you can.",
    "command": "Forbids something, or orders it to stop. Say what could be done instead.",
    "urgency": "Now, today, before it is too late, an exclamation mark.",
    "streak": "Counts days or answers, sets goals, praises a run.",
    "comparison": "Holds the reader up against others, or against an earlier self.",
    "claim-about-the-other": "Says what another person is, does, feels or wants.",
    "stay-or-leave": "Weighs whether to stay or to leave, or judges the bond.",
    "checking": "Invites to look whether the other has read, answered or come. This holds for each voice.",
    "demand": "Asks for more than the reader offers: tell everything, open up, give up room. This holds for each voice.",
    "swap": "Would be false or would point a finger if the other of the two read it: gives a role, or fits only one gender.",
    "solo-names-the-other": "A solo text is about oneself alone.",
    "solo-talk-it-out": "A solo text never leads to a talk.",
    "unreviewed": "A word, a beginning or two words side by side that nobody has looked at. Review and list them; a draft may wait for it.",
    "length": "Title up to 40 characters, body up to 240, step up to 120.",
    "balance": "The voices of an item are equally long, within a fifth, and have a step each or none.",
    "certainty": "The voices of an item are equally sure: each says can, may or often, or none does.",
    "reading-grade": "At most seven school years.",
    "timer": "Where a step names a span of minutes or hours, `minutes` says the same number, and nowhere else.",
    "translation": "Each item is there in each language, in the same version, with the same voices.",
    "kept": "A text that was sent is never changed; a change is a new version in a new file.",
}
"""Every rule, and what it is about, as `manage.py lint_prompts --rules` prints it."""

Phrases = Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, slots=True)
class LanguageRules:
    """One language's forbidden phrases by rule, phrases forbidden in solo texts, hedges, and spans of time."""

    phrases: Phrases
    solo_phrases: Phrases
    hedges: re.Pattern[str]
    span: Callable[[str], int | None]


def any_of(*phrases: str) -> re.Pattern[str]:
    """Any of these, as whole words, in capitals or not."""
    return re.compile(rf"\b(?:{'|'.join(phrases)})\b", re.IGNORECASE)


def pattern(*parts: str) -> re.Pattern[str]:
    """Any of these as they stand."""
    return re.compile("|".join(parts), re.IGNORECASE)


def span_reader(numbers: Mapping[str, float], *, minute: str, hour: str, half_hour: str) -> Callable[[str], int | None]:
    """Reads the one span of minutes or hours that a step names: "ten minutes" is 10, "half an hour" 30."""
    number = "|".join(sorted(numbers, key=len, reverse=True))
    spelled = re.compile(
        rf"\b(?:(?P<half>{half_hour})|(?P<number>{number}|\d+)\s(?:(?P<minutes>{minute})|(?P<hours>{hour})))\b", re.IGNORECASE
    )

    def read(text: str) -> int | None:
        found = spelled.search(text)
        if found is None:
            return None
        if found["half"]:
            return 30
        word = found["number"].lower()
        value = float(word) if word.isdigit() else numbers[word]
        return round(value * (60 if found["hours"] else 1))

    return read
