"""The rounds of `assess`, in a process of their own: `python -m config.benchmarks.assess.rounds COUPLES ROUNDS`."""

import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from checkins.patterns import Course, DayAnswers, States, advance, advance_course, initial_states
from checkins.patterns.detector import COUPLES_AT_ONCE
from checkins.patterns.simulate import FAMILIES, simulate
from checkins.patterns.state import unfold
from config.benchmarks.assess import plain
from config.benchmarks.child import end_with, tell
from config.benchmarks.turns import in_turns

OF_EACH_FAMILY = 20
MONTH, THREE_YEARS = 30, 1096
MORNINGS = 200  # as many as `checkins.services.deciding` takes at once
SMALL = 50  # how often those of a morning are done in a round
ALONE = 4  # and each couple alone


@dataclass(frozen=True)
class Couples:
    """States as of the evening before, and the answers of the day."""

    states: States
    answers: DayAnswers

    def part(self, some: slice) -> "Couples":
        day = self.answers
        return Couples(self.states[some], DayAnswers(day.values[some], day.quick[some], day.weekday[some]))


def measure(count: int, rounds: int) -> dict[str, Any]:
    """Figures of each contender, medians over rounds taken in turns."""
    tell(f"making {count:,} couples")
    made = _made(MONTH)
    couples = _repeated(made, count)
    # The same couples and the same answers, with a month behind them and with three years.
    after_a_month = made.part(slice(0, OF_EACH_FAMILY))
    after_years = replace(after_a_month, states=_made(THREE_YEARS, families=FAMILIES[:1]).states)
    few = _repeated(made, max(count // 1000, 10))
    figures = in_turns(
        {
            "ebb": (count, lambda: _in_batches(couples)),
            "memory moved": (count, _memory_for(couples)),
            "a plain loop": (len(few.states), _loop(few)),
            "200 at once": (SMALL * MORNINGS, lambda: _often(_repeated(made, MORNINGS))),
            "one alone": (ALONE * len(made.states), _one_by_one(made)),
            "one alone after a month": (ALONE * OF_EACH_FAMILY, _one_by_one(after_a_month)),
            "one alone after three years": (ALONE * OF_EACH_FAMILY, _one_by_one(after_years)),
        },
        rounds,
    )
    return {
        "contenders": figures,
        "three_years": figures["one alone after a month"]["per_cpu_second"] / figures["one alone after three years"]["per_cpu_second"],
        "versions": {"python": platform.python_version(), "numpy": np.__version__, "cpus": str(os.cpu_count())},
    }


def _made(days: int, families: Sequence[str] = FAMILIES, each: int = OF_EACH_FAMILY) -> Couples:
    """Some couples of every family after so many days, and what they answer on the next."""
    parts = [simulate(family, couples=each, days=days + 1, seed=7, taps=0.1).course for family in families]
    course = Course(*(np.concatenate([getattr(part, name) for part in parts]) for name in ("values", "quick", "weekday")))
    before = Course(course.values[:, :days], course.quick[:, :days], course.weekday[:, :days])
    states, _ = advance_course(initial_states(len(course.values)), before)
    return Couples(states, course.day(days))


def _repeated(made: Couples, count: int) -> Couples:
    """As many couples as are asked for, the made ones in turns."""
    which = np.resize(np.arange(len(made.states)), count)
    day = made.answers
    return Couples(made.states[which], DayAnswers(day.values[which], day.quick[which], day.weekday[which]))


def _in_batches(couples: Couples) -> None:
    """All of them, each state written back where it stood."""
    for start in range(0, len(couples.states), COUPLES_AT_ONCE):
        part = couples.part(slice(start, start + COUPLES_AT_ONCE))
        part.states[:], _ = advance(part.states, part.answers)


def _memory_for(couples: Couples) -> Callable[[], None]:
    """The floor: every state and answer is read once, every state and output is written once, and nothing is worked out."""
    target, outputs = np.zeros_like(couples.states), np.zeros((len(couples.states), 5))
    seen = np.zeros((COUPLES_AT_ONCE, 2, 4))

    def move() -> None:
        for start in range(0, len(target), COUPLES_AT_ONCE):
            some = slice(start, start + COUPLES_AT_ONCE)
            part = couples.part(some)
            target[some] = part.states
            outputs[some] = 0.0
            seen[: len(part.states)] = part.answers.values
            seen[: len(part.states), :, 0] = part.answers.quick

    return move


def _loop(couples: Couples) -> Callable[[], None]:
    """The peer, with numbers of Python's own, made beforehand."""
    each, day = plain.couples_of(unfold(couples.states)), couples.answers
    answers = list(zip(day.values.tolist(), day.quick.tolist(), day.weekday.tolist(), strict=True))

    def work() -> None:
        for couple, (values, quick, weekday) in zip(each, answers, strict=True):
            plain.advance(couple, values, quick, weekday)

    return work


def _often(couples: Couples) -> None:
    for _ in range(SMALL):
        advance(couples.states, couples.answers)


def _one_by_one(couples: Couples) -> Callable[[], None]:
    """Every couple as a batch of its own, as one is when an answer came late or few have their morning."""
    each = [couples.part(slice(place, place + 1)) for place in range(len(couples.states))]

    def work() -> None:
        for _ in range(ALONE):
            for one in each:
                advance(one.states, one.answers)

    return work


if __name__ == "__main__":
    end_with(measure(*map(int, sys.argv[1:])))
