"""What is usual for one person, from that person's own answers alone.

The levels inside the couple filter are corrected by what the filter thinks of both, so a little of the partner's answers
is in them. Whatever a person reads about themselves, and the words chosen for them, must depend on their own answers
only: it comes from here, where nobody else's answers ever enter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import sqrt

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


def own_course_of_one(values: Sequence[Sequence[float | None]], weekday: Sequence[int]) -> OwnCourse:
    """`own_course` of one person, number by number: for one, arrays would take ten times as long.

    `values` T times 4 points, None where not answered.
    """
    c = CONSTANTS
    usuals = [_Usual(level, sd**2) for level, sd in zip(c.prior_level, c.prior_level_sd, strict=True)]
    level, spread, deviation = (np.full((1, len(values), len(usuals)), np.nan) for _ in range(3))
    for day, (answers, on) in enumerate(zip(values, weekday, strict=True)):
        wide = _spreads(usuals)
        for question, (usual, answer) in enumerate(zip(usuals, answers, strict=True)):
            if answer is not None:
                deviation[0, day, question] = usual.learn(answer, wide[question], 1.0 if on >= 5 else 0.0)
        level[0, day], spread[0, day] = [usual.level for usual in usuals], _spreads(usuals)
    answered = np.cumsum([any(answer is not None for answer in answers) for answers in values], dtype=np.int64)
    return OwnCourse(level, spread, deviation, answered[None])


@dataclass
class _Usual:
    """What is usual for one person in one question: `baseline.Levels` and `baseline.Spreads` for one."""

    level: float
    level_var: float
    offset: float = 0.0
    cross_var: float = 0.0
    offset_var: float = (CONSTANTS.weekend_sd * CONSTANTS.prior_spread) ** 2
    squares: float = 0.0
    weight: float = 0.0
    most_var: float = field(init=False)

    def __post_init__(self) -> None:
        self.most_var = self.level_var

    def learn(self, answer: float, wide: float, weekend: float) -> float:
        """Takes in an answer and returns how far it was from what was usual before it, in own spreads."""
        c = CONSTANTS
        residual = answer - self.level - weekend * self.offset
        clipped = min(max(residual, -c.clip * wide), c.clip * wide)
        to_level, to_offset = self.level_var + weekend * self.cross_var, self.cross_var + weekend * self.offset_var
        expected_var = self.level_var + 2.0 * weekend * self.cross_var + weekend * self.offset_var
        gain_level, gain_offset = to_level / (expected_var + wide**2), to_offset / (expected_var + wide**2)
        self.level += gain_level * clipped
        self.offset += gain_offset * clipped
        self.level_var = min((self.level_var - gain_level * to_level) / c.forgetting, self.most_var)
        self.cross_var -= gain_level * to_offset
        self.offset_var -= gain_offset * to_offset
        self.squares = c.forgetting * self.squares + clipped**2 / (1.0 + expected_var / wide**2)
        self.weight = c.forgetting * self.weight + 1.0
        return residual / wide


def _spreads(usuals: Sequence[_Usual]) -> list[float]:
    """The own spread of each question in points, drawn towards that of all."""
    c = CONSTANTS
    squares, weight = sum(usual.squares for usual in usuals), sum(usual.weight for usual in usuals)
    pooled = (c.pooled_spread_weight * c.prior_spread**2 + squares) / (c.pooled_spread_weight + weight)
    own = ((c.prior_spread_weight * pooled + usual.squares) / (c.prior_spread_weight + usual.weight) for usual in usuals)
    return [max(sqrt(one), LEAST_SPREAD) for one in own]


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
