"""What happened, in sentences for whoever watches the story."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from config.story.log import Decision, PatternDay
from config.story.plan import Answer

Say = Callable[[str], None]

INDENT = " " * 21
"""As wide as a heading."""

_WORDS = {"closeness_felt": "close {}", "closeness_wanted": "wants {}", "space_wanted": "room {}", "tension": "tense {}"}
_QUICK = {"closer": "closer, please", "as_usual": "as usual", "more_room": "more room, please"}
_REACTIONS = {"helped": "says that it helped", "not_now": "says not now", "did_not_fit": "says that it did not fit"}
_WHY_NOT = {
    "too-soon": "the first two weeks are for learning",
    "cap-reached": "three came within the last seven days",
    "no-words": "every prompt was used within the last four weeks",
    "missed": "nobody was there to decide",
}


def heading(day: date, moment: str) -> str:
    return f"{day:%a %d %b} {moment:>8}  "


def answered(name: str, answer: Answer) -> str:
    """One person's evening."""
    if answer.quick:
        return f"{name}, in one tap: {_QUICK[answer.quick]}."
    return f"{name}: {', '.join(_WORDS[question].format(points) for question, points in answer.points.items())}."


def not_answered(name: str) -> str:
    return f"{name} does not answer."


def pattern(seen: PatternDay | None) -> str:
    """What the closed day looked like."""
    if seen is None or not seen.enough:
        return "Not enough answers yet."
    likely = max(seen.p_a_reaches, seen.p_b_reaches)
    looks = f"One reaching while one makes room: {likely:.0%}"
    return f"{looks}, an episode." if seen.alert else f"{looks}."


def decision(taken: Decision) -> str:
    """What the morning decided and how."""
    if not taken.available:
        return f"No prompt: {_WHY_NOT.get(taken.reason, taken.reason)}."
    tossed = f"Probability {taken.probability:.2f}, coin {taken.coin:.2f}"
    return f"{tossed}: a prompt for both." if taken.sent else f"{tossed}: no prompt."


def pushed(titles: Sequence[str]) -> str:
    """What the lock screens show."""
    return (
        f"Both phones decrypt the same neutral line, “{titles[0]}”."
        if len(set(titles)) == 1
        else f"The phones show {' and '.join(titles)}."
    )


def read(name: str, prompt: Mapping[str, str], voice: str, reaction: str) -> str:
    """What one person read, and how it was felt."""
    return f"{name} reads “{prompt['title']}: {prompt['body']}” ({voice.replace('_', ' ')}) and {_REACTIONS[reaction]}."
