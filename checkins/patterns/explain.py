"""Which of a reader's own answers stand out, as numbers; turning them into a sentence is done elsewhere.

"You wanted more closeness than is usual for you on 3 of the last 4 days you answered." Only the reader's own answers and
own usual level enter (`own.py`), so that an explanation says nothing about the partner.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from checkins.patterns.answers import QUESTIONS
from checkins.patterns.constants import CONSTANTS
from checkins.patterns.own import LAST_ANSWERS, OwnCourse

STANDS_OUT = 0.75  # own spreads
FEWEST_DAYS = 2


@dataclass(frozen=True)
class Reason:
    """One question of the reader's own: above or below usual on `days` of the last `of` days they answered it.

    `weight` is the log-likelihood of the state minus that of usual that these answers bring, in nats.
    """

    question: str
    above: bool
    days: int
    of: int
    weight: float


def explain(course: OwnCourse, person: int, *, reaching: bool) -> list[Reason]:
    """The questions in which person `person` of the course has lately been reaching (or making room), weightiest first.

    Empty where nothing stands out, which is most of the time.
    """
    deviations = course.deviation[person].T
    return _reasons([one[~np.isnan(one)][-LAST_ANSWERS:].tolist() for one in deviations], reaching=reaching)


def stands_out(last: Sequence[Sequence[float]]) -> list[Reason]:
    """The same without a direction given, from `own.last_deviations`: whichever of the two the person's own answers speak for more."""
    return max((_reasons(last, reaching=reaching) for reaching in (True, False)), key=_weight)


def _reasons(last: Sequence[Sequence[float]], *, reaching: bool) -> list[Reason]:
    shifts = CONSTANTS.reaching if reaching else CONSTANTS.drawing_back
    reasons = []
    for question, shift, deviations in zip(QUESTIONS, shifts, last, strict=True):
        above = shift > 0
        days = sum([(one if above else -one) >= STANDS_OUT for one in deviations])
        weight = float(sum([one * shift - shift**2 / 2.0 for one in deviations]))
        if days >= FEWEST_DAYS and weight > 0:
            reasons.append(Reason(question, above, days, len(deviations), weight))
    return sorted(reasons, key=lambda reason: -reason.weight)


def _weight(reasons: Sequence[Reason]) -> float:
    return sum(reason.weight for reason in reasons)
