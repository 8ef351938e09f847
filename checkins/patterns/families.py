"""The ways in which made-up couples live: what moves their answers day by day, and the truth.

Shifts are in units of a person's own noise. Each family is a mechanism of its own, none of them a person's: semi-Markov
episodes with ramps and lags, influence that changes its sign, a tide that swells, bids and retreats that excite each
other (Hawkes 1971, by the day), and the quiet kinds, in which things happen but no pattern.
"""

from dataclasses import dataclass, replace

import numpy as np

from checkins.patterns.answers import Bools, Floats, Ints

STEADY, A_REACHES, B_REACHES = range(3)

# Shifts by question (felt, wanted, room, tension) in units of a person's own noise.
REACHING = np.array([-1.0, 1.3, -0.1, 0.5])
DRAWING_BACK = np.array([-0.3, -0.9, 1.4, 0.5])
HARD_DAY = np.array([-0.8, 0.0, 0.6, 1.1])
GOOD_DAY = np.array([0.7, 0.4, -0.4, -0.6])
BOTH_NEAR = np.array([0.1, 1.0, -0.8, -0.3])
UNWELL = np.array([-0.5, -0.4, 1.2, 0.5])


@dataclass(frozen=True)
class Life:
    """C couples over T days: `shift` [C, T, 2, 4] of their answers and `truth` [C, T].

    Where the family is semi-Markov, also what each couple brings along: their ways of reaching and of drawing back [C, 2, 4], and
    how often episodes begin [C], per day.
    """

    shift: Floats
    truth: Ints
    reach: Floats | None = None
    draw: Floats | None = None
    rate: Floats | None = None


def nothing(couples: int, days: int) -> Life:
    """Ordinary days only."""
    return Life(np.zeros((couples, days, 2, 4)), np.zeros((couples, days), np.int64))


def spells(rng: np.random.Generator, shape: tuple[int, ...], rate: float, length: float) -> Bools:
    """Spells that begin at `rate` a day and end with probability 1/`length` a day; time is the second axis."""
    inside = np.zeros(shape, np.bool_)
    for day in range(shape[1]):
        chance = rng.random((shape[0], *shape[2:]))
        before = inside[:, day - 1] if day else np.zeros_like(chance, np.bool_)
        inside[:, day] = np.where(before, chance >= 1.0 / length, chance < rate)
    return inside


def _ways(rng: np.random.Generator, couples: int) -> tuple[Floats, Floats]:
    """Each person's own way of reaching and of drawing back [C, 2, 4]."""
    shape = (couples, 2, 4)
    return REACHING + rng.normal(0, 0.25, shape), DRAWING_BACK + rng.normal(0, 0.25, shape)


def regimes(rng: np.random.Generator, couples: int, days: int) -> Life:
    """Semi-Markov episodes: gamma lengths, a ramp and a fade, the second to move lags by up to three days."""
    life = nothing(couples, days)
    reach, draw = _ways(rng, couples)
    rate = rng.gamma(2.0, 0.009, couples)
    day_of = np.arange(days)
    for couple in range(couples):
        day = int(rng.exponential(1.0 / rate[couple])) if rng.random() < 0.85 else days
        while day < days:
            length, size = 3 + int(rng.gamma(2.0, 2.5)), max(0.6, rng.normal(1.1, 0.3))
            reaching = int(rng.integers(0, 2))
            late = int(rng.integers(0, min(4, length - 1)))
            begins = np.array([day, day])
            begins[rng.integers(0, 2)] += late
            up, down = rng.uniform(0.3, 2.5, 2)
            for side in (0, 1):
                since, left = day_of - begins[side] + 1, day + length - day_of - 1 + down
                course = size * np.clip(np.minimum(since / up, left / down), 0, 1)
                life.shift[couple, :, side] += course[:, None] * (reach if side == reaching else draw)[couple, side]
            life.truth[couple, day + late : day + length] = A_REACHES if reaching == 0 else B_REACHES
            day += length + 3 + int(rng.exponential(1.0 / rate[couple]))
    return replace(life, reach=reach, draw=draw, rate=rate)


def mutual_pull(rng: np.random.Generator, couples: int, days: int) -> Life:
    """A vector autoregression whose cross influence, one or two days late, changes its sign during spells: then reaching
    feeds the other's need for room and room feeds reaching, where both otherwise calm each other. Truth is the spell.
    """
    life = nothing(couples, days)
    reach, draw = _ways(rng, couples)
    lag = int(rng.integers(1, 3))
    near, far = np.zeros((2, days + lag, couples, 2))
    held = np.zeros(couples, np.int64)
    pursuer = np.zeros(couples, np.int64)
    push = rng.uniform(0.3, 0.8, (couples, 1))
    for day in range(days):
        begins = (held == 0) & (rng.random(couples) < 0.016)
        pursuer = np.where(begins, rng.integers(0, 2, couples), pursuer)
        held = np.where(begins, 3 + rng.integers(1, 11, couples), np.maximum(held - 1, 0))
        inside = (held > 0)[:, None]
        mine, other = inside & (np.arange(2) == pursuer[:, None]), inside & (np.arange(2) != pursuer[:, None])
        now, past = day + lag, day
        seen_near, seen_far = near[past][:, ::-1], far[past][:, ::-1]
        noise = rng.normal(0, 0.42, (2, couples, 2))
        near[now] = 0.35 * near[now - 1] + np.where(mine, push + 0.8 * np.tanh(np.maximum(seen_far, 0)), -0.15 * seen_far) + noise[0]
        far[now] = 0.35 * far[now - 1] + np.where(other, push + 0.8 * np.tanh(np.maximum(seen_near, 0)), -0.15 * seen_near) + noise[1]
        life.shift[:, day] = 0.7 * (near[now][..., None] * reach + far[now][..., None] * draw)
        life.truth[:, day] = np.where(inside[:, 0], np.where(pursuer == 0, A_REACHES, B_REACHES), STEADY)
    return life


