"""Rebuilds every constant from simulated couples with fixed seeds.

All constants together are moved to where the detector says the truth of each day best, by its logarithmic score (Good
1952), from the answers up to that day. The maximum is sought by Fisher scoring (Osborne 1992) with a step bounded in
each number: p of a day is differentiated in each constant by a forward difference, the expected information is
J' diag(1/p) J, and a ridge holds each constant near where it began, so that what the couples do not tell stays
plausible. Rates and shares move on the logit scale, widths and weights on the log scale, shifts as they are.

The calibration is fitted last, on other seeds, by Newton's method for logistic regression.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np

from checkins.patterns.answers import Bools, Course, Floats, Ints
from checkins.patterns.calibration import TINY
from checkins.patterns.constants import Constants
from checkins.patterns.couple_filter import pattern
from checkins.patterns.detector import COUPLES_AT_ONCE, advance_memory
from checkins.patterns.model import build
from checkins.patterns.simulate import A_REACHES, B_REACHES, EPISODE_FAMILIES, FAMILIES, STEADY, Simulated, simulate
from checkins.patterns.state import initial_memory

FIT_SEEDS = (101,)
CALIBRATION_SEEDS = (201, 202)
HELD_OUT_SEEDS = (301, 302, 303)
COUPLES = 120  # of each family with episodes; quiet families have fewer
DAYS = 120
LEARNING_DAYS = 10  # of each couple, which are not scored
TAPS = 0.1  # share of answers given by one tap
STEPS = 5
RIDGE = 30.0  # precision of the ridge, per squared unit of a moved number
DIFFERENCE = 0.04
LONGEST_STEP = 0.5
LEAST_P = 1e-6

SHARES = frozenset(
    {"forgetting", "taken_out", "most_lately", "mild", "mood_persistence", "silence_decay", "tap_slip"}
    | {"hard_begins", "hard_ends", "good_begins", "good_ends"}
    | {"one_begins", "pair_begins", "both_begin", "one_answered", "one_joined", "one_ends", "pair_settles", "young_ends"}
    | {"pair_ends", "pair_fades", "fade_ends", "pair_loosens", "pair_turns", "both_end", "both_loosen"}
)
AS_THEY_ARE = frozenset({"prior_level", "reaching", "drawing_back", "hard_day", "good_day", "mood", "leaning", "intercept"})

# Bounds that are promises, not findings: a missing answer is weak evidence and adds up to little, somebody's first answers
# hardly count, and what goes on for weeks becomes usual. The couples it is fitted on would have the first two a little stronger.
AT_MOST = {"silence": 0.4, "silence_decay": 0.5, "most_lately": 0.6}
AT_LEAST = {"trusted_after": 4.5, "trust_power": 2.0}

Told = Callable[[int, int], None]


@dataclass(frozen=True)
class Couples:
    """Simulated couples: their answers and the truth [C, T]."""

    course: Course
    truth: Ints


@dataclass(frozen=True)
class Said:
    """Probabilities of the truth's three values [3, C, T] and whether the alert was on [C, T]."""

    p: Floats
    alert: Bools


