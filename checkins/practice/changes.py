"""Whether one person's answers changed between two stretches of days: pure numbers, with how far chance alone may reach.

Answers of neighbouring days resemble each other, so that fourteen of them tell less than fourteen independent ones would. And six
comparisons stand side by side, three questions for each of two: the margin is as wide as it takes for all six to hold together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from checkins.effects.student import quantile

FEW = 5
SIDE_BY_SIDE = 6
MISSED = 0.05
"""How often, at most, chance makes any of the comparisons side by side look like a change."""
LIKENESS = 0.4
"""How alike the answers of two neighbouring days are, as a correlation."""
LEAST_SPREAD = 1.0
"""Points. Answers are whole numbers: a week of equal ones is no proof of a steady hand."""


@dataclass(frozen=True, kw_only=True)
class Change:
    """Means in points 0-10 before and after, and the margin that `shift` has to pass to be more than chance."""

    before: float
    after: float
    margin: float

    @property
    def shift(self) -> float:
        return self.after - self.before

    @property
    def is_clear(self) -> bool:
        """As it is shown, to a tenth: nobody should read that 1.0 passes 1.0."""
        return round(abs(self.shift), 1) > round(self.margin, 1)


def change_between(before: Sequence[int], after: Sequence[int]) -> Change | None:
    """From the answers (points 0-10) of two stretches of days; None where either has too few to say anything."""
    if min(len(before), len(after)) < FEW:
        return None
    means = fmean(before), fmean(after)
    degrees = len(before) + len(after) - 2
    square = (sum((one - means[0]) ** 2 for one in before) + sum((one - means[1]) ** 2 for one in after)) / degrees
    worth = (1 - LIKENESS) / (1 + LIKENESS)
    error = max(sqrt(square), LEAST_SPREAD) * sqrt((1 / len(before) + 1 / len(after)) / worth)
    return Change(before=means[0], after=means[1], margin=error * quantile(1 - MISSED / SIDE_BY_SIDE / 2, max(1, round(degrees * worth))))