def tides(rng: np.random.Generator, couples: int, days: int) -> Life:
    """Two coupled oscillators whose tide swells now and then: when one half of the swing is high, a reaches and b, a
    little later, makes room; in the other half the other way round. Truth is where both are past a threshold.
    """
    life = nothing(couples, days)
    reach, draw = _ways(rng, couples)
    period = rng.uniform(12.0, 30.0, (couples, 1))
    wander = np.cumsum(rng.normal(0, 0.12, (couples, days)), axis=1)
    angle = 2 * np.pi * (np.arange(days) / period + rng.random((couples, 1))) + wander
    swell = spells(rng, (couples, days), 0.015, 16) * rng.normal(1.3, 0.25, (couples, 1))
    lag = rng.uniform(0.0, 0.7, (couples, 1))
    reaches, follows = swell * np.sin(angle), swell * np.sin(angle - lag)
    for side, (one, sign) in enumerate(((reaches, 1), (follows, -1))):
        own = sign * one
        life.shift[:, :, side] = np.maximum(own, 0)[..., None] * reach[:, None, side] + np.maximum(-own, 0)[..., None] * draw[:, None, side]
    both = np.minimum(np.abs(reaches), np.abs(follows)) > 0.5
    up, down = both & (reaches > 0) & (follows > 0), both & (reaches < 0) & (follows < 0)
    life.truth[:] = np.where(up, A_REACHES, np.where(down, B_REACHES, STEADY))
    return life


def bids(rng: np.random.Generator, couples: int, days: int) -> Life:
    """Bids for closeness and retreats that come by chance and excite themselves and each other (Hawkes 1971, by the day).

    Each leaves a trace that decays; truth is where one's bids and the other's retreats have both piled up.
    """
    life = nothing(couples, days)
    reach, draw = _ways(rng, couples)
    bid, retreat = np.zeros((2, couples, 2))
    base = rng.uniform(0.006, 0.02, (couples, 1))
    cross, own = rng.uniform(0.15, 0.24, (couples, 1)), rng.uniform(0.05, 0.12, (couples, 1))
    inside: Ints = np.zeros(couples, np.int64)
    for day in range(days):
        # A retreat of the other excites bids; a bid of the other excites retreats; one's own kind excites itself.
        chance_bid = np.clip(base + cross * retreat[:, ::-1] + own * bid - 0.3 * retreat, 0.0, 0.9)
        chance_retreat = np.clip(base + cross * bid[:, ::-1] + own * retreat - 0.3 * bid, 0.0, 0.9)
        bid = 0.62 * bid + (rng.random((couples, 2)) < chance_bid)
        retreat = 0.62 * retreat + (rng.random((couples, 2)) < chance_retreat)
        bid, retreat = np.minimum(bid, 2.2), np.minimum(retreat, 2.2)
        life.shift[:, day] = 0.75 * (bid[..., None] * reach + retreat[..., None] * draw)
        strength = np.stack([np.minimum(bid[:, 0], retreat[:, 1]), np.minimum(bid[:, 1], retreat[:, 0])])
        line = np.where(inside > 0, 0.55, 0.9)
        inside = np.where(strength.max(axis=0) > line, 1 + strength.argmax(axis=0), 0)
        life.truth[:, day] = inside
    return life


def together(rng: np.random.Generator, couples: int, days: int) -> Life:
    """Quiet: spells that both share (busy weeks, holidays, hard times)."""
    life = nothing(couples, days)
    for direction, length in ((BOTH_NEAR, 6), (DRAWING_BACK, 6), (HARD_DAY, 3)):
        life.shift[:] += spells(rng, (couples, days, 1), 0.02, length)[..., None] * direction
    return life


def one_alone(rng: np.random.Generator, couples: int, days: int) -> Life:
    """Quiet: spells of one side that the other does not answer (unwell, busy, longing)."""
    life = nothing(couples, days)
    for direction, rate in ((UNWELL, 0.015), (DRAWING_BACK, 0.008), (REACHING, 0.008)):
        life.shift[:] += spells(rng, (couples, days, 2), rate, 5)[..., None] * direction
    return life


def in_step(rng: np.random.Generator, couples: int, days: int) -> Life:
    """Quiet: closeness comes and goes, but for both alike."""
    life = nothing(couples, days)
    period = rng.uniform(9.0, 30.0, (couples, 1))
    swing = rng.uniform(0.5, 1.1, (couples, 1)) * np.sin(2 * np.pi * (np.arange(days) / period + rng.random((couples, 1))))
    life.shift[:] = (np.maximum(swing, 0)[..., None] * REACHING + np.maximum(-swing, 0)[..., None] * DRAWING_BACK)[:, :, None]
    return life


def new_level(rng: np.random.Generator, couples: int, days: int) -> Life:
    """Quiet: now and then what is usual for one side changes for good."""
    life = nothing(couples, days)
    steps = (rng.random((couples, days, 2, 1)) < 0.008) * rng.normal(0, 0.8, (couples, days, 2, 4))
    life.shift[:] = np.cumsum(steps, axis=1)
    return life


def drifting(rng: np.random.Generator, couples: int, days: int) -> Life:
    """Quiet: what is usual wanders slowly, for each question by itself."""
    life = nothing(couples, days)
    life.shift[:] = np.cumsum(rng.normal(0, 0.065, (couples, days, 2, 4)), axis=1)
    return life
