"""Plain words for one day of a replay: what stands out in each partner's own answers. Answers, never roles."""

from collections.abc import Sequence

from checkins.patterns.answers import SIDES, Floats, Ints
from checkins.patterns.explain import Reason, explain
from checkins.patterns.own import OwnCourse, own_course

PHRASES = {
    "closeness_felt": "felt {} closeness",
    "closeness_wanted": "wanted {} closeness",
    "space_wanted": "needed {} room",
    "tension": "felt {} tension",
}


def own_courses(values: Floats, weekday: Ints) -> tuple[OwnCourse, OwnCourse]:
    """The own course of each side of C couples; `values` [C, T, 2, 4], `weekday` [C, T]."""
    return own_course(values[:, :, 0], weekday), own_course(values[:, :, 1], weekday)


def tell(courses: tuple[OwnCourse, OwnCourse], couple: int, day: int, *, a_reaches: bool) -> str:
    """What stands out in the answers of a couple up to and including a day; "" where nothing does.

    `a_reaches` is the direction that is likelier on the day: it chooses which of each partner's questions are looked at.
    """
    said = []
    for side, name in enumerate(SIDES):
        course = _until(courses[side], couple, day)
        sentence = in_words(explain(course, 0, reaching=a_reaches == (side == 0)))
        if sentence:
            said.append(f"{name} {sentence}")
    return "; ".join(said)


def in_words(reasons: Sequence[Reason]) -> str:
    """The two weightiest reasons as half a sentence."""
    return " and ".join(
        f"{PHRASES[reason.question].format('more' if reason.above else 'less')} than is usual for them "
        f"on {reason.days} of the last {reason.of} days they answered"
        for reason in reasons[:2]
    )


def _until(course: OwnCourse, couple: int, day: int) -> OwnCourse:
    one, days = slice(couple, couple + 1), slice(0, day + 1)
    return OwnCourse(course.level[one, days], course.spread[one, days], course.deviation[one, days], course.answers[one, days])