def couples_of(seeds: tuple[int, ...], *, couples: int = COUPLES, days: int = DAYS, taps: float = TAPS, fewer: int = 5) -> Couples:
    """Couples of all families; those with episodes `fewer` times as many as quiet ones, because it is episodes that teach."""
    return together(
        simulate(family, couples=couples if family in EPISODE_FAMILIES else max(couples // fewer, 1), days=days, seed=seed, taps=taps)
        for seed in seeds
        for family in FAMILIES
    )


def calibration_couples() -> Couples:
    """The couples of the calibration: nearly as many quiet ones as others, between a fit's mix and a mix of families."""
    return couples_of(CALIBRATION_SEEDS, fewer=3)


def family_of(family: str, seeds: tuple[int, ...], *, couples: int) -> Couples:
    """Couples of one family, without taps."""
    return together(simulate(family, couples=couples, days=DAYS, seed=seed) for seed in seeds)


def together(made: Iterable[Simulated]) -> Couples:
    """Several families as one."""
    parts = [(one.course.values, one.course.quick, one.course.weekday, one.truth) for one in made]
    values, quick, weekday, truth = (np.concatenate(part) for part in zip(*parts, strict=True))
    return Couples(Course(values, quick, weekday), truth)


def say(c: Constants, course: Course) -> Said:
    """What the detector with these constants says of each day."""
    model = build(c)
    p = np.empty((3, *course.values.shape[:2]))
    alert = np.zeros(p.shape[1:], np.bool_)
    for start in range(0, len(course.values), COUPLES_AT_ONCE):
        some = slice(start, start + COUPLES_AT_ONCE)
        part = Course(course.values[some], course.quick[some], course.weekday[some])
        memory = initial_memory(model, len(part.values))
        for day in range(p.shape[2]):
            memory, said = advance_memory(memory, part.day(day), model)
            p[A_REACHES, some, day], p[B_REACHES, some, day], alert[some, day] = said.p_a_reaches, said.p_b_reaches, said.alert
    p[STEADY] = 1.0 - p[A_REACHES] - p[B_REACHES]
    return Said(np.maximum(p, LEAST_P), alert)


def loss(p: Floats, truth: Ints) -> float:
    """The logarithmic score in nats, summed over the days after the first ones; lower is better."""
    said = np.take_along_axis(p, truth[None], axis=0)[0]
    return float(-np.log(said[:, LEARNING_DAYS:]).sum())


def fit(start: Constants, couples: Couples, *, steps: int = STEPS, told: Told = lambda done, of: None) -> Constants:
    """The constants after `steps` steps of Fisher scoring at most. `told(done, of)` hears of progress."""
    origin = to_numbers(start)
    numbers, constants = origin, start
    least, most = bounds(start)
    p = say(constants, couples.course).p
    score = loss(p, couples.truth)
    of = steps * len(origin)
    for step in range(steps):
        gradient, information = _slopes(constants, couples, p, lambda done, step=step: told(step * len(origin) + done, of))  # type: ignore[misc]
        gradient = gradient - RIDGE * (numbers - origin)
        information = information + RIDGE * np.eye(len(origin)) + 0.02 * np.diag(np.diag(information))
        # What stands at its bound and would go beyond it stays there, and the others move as if it were known.
        free = ((numbers > least) | (gradient > 0)) & ((numbers < most) | (gradient < 0))
        move = np.zeros_like(numbers)
        move[free] = np.linalg.solve(information[np.ix_(free, free)], gradient[free])
        move = np.clip(move, -LONGEST_STEP, LONGEST_STEP)
        for _ in range(4):  # halved until it is one for the better
            there = np.clip(numbers + move, least, most)
            candidate = from_numbers(there, start)
            p_there = say(candidate, couples.course).p
            score_there = loss(p_there, couples.truth) + 0.5 * RIDGE * float(((there - origin) ** 2).sum())
            if score_there < score:
                break
            move = move / 2
        else:
            break
        numbers, constants, p, score = there, candidate, p_there, score_there
    told(of, of)
    return constants


def _slopes(constants: Constants, couples: Couples, p: Floats, told: Callable[[int], None]) -> tuple[Floats, Floats]:
    """Gradient [N] and expected information [N, N] of minus the loss in the moved numbers."""
    numbers = to_numbers(constants)
    scored = np.s_[:, :, LEARNING_DAYS:]
    below = np.sqrt(p[scored]).reshape(-1)
    slopes = np.empty((len(numbers), below.size), np.float32)
    for index in range(len(numbers)):
        beside = numbers.copy()
        beside[index] += DIFFERENCE
        there = say(from_numbers(beside, constants), couples.course).p
        slopes[index] = (there - p)[scored].reshape(-1) / (DIFFERENCE * below)
        told(index + 1)
    happened = (couples.truth[None] == np.arange(3)[:, None, None])[scored].reshape(-1) / below
    return (slopes @ happened.astype(np.float32)).astype(np.float64), (slopes @ slopes.T).astype(np.float64)


def calibrated(constants: Constants, couples: Couples) -> Constants:
    """The same constants with intercept and slope rebuilt on these couples."""
    model = build(constants)
    memory = initial_memory(model, len(couples.truth))
    log_odds = []
    for day in range(couples.truth.shape[1]):
        memory, _ = advance_memory(memory, couples.course.day(day), model)
        a, b = pattern(memory.cells)
        either = np.clip(a + b, TINY, 1 - TINY)
        log_odds.append(np.log(either) - np.log1p(-either))
    inside = (couples.truth[:, LEARNING_DAYS:] != STEADY).astype(np.float64)
    intercept, slope = logistic(np.stack(log_odds, axis=1)[:, LEARNING_DAYS:].ravel(), inside.ravel())
    return rounded(replace(constants, intercept=intercept, slope=slope))


def logistic(log_odds: Floats, inside: Floats, steps: int = 25) -> tuple[float, float]:
    """Maximum likelihood of P(inside) = 1 / (1 + exp(-(intercept + slope * log_odds))), by Newton's method."""
    design = np.stack([np.ones_like(log_odds), log_odds])
    weights = np.array([0.0, 1.0])
    for _ in range(steps):
        chance = 1.0 / (1.0 + np.exp(-(weights @ design)))
        slope = design @ (inside - chance)
        curvature = (design * (chance * (1.0 - chance))) @ design.T
        weights = weights + np.linalg.solve(curvature, slope)
    return float(weights[0]), float(weights[1])


def to_numbers(constants: Constants) -> Floats:
    """All constants as one row of numbers that may be anything [N]."""
    moved = []
    for field in fields(Constants):
        value = np.atleast_1d(np.array(getattr(constants, field.name), np.float64))
        if field.name in SHARES:
            value = np.log(value / (1.0 - value))
        elif field.name not in AS_THEY_ARE:
            value = np.log(value)
        moved.append(value)
    return np.concatenate(moved)


def bounds(like: Constants) -> tuple[Floats, Floats]:
    """The least and the most that each moved number may be [N] each."""
    place = {field.name: index for field, index in zip(fields(Constants), _places(like), strict=True)}
    least, most = np.full(len(to_numbers(like)), -np.inf), np.full(len(to_numbers(like)), np.inf)
    for limits, side in ((AT_LEAST, least), (AT_MOST, most)):
        moved: dict[str, Any] = dict(limits)
        numbers = to_numbers(replace(like, **moved))
        for name in limits:
            side[place[name]] = numbers[place[name]]
    return least, most


def _places(like: Constants) -> list[int]:
    """Where the numbers of each constant begin."""
    sizes = [np.size(getattr(like, field.name)) for field in fields(Constants)]
    return [sum(sizes[:index]) for index in range(len(sizes))]


def from_numbers(numbers: Floats, like: Constants) -> Constants:
    """The inverse of `to_numbers`; `like` tells which constants are tuples."""
    read: dict[str, Any] = {}
    start = 0
    for field in fields(Constants):
        old = getattr(like, field.name)
        size = len(old) if isinstance(old, tuple) else 1
        value = numbers[start : start + size]
        start += size
        if field.name in SHARES:
            value = 1.0 / (1.0 + np.exp(-value))
        elif field.name not in AS_THEY_ARE:
            value = np.exp(value)
        read[field.name] = tuple(value.tolist()) if isinstance(old, tuple) else float(value[0])
    return Constants(**read)


def rounded(constants: Constants, digits: int = 4) -> Constants:
    """The constants to four significant digits, as they are stored."""

    def short(value: float) -> float:
        return float(f"{value:.{digits}g}")

    values = {field.name: getattr(constants, field.name) for field in fields(Constants)}
    kept: dict[str, Any] = {name: tuple(map(short, v)) if isinstance(v, tuple) else short(v) for name, v in values.items()}
    return Constants(**kept)
