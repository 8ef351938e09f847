"""Made-up couples with known truth: to fit the calibration, to test, and to tell the story of a run.

Everything here is invented and seeded; no number stands for a real person. A family is a way in which couples live:
three with episodes and three quiet ones, in which things happen but no pattern.
"""

from dataclasses import dataclass

import numpy as np

from checkins.patterns.answers import QUESTIONS, Bools, Course, Floats, Ints

STEADY, A_REACHES, B_REACHES = range(3)
EPISODE_FAMILIES = ("regimes", "mutual_pull", "tides")
QUIET_FAMILIES = ("plain_weeks", "shared_spells", "uneven_habits")
FAMILIES = EPISODE_FAMILIES + QUIET_FAMILIES

# Shifts by question (felt, wanted, room, tension) in units of a person's own noise.
REACHING = np.array([-1.0, 1.3, -0.1, 0.5])
DRAWING_BACK = np.array([-0.3, -0.9, 1.4, 0.5])
HARD_DAY = np.array([-0.8, 0.0, 0.6, 1.1])
GOOD_DAY = np.array([0.7, 0.4, -0.4, -0.6])
MOOD = np.array([0.5, 0.1, -0.4, -0.3])


@dataclass(frozen=True)
class Simulated:
    """C couples over T days: what they answered, and the truth [C, T] (STEADY, A_REACHES or B_REACHES)."""

    course: Course
    truth: Ints


@dataclass(frozen=True)
class StoryDay:
    """One day of one couple: each partner's answers by question, whole points 0-10, or None where not answered."""

    a: dict[str, int] | None
    b: dict[str, int] | None
    truth: int


def simulate(family: str, *, couples: int, days: int, seed: int) -> Simulated:
    """The couples of one family, the same for the same seed. Raises ValueError for an unknown family."""
    if family not in FAMILIES:
        raise ValueError(f"no family {family!r}; there are {', '.join(FAMILIES)}")
    rng = np.random.default_rng([seed, FAMILIES.index(family)])
    truth = np.zeros((couples, days), np.int64)
    shift = np.zeros((couples, days, 2, 4))
    if family == "regimes":
        shift, truth = _regimes(rng, couples, days)
    elif family == "mutual_pull":
        shift, truth = _mutual_pull(rng, couples, days)
    elif family == "tides":
        shift, truth = _tides(rng, couples, days)
    elif family == "shared_spells":
        for direction, length in ((REACHING * [0.0, 0.7, 1.0, -1.0], 5), (DRAWING_BACK, 6), (HARD_DAY, 3)):
            shift += _spells(rng, (couples, days, 1), 0.02, length)[..., None] * direction
        shift += _spells(rng, (couples, days, 2), 0.012, 5)[..., None] * DRAWING_BACK * 0.9
    level, noise = _persons(rng, couples, uneven=family == "uneven_habits")
    drift = np.cumsum(rng.normal(0.0, 0.03 if family == "uneven_habits" else 0.01, (couples, days, 2, 4)), axis=1)
    return Simulated(_answers(rng, level=level, noise=noise, shift=shift + drift, truth=truth), truth)


def _regimes(rng: np.random.Generator, couples: int, days: int) -> tuple[Floats, Ints]:
    """Episodes come and go at random; each couple has its own rate and its own way of reaching and making room."""
    truth = np.zeros((couples, days), np.int64)
    shift = np.zeros((couples, days, 2, 4))
    rate = rng.gamma(2.0, 0.008, couples)
    for couple in range(couples):
        day = int(rng.exponential(1.0 / rate[couple])) if rng.random() < 0.8 else days
        while day < days:
            length, size = 3 + int(rng.gamma(2.0, 2.5)), max(0.6, rng.normal(1.1, 0.3))
            reaching, answering = (0, 1) if rng.random() < 0.5 else (1, 0)
            late = int(rng.integers(0, 3))
            own = [REACHING + rng.normal(0, 0.25, 4), DRAWING_BACK + rng.normal(0, 0.25, 4)]
            first, second = (reaching, answering) if rng.random() < 0.5 else (answering, reaching)
            begin = {first: day, second: day + late}
            for side in (0, 1):
                shift[couple, begin[side] : day + length, side] += size * own[0 if side == reaching else 1]
            truth[couple, day + late : day + length] = A_REACHES if reaching == 0 else B_REACHES
            day += length + 3 + int(rng.exponential(1.0 / rate[couple]))
    return shift, truth


