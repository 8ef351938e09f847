"""Lives of couples of the family "regimes", day by day: the model of checkins.patterns.simulate, as somebody knows it who knows
every true parameter of the two and none of what happens to them.

The simulator draws whole lives at once. Here each of C couples has P possible lives that go on by one day at a time, so that they
can be weighed, dropped and copied in between (a particle filter: Gordon, Salmond, Smith 1993). A test holds the two to each other.
"""

from dataclasses import dataclass, fields

import numpy as np

from checkins.patterns.answers import TENSION, Bools, Floats, Ints
from checkins.patterns.families import A_REACHES, B_REACHES, GOOD_DAY, HARD_DAY, STEADY
from checkins.patterns.simulate import MOOD, Habits

HAS_EPISODES = 0.85
REFRACTORY = 3
ERROR_SCALE, ERROR_DEGREES = 0.65, 7
MOOD_OWN, MOOD_SHARED, DRIFT = 0.5, 0.3, 0.01
# How often spells begin, and how many days they last on average.
HARD, GOOD, QUIET = (0.03, 2.0), (0.02, 3.0), (0.006, 4.0)
SILENT_IN_RETREAT = 0.5


@dataclass
class Lives:
    """P lives of each of C couples as of one day, [C, P] and further axes.

    `begun` and `ends`: first day of the latest episode and the day after its last; `late` when the second to move does; `second`
    which side that is; `reaching` which side reaches; `size`, `up`, `down` its course. `hard`, `good`: the kind of day. `quiet` [2]:
    spells of silence. `mood` [2]. `drift` [2, 4]. `any` whether this couple ever has episodes.
    """

    any: Bools
    begun: Ints
    ends: Ints
    late: Ints
    second: Ints
    reaching: Ints
    size: Floats
    up: Floats
    down: Floats
    hard: Bools
    good: Bools
    quiet: Bools
    mood: Floats
    drift: Floats

    def take(self, couples: Ints, chosen: Ints) -> None:
        """Puts the chosen lives [n, P] of some couples [n] in the place of all theirs."""
        for field in fields(self):
            column = getattr(self, field.name)
            column[couples] = column[couples[:, None], chosen]


def begin(rng: np.random.Generator, couples: int, lives: int) -> Lives:
    """The evening before the first day."""
    shape = (couples, lives)
    never = np.full(shape, -REFRACTORY - 1, np.int64)
    return Lives(
        any=rng.random(shape) < HAS_EPISODES,
        begun=never.copy(), ends=never.copy(), late=np.zeros(shape, np.int64), second=np.zeros(shape, np.int64),
        reaching=np.zeros(shape, np.int64), size=np.ones(shape), up=np.ones(shape), down=np.ones(shape), hard=np.zeros(shape, np.bool_),
        good=np.zeros(shape, np.bool_), quiet=np.zeros((*shape, 2), np.bool_), mood=np.zeros((*shape, 2)), drift=np.zeros((*shape, 2, 4)),
    )  # fmt: skip


def go_on(rng: np.random.Generator, lives: Lives, habits: Habits, day: int, *, at_least: float = 0.0) -> Floats:
    """One more day of every life. Returns the logs of the weights [C, P] that this takes.

    Episodes begin seldom, and few lives would be there to explain one. With `at_least`, they begin that often a day, and weigh
    less in turn (importance sampling).
    """
    assert habits.life.rate is not None
    shape = lives.any.shape
    free = lives.any & (day >= lives.ends + REFRACTORY)
    chance = np.broadcast_to(-np.expm1(-habits.life.rate)[:, None], shape)
    drawn = np.maximum(chance, at_least)
    starts = free & (rng.random(shape) < drawn)
    weight = np.where(starts, np.log(chance / drawn), np.where(free, np.log1p(-chance) - np.log1p(-drawn), 0.0))
    _start(rng, lives, starts, day)
    for name, (rate, length) in (("hard", HARD), ("good", GOOD), ("quiet", QUIET)):
        before: Bools = getattr(lives, name)
        chance = rng.random(before.shape)
        setattr(lives, name, np.where(before, chance >= 1.0 / length, chance < rate))
    # The simulator lets moods last from the second day on.
    carried = habits.lasting[:, None] * lives.mood if day else 0.0
    lives.mood = carried + rng.normal(0, MOOD_OWN, (*shape, 2)) + rng.normal(0, MOOD_SHARED, (*shape, 1))
    lives.drift = lives.drift + rng.normal(0, DRIFT, (*shape, 2, 4))
    return weight


def _start(rng: np.random.Generator, lives: Lives, starts: Bools, day: int) -> None:
    count = int(starts.sum())
    length = 3 + rng.gamma(2.0, 2.5, count).astype(np.int64)
    lives.begun[starts], lives.ends[starts] = day, day + length
    lives.size[starts] = np.maximum(0.6, rng.normal(1.1, 0.3, count))
    lives.reaching[starts] = rng.integers(0, 2, count)
    lives.late[starts] = rng.integers(0, np.minimum(4, length - 1))
    lives.second[starts] = rng.integers(0, 2, count)
    lives.up[starts], lives.down[starts] = rng.uniform(0.3, 2.5, (2, count))


def truth_of(lives: Lives, day: int) -> Ints:
    """STEADY, A_REACHES or B_REACHES [C, P]."""
    inside = (day >= lives.begun + lives.late) & (day < lives.ends)
    return np.where(inside, np.where(lives.reaching == 0, A_REACHES, B_REACHES), STEADY)


def means_of(lives: Lives, habits: Habits, side: int, day: int, weekend: Bools) -> Floats:
    """Where the answers [C, P, 4] of one side lie that day, in noise from their level, but for the error of each answer."""
    assert habits.life.reach is not None
    assert habits.life.draw is not None
    begins = lives.begun + np.where(lives.second == side, lives.late, 0)
    since, left = day - begins + 1, lives.ends - day - 1 + lives.down
    course = lives.size * np.clip(np.minimum(since / lives.up, left / lives.down), 0, 1)
    reaches = (lives.reaching == side)[..., None]
    way = np.where(reaches, habits.life.reach[:, None, side], habits.life.draw[:, None, side])
    moved = course[..., None] * way + lives.hard[..., None] * HARD_DAY + lives.good[..., None] * GOOD_DAY
    moved = moved + lives.drift[:, :, side] + lives.mood[:, :, side, None] * MOOD
    return np.asarray(moved + (weekend[:, None] * habits.weekend[:, side])[:, None])


def silence_of(lives: Lives, habits: Habits, side: int, truth: Ints) -> Floats:
    """How likely one side was to be silent that day [C, P]."""
    odds = (habits.skipping / (1.0 - habits.skipping))[:, None, side]
    odds = odds * np.exp(SILENT_IN_RETREAT * (truth == (B_REACHES if side == 0 else A_REACHES)))
    return np.where(lives.quiet[:, :, side], 1.0, odds / (1.0 + odds))


def answers_of(rng: np.random.Generator, means: Floats, silence: Floats, habits: Habits, side: int) -> Floats:
    """Answers [C, P, 4] that one side might have given: whole points, nan where silent."""
    moved = means + rng.standard_t(ERROR_DEGREES, means.shape) * ERROR_SCALE
    points = np.clip(np.round(habits.level[:, None, side] + habits.noise[:, None, side] * moved), 0, 10)
    points[..., TENSION][rng.random(silence.shape) < habits.leaves_out_tension[:, None, side]] = np.nan
    points[rng.random(silence.shape) < silence] = np.nan
    return points
