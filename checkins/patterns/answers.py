"""Answers as arrays: one day of many couples, or the whole course of some."""

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

# Of 64 bits where constants are fitted and checked, of 32 where couples go through their days, as states are stored.
Floats = NDArray[np.floating[Any]]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

QUESTIONS = ("closeness_felt", "closeness_wanted", "space_wanted", "tension")
FELT, WANTED, ROOM, TENSION = range(4)
SIDES = ("a", "b")


class Quick(IntEnum):
    """A one-tap answer. It is a coarse answer, never turned into numbers of the scale."""

    NONE = 0
    CLOSER = 1
    AS_USUAL = 2
    MORE_ROOM = 3


QUICK_CODES = {"closer": Quick.CLOSER, "as_usual": Quick.AS_USUAL, "more_room": Quick.MORE_ROOM}


@dataclass(frozen=True)
class DayAnswers:
    """What C couples answered on one day each.

    `values` [C, 2, 4]: points 0-10 by side and question, nan where not answered. `quick` [C, 2]: `Quick` codes, looked
    at only where no value is given. `weekday` [C]: 0 Monday to 6 Sunday of the couple's day.
    """

    values: Floats
    quick: Ints
    weekday: Ints

    def __post_init__(self) -> None:
        count = len(self.values)
        if self.values.shape != (count, 2, len(QUESTIONS)) or self.quick.shape != (count, 2) or self.weekday.shape != (count,):
            raise ValueError("day answers are values [C, 2, 4], quick [C, 2] and weekday [C]")

    @property
    def answered(self) -> Bools:
        """Who answered in one form or the other [C, 2]."""
        answered: Bools = ~np.isnan(self.values).all(axis=2) | (self.quick != Quick.NONE)
        return answered

    def mirrored(self) -> "DayAnswers":
        """The same day with the partners exchanged."""
        return DayAnswers(self.values[:, ::-1], self.quick[:, ::-1], self.weekday)


@dataclass(frozen=True)
class Course:
    """The answers of C couples over T days: `values` [C, T, 2, 4], `quick` [C, T, 2], `weekday` [C, T]."""

    values: Floats
    quick: Ints
    weekday: Ints

    def day(self, index: int) -> DayAnswers:
        """The answers of day `index` of each couple."""
        return DayAnswers(self.values[:, index], self.quick[:, index], self.weekday[:, index])


def no_answers(weekday: Ints) -> DayAnswers:
    """A silent day of as many couples as there are weekdays."""
    count = len(weekday)
    return DayAnswers(np.full((count, 2, len(QUESTIONS)), np.nan), np.zeros((count, 2), np.int64), weekday)