def _mutual_pull(rng: np.random.Generator, couples: int, days: int) -> tuple[Floats, Ints]:
    """Two leaky states per person pull on each other: reaching feeds the other's need for room and room feeds reaching.

    The pull is on during spells; the truth is where the smoothed difference has grown, so onsets are soft.
    """
    near, far = np.zeros((couples, 2)), np.zeros((couples, 2))
    gain = _spells(rng, (couples, days), 0.02, 9)
    roles = rng.integers(0, 2, couples)
    truth = np.zeros((couples, days), np.int64)
    shift = np.zeros((couples, days, 2, 4))
    for day in range(days):
        roles = np.where(gain[:, day - 1] if day else False, roles, rng.integers(0, 2, couples))
        mine = gain[:, day, None] * (np.arange(2) == roles[:, None])
        other = gain[:, day, None] * (np.arange(2) != roles[:, None])
        near, far = (
            0.45 * near + mine * (0.5 + 0.35 * np.tanh(far[:, ::-1])) + rng.normal(0, 0.25, near.shape),
            0.45 * far + other * (0.5 + 0.35 * np.tanh(near[:, ::-1])) + rng.normal(0, 0.25, far.shape),
        )
        shift[:, day] = near[..., None] * REACHING + far[..., None] * DRAWING_BACK
        truth[:, day] = np.where(gain[:, day], np.where(roles == 0, A_REACHES, B_REACHES), STEADY)
    return shift, truth


def _tides(rng: np.random.Generator, couples: int, days: int) -> tuple[Floats, Ints]:
    """Closeness comes and goes between the two like a tide that swells now and then: when one half of the swing is high,
    a reaches and b, a little later, makes room; in the other half the other way round.
    """
    period = rng.uniform(12.0, 30.0, (couples, 1))
    angle = 2 * np.pi * (np.arange(days) / period + rng.random((couples, 1)))
    swell = _spells(rng, (couples, days), 0.015, 16) * rng.normal(1.3, 0.25, (couples, 1))
    lag = rng.uniform(0.1, 0.7, (couples, 1))
    reaches, follows = swell * np.sin(angle), swell * np.sin(angle - lag)
    shift = np.zeros((couples, days, 2, 4))
    shift[:, :, 0] = np.maximum(reaches, 0)[..., None] * REACHING + np.maximum(-follows, 0)[..., None] * DRAWING_BACK
    shift[:, :, 1] = np.maximum(follows, 0)[..., None] * DRAWING_BACK + np.maximum(-reaches, 0)[..., None] * REACHING
    both = np.minimum(np.abs(reaches), np.abs(follows)) > 0.5
    truth = np.where(both & (reaches > 0) & (follows > 0), A_REACHES, np.where(both & (reaches < 0) & (follows < 0), B_REACHES, STEADY))
    return shift, truth


def _spells(rng: np.random.Generator, shape: tuple[int, ...], rate: float, length: float) -> Bools:
    """Spells that begin at `rate` a day and end with probability 1/`length` a day; time is the second axis."""
    inside = np.zeros(shape, np.bool_)
    for day in range(shape[1]):
        chance = rng.random((shape[0], *shape[2:]))
        before = inside[:, day - 1] if day else np.zeros_like(chance, np.bool_)
        inside[:, day] = np.where(before, chance >= 1.0 / length, chance < rate)
    return inside


