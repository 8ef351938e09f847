"""A week as low, about usual or high for that person: pure numbers, of many people and weeks at once."""

from enum import StrEnum
from itertools import product
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checkins.answers import LEVELS
from checkins.reveal import Bools, Ints

LOOKS_BACK_WEEKS = 13
"""How long before a week its "usual for that person" looks back. Counted from the week, not from the present: a picture that
moved with the day or the span it is looked at from would tell more each time."""
ANSWERS_FOR_A_PICTURE = 4
# Half an own spread: a week's mean of four answers strays further than that by chance about one time in three, so
# "low" and "high" stay rough words and never let a reader work back to a single day.
PICTURE_BAND = 0.5
# What is assumed of a level before answers say otherwise, with the weight of eight answers (points of the scale).
_PRIOR_LEVEL = {"closeness_felt": 6.3, "closeness_wanted": 6.2, "space_wanted": 3.6}
_PRIOR_SPREAD, _PRIOR_WEIGHT = 1.35, 8
_LEVELS_BEFORE = np.array([_PRIOR_WEIGHT * _PRIOR_LEVEL[name] for name in LEVELS])[:, None, None]
_SQUARES_BEFORE = _PRIOR_WEIGHT * _PRIOR_SPREAD**2


class Level(StrEnum):
    """How a week was, beside what is usual for that person."""

    LOW = "low"
    USUAL = "usual"
    HIGH = "high"


WORDS = (Level.LOW, Level.USUAL, Level.HIGH, None)
"""What the numbers of `pictures` stand for."""
NOTHING = 3
WEIGHTS = np.array([16, 4, 1])
PICTURES = [MappingProxyType(dict(zip(LEVELS, words, strict=True))) for words in product(WORDS, repeat=len(LEVELS))]
"""A picture for each three places in `WORDS`, by their sum with `WEIGHTS`."""


def pictures(*, person: Ints, week: Ints, known: Ints, counts: Bools, levels: Ints, people: int, weeks: int) -> NDArray[np.int8]:
    """For each person, week and question [people, weeks, 3] a place in `WORDS`; nothing from fewer than four answers.

    Of each answer: whose it is, the week it was given for, the first week whose picture may know of it (a picture does not change
    once it has been shown), whether a picture of its own week may count it, and its `levels` [N, 3] in points 0-10. What is usual
    for a person is drawn towards what is common while answers are few.
    """
    ends = np.maximum(week + LOOKS_BACK_WEEKS + 1, known)
    own = counts & (known <= week) & (week < weeks)
    columns = np.empty((7, len(week)))
    columns[0], columns[1:4] = 1.0, levels.T
    columns[4:] = columns[1:4] * columns[1:4]
    shape = people, weeks
    moved = _summed(columns, person, np.minimum(known, weeks), *shape) - _summed(columns, person, np.minimum(ends, weeks), *shape)
    answers, *parts = moved.cumsum(axis=2)
    totals, squares = np.array(parts[:3]), np.array(parts[3:])
    in_week, *parts = _summed(columns[:4, own], person[own], week[own], *shape)
    sums = np.array(parts)
    weight = _PRIOR_WEIGHT + answers
    spread = np.sqrt((_SQUARES_BEFORE + squares - totals * totals / np.maximum(answers, 1)) / weight)
    strays = sums / np.maximum(in_week, 1) - (_LEVELS_BEFORE + totals) / weight
    band = PICTURE_BAND * spread
    said = 1 + (strays > band).astype(np.int8) - (strays < -band)
    said[:, in_week < ANSWERS_FOR_A_PICTURE] = NOTHING
    by_person: NDArray[np.int8] = said.transpose(1, 2, 0)
    return by_person


def _summed(columns: NDArray[np.float64], person: Ints, week: Ints, people: int, weeks: int) -> NDArray[Any]:
    """The sum of each column by person and week [columns, people, weeks]. What lies beyond the last week is left out."""
    size = people * (weeks + 1)
    place = person * (weeks + 1) + week + size * np.arange(len(columns))[:, None]
    counted = np.bincount(place.ravel(), columns.ravel(), size * len(columns))
    return counted.reshape(len(columns), people, weeks + 1)[:, :, :weeks]
