"""What is usual for one person, from that person's own answers alone.

The levels inside the couple filter are corrected by what the filter thinks of both, so a little of the partner's answers
is in them. Whatever a person reads about themselves, and the words chosen for them, must depend on their own answers
only: it comes from here, where nobody else's answers ever enter.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import copysign, sqrt

import numpy as np

from checkins.patterns.answers import FELT, ROOM, WANTED, Floats, Ints, Quick
from checkins.patterns.baseline import initial_levels, initial_spreads, learn, learn_spreads
from checkins.patterns.constants import CONSTANTS, LEAST_SPREAD

LAST_ANSWERS = 4
WITHIN_DAYS = 7
# What a one-tap answer says about the two leanings, in own spreads: about the threshold at which it is given.
QUICK_LEANING = {Quick.CLOSER: (1.0, -1.0), Quick.AS_USUAL: (0.0, 0.0), Quick.MORE_ROOM: (-1.0, 1.0)}


@dataclass(frozen=True)
class OwnCourse:
    """The own course of C persons over T days.

    `level` and `spread` [C, T, 4]: the usual level and own spread in points after the answers of each day. `deviation`
    [C, T, 4]: the answer beside what was usual before that day, in own spreads, nan where not answered. `answers` [C, T]:
    full answers so far.
    """

    level: Floats
    spread: Floats
    deviation: Floats
    answers: Ints


@dataclass(frozen=True)
class Leaning:
    """Where C persons lean in their last answers, in own spreads [C]: `checkins.policy.voice` reads both."""

    reaching: Floats
    making_room: Floats


def own_course(values: Floats, weekday: Ints) -> OwnCourse:
    """Usual levels and deviations day by day; causal.

    `values` [C, T, 4]: points, nan where not answered; `weekday` [C, T]: 0 Monday to 6 Sunday.
    """
    count, days, _ = values.shape
    levels, spreads = initial_levels(CONSTANTS, count), initial_spreads(count)
    level, spread = np.empty(values.shape), np.empty(values.shape)
    deviation = np.full(values.shape, np.nan)
    for day in range(days):
        weekend = (weekday[:, day] >= 5).astype(np.float64)[None, None]
        # Both sides of the baseline's arrays hold the same person; side 0 is read.
        answer = np.repeat(values[:, day].T[:, None], 2, axis=1)
        seen = ~np.isnan(answer)
        wide = spreads.spread(CONSTANTS)
        residual = np.where(seen, answer, 0.0) - levels.expected(weekend)
        deviation[:, day] = np.where(seen, residual / wide, np.nan)[:, 0].T
        inflation = 1.0 + levels.expected_var(weekend) / wide**2
        square = np.clip(residual, -CONSTANTS.clip * wide, CONSTANTS.clip * wide) ** 2 / inflation
        levels = learn(CONSTANTS, levels, residual=residual, noise_var=wide**2, weekend=weekend, seen=seen, limit=CONSTANTS.clip * wide)
        spreads = learn_spreads(CONSTANTS, spreads, square=square, seen=seen)
        level[:, day], spread[:, day] = levels.level[:, 0].T, spreads.spread(CONSTANTS)[:, 0].T
    answers = np.cumsum(~np.isnan(values).all(axis=2), axis=1, dtype=np.int64)
    return OwnCourse(level, spread, deviation, answers)


def last_deviations(days: Iterable[tuple[bool, Sequence[float | None]]]) -> list[list[float]]:
    """The deviations of `own_course` for one person: of each question the last `LAST_ANSWERS` that were given.

    `days` are those with an answer, the oldest first: whether on a weekend, and four points, None where not answered. Number by number,
    since for one person arrays would take twenty times as long: `baseline.learn` and `learn_spreads` with everything written out, each
    question in its place of these lists.
    """
    c = CONSTANTS
    kept, own_weight, clip_square, least = c.forgetting, c.prior_spread_weight, c.clip**2, LEAST_SPREAD**2
    most_var = [sd**2 for sd in c.prior_level_sd]
    level, level_var = list(c.prior_level), list(most_var)
    offset, cross_var, squares, weight = ([0.0] * len(level) for _ in range(4))
    offset_var = [(c.weekend_sd * c.prior_spread) ** 2] * len(level)
    strayed: list[list[tuple[float, float]]] = [[] for _ in level]
    all_squares, all_weight = c.pooled_spread_weight * c.prior_spread**2, c.pooled_spread_weight
    for weekend, answers in days:
        pooled = own_weight * all_squares / all_weight
        for q, answer in enumerate(answers):
            if answer is None:
                continue
            to_level, to_offset, old_squares, old_weight = level_var[q], cross_var[q], squares[q], weight[q]
            spread_var = (pooled + old_squares) / (own_weight + old_weight)
            if spread_var < least:  # noqa: PLR1730 (max() is a call, and this is run hundreds of times for each reader)
                spread_var = least
            residual, expected_var = answer - level[q], to_level
            if weekend:
                residual -= offset[q]
                to_level, to_offset = to_level + to_offset, to_offset + offset_var[q]
                expected_var = to_level + to_offset
            strayed[q].append((residual, spread_var))
            gain = 1.0 / (expected_var + spread_var)
            square = residual * residual
            if square > clip_square * spread_var:
                square = clip_square * spread_var
                residual = copysign(sqrt(square), residual)
            level[q] += to_level * gain * residual
            offset[q] += to_offset * gain * residual
            level_var[q] = min((level_var[q] - to_level * gain * to_level) / kept, most_var[q])
            cross_var[q] -= to_level * gain * to_offset
            offset_var[q] -= to_offset * gain * to_offset
            squares[q] = kept * old_squares + square * spread_var * gain
            weight[q] = kept * old_weight + 1.0
            all_squares += squares[q] - old_squares
            all_weight += weight[q] - old_weight
    return [[residual / sqrt(spread_var) for residual, spread_var in one[-LAST_ANSWERS:]] for one in strayed]


def own_leaning(course: OwnCourse, quick: Ints) -> Leaning:
    """Where each person leans at the end of the course: means over their last four answers of the last seven days.

    `quick` [C, T]: one-tap codes. Nobody leans without an answer.
    """
    recent = slice(-WITHIN_DAYS, None)
    deviation, taps = course.deviation[:, recent], quick[:, recent]
    reaching = (deviation[..., WANTED] - deviation[..., FELT]) / 2.0
    making_room = (deviation[..., ROOM] - deviation[..., WANTED]) / 2.0
    for code, (towards, away) in QUICK_LEANING.items():
        tapped = (taps == code) & np.isnan(reaching)
        reaching, making_room = np.where(tapped, towards, reaching), np.where(tapped, away, making_room)
    given = ~np.isnan(reaching)
    # Counted from the end: the last four answered days take part.
    rank = np.cumsum(given[:, ::-1], axis=1)[:, ::-1]
    used = given & (rank <= LAST_ANSWERS)
    count = np.maximum(used.sum(axis=1), 1)
    return Leaning(
        reaching=np.where(used, reaching, 0.0).sum(axis=1) / count,
        making_room=np.where(used, making_room, 0.0).sum(axis=1) / count,
    )