def _persons(rng: np.random.Generator, couples: int, *, uneven: bool) -> tuple[Floats, Floats]:
    """Levels [C, 2, 4] and noise [C, 2, 1] in points; uneven couples live far apart or near the ends of the scale."""
    level = np.clip(rng.normal([6.3, 6.3, 3.7, 2.5], 1.3, (couples, 2, 4)), 0.5, 9.5)
    if uneven:
        apart = np.where(rng.random((couples, 1, 1)) < 0.5, [[[4.5, 8.3, 1.5, 4.0], [7.5, 4.0, 6.5, 2.0]]], [[[9.2, 9.0, 1.0, 0.8]] * 2])
        level = np.clip(apart + rng.normal(0, 0.5, level.shape), 0.0, 10.0)
    return level, rng.gamma(12.0, 1.1 / 12.0, (couples, 2, 1)) * (1.3 if uneven else 1.0)


def _answers(rng: np.random.Generator, *, level: Floats, noise: Floats, shift: Floats, truth: Ints) -> Course:
    """What is answered: shifts, shared hard and good days, moods that last, weekends, rounding, ends of the scale, gaps."""
    couples, days = truth.shape
    weekday: Ints = (rng.integers(0, 7, (couples, 1)) + np.arange(days)) % 7
    shift = shift + _spells(rng, (couples, days, 1), 0.03, 2)[..., None] * HARD_DAY
    shift = shift + _spells(rng, (couples, days, 1), 0.03, 3)[..., None] * GOOD_DAY
    mood = rng.normal(0, 0.55, (couples, days, 2)) + rng.normal(0, 0.25, (couples, days, 1))
    for day in range(1, days):
        mood[:, day] += 0.4 * mood[:, day - 1]
    weekend = (weekday >= 5)[..., None, None] * rng.normal(0, 0.3, (couples, 1, 2, 4))
    error = rng.standard_t(7, (couples, days, 2, 4)) * 0.7
    exact = level[:, None] + noise[:, None] * (shift + weekend + mood[..., None] * MOOD + error)
    values = np.clip(np.round(exact), 0, 10)
    skipping = rng.uniform(0.08, 0.4, (couples, 1, 2))
    silent = (rng.random((couples, days, 2)) < skipping) | _spells(rng, (couples, days, 2), 0.006, 4)
    values[silent] = np.nan
    values[..., 3][rng.random((couples, days, 2)) < 0.4] = np.nan
    return Course(values, np.zeros((couples, days, 2), np.int64), weekday)


def strong_episode_couple(seed: int, days: int, episode_start: int, episode_days: int) -> list[StoryDay]:
    """One couple that answers on most days, with one strong episode in which a reaches while b makes room."""
    return _story(seed, days, range(episode_start, episode_start + episode_days))


def quiet_couple(seed: int, days: int) -> list[StoryDay]:
    """One couple that answers on most days and in which nothing happens but ordinary days."""
    return _story(seed, days, range(0))


def _story(seed: int, days: int, episode: range) -> list[StoryDay]:
    rng = np.random.default_rng([seed, 101])
    level = np.array([[6.8, 6.0, 3.5, 2.5], [6.2, 5.8, 4.0, 2.5]]) + rng.normal(0, 0.4, (2, 4))
    story = []
    for day in range(days):
        in_episode = day in episode
        shift = np.stack([REACHING, DRAWING_BACK]) * (2.2 if in_episode else 0.0)
        mood = rng.normal(0, 0.4, (2, 1)) * MOOD
        points = np.clip(np.round(level + shift + mood + rng.normal(0, 0.7, (2, 4))), 0, 10)
        # In the episode both keep answering, so that what the story shows does not hang on a gap.
        silent = rng.random(2) < (0.0 if in_episode else 0.1)
        answers = [None if silent[side] else {q: int(v) for q, v in zip(QUESTIONS, points[side], strict=True)} for side in (0, 1)]
        story.append(StoryDay(answers[0], answers[1], A_REACHES if in_episode else STEADY))
    return story
