"""Made-up couples with known truth: to fit the constants, to test, and to tell the story of a run.

Everything here is invented and seeded; no number stands for a real person. A family is a way in which couples live: four
with episodes and nine quiet ones, in which things happen but no pattern.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from checkins.patterns import families
from checkins.patterns.answers import QUESTIONS, ROOM, TENSION, WANTED, Bools, Course, Floats, Ints, Quick
from checkins.patterns.families import A_REACHES, B_REACHES, DRAWING_BACK, GOOD_DAY, HARD_DAY, REACHING, STEADY, Life, spells

__all__ = ["A_REACHES", "B_REACHES", "EPISODE_FAMILIES", "FAMILIES", "QUIET_FAMILIES", "STEADY", "Simulated", "StoryDay"]

LIVES: dict[str, Callable[[np.random.Generator, int, int], Life]] = {
    "regimes": families.regimes,
    "mutual_pull": families.mutual_pull,
    "tides": families.tides,
    "bids": families.bids,
    "shared_spells": families.together,
    "one_alone": families.one_alone,
    "in_step": families.in_step,
    "new_level": families.new_level,
    "drifting": families.drifting,
}
EPISODE_FAMILIES = ("regimes", "mutual_pull", "tides", "bids")
QUIET_FAMILIES = (
    "plain_weeks",
    "shared_spells",
    "uneven_habits",
    "one_alone",
    "in_step",
    "new_level",
    "drifting",
    "restless",
    "ends_of_scale",
)
FAMILIES = EPISODE_FAMILIES + QUIET_FAMILIES

MOOD = np.array([0.6, 0.15, -0.45, -0.35])


@dataclass(frozen=True)
class Habits:
    """What C couples bring along, all of it hidden from the detector.

    `level` [C, 2, 4] and `noise` [C, 2, 4] in points; how long moods last [C, 2]; what weekends shift [C, 2, 4], in noise; how
    often the tension is left out and a day skipped, [C, 2] each; and what their family of lives says of them.
    """

    level: Floats
    noise: Floats
    lasting: Floats
    weekend: Floats
    leaves_out_tension: Floats
    skipping: Floats
    life: Life


@dataclass(frozen=True)
class Simulated:
    """C couples over T days: what they answered, the truth [C, T] (STEADY, A_REACHES or B_REACHES), and what they bring along."""

    course: Course
    truth: Ints
    habits: Habits


@dataclass(frozen=True)
class StoryDay:
    """One day of one couple: each partner's answers by question, whole points 0-10, or None where not answered."""

    a: dict[str, int] | None
    b: dict[str, int] | None
    truth: int


def simulate(family: str, *, couples: int, days: int, seed: int, taps: float = 0.0) -> Simulated:
    """The couples of one family, the same for the same seed; `taps` is the share of answers given by one tap.

    Raises ValueError for an unknown family.
    """
    if family not in FAMILIES:
        raise ValueError(f"no family {family!r}; there are {', '.join(FAMILIES)}")
    rng = np.random.default_rng([seed, FAMILIES.index(family)])
    life = LIVES[family](rng, couples, days) if family in LIVES else families.nothing(couples, days)
    level, noise = _persons(rng, couples, family)
    course, habits = _answers(rng, level=level, noise=noise, life=life, taps=taps)
    return Simulated(course, life.truth, habits)


def _persons(rng: np.random.Generator, couples: int, family: str) -> tuple[Floats, Floats]:
    """Levels [C, 2, 4] and noise [C, 2, 4] in points; some couples live far apart or near the ends of the scale."""
    level = np.clip(rng.normal([6.3, 6.0, 3.7, 2.5], 1.4, (couples, 2, 4)), 0.5, 9.5)
    noise = rng.gamma(9.0, 1.2 / 9.0, (couples, 2, 1)) * rng.gamma(40.0, 1.0 / 40.0, (couples, 2, 4))
    if family == "uneven_habits":
        level = np.array([[4.5, 8.3, 1.5, 4.0], [7.5, 4.0, 6.5, 2.0]]) + rng.normal(0, 0.5, level.shape)
    if family == "ends_of_scale":
        ends = np.where(rng.random((couples, 2, 1)) < 0.5, [9.2, 9.0, 1.0, 0.8], [2.2, 8.6, 7.2, 4.8])
        level = np.clip(ends + rng.normal(0, 0.4, level.shape), 0.0, 10.0)
    return level, noise * (1.5 if family == "restless" else 1.0)


def _answers(rng: np.random.Generator, *, level: Floats, noise: Floats, life: Life, taps: float) -> tuple[Course, Habits]:
    """What is answered: shifts, shared hard and good days, moods that last, weekends, rounding, ends of the scale, gaps."""
    couples, days = life.truth.shape
    weekday: Ints = (rng.integers(0, 7, (couples, 1)) + np.arange(days)) % 7
    shift = life.shift + spells(rng, (couples, days, 1), 0.03, 2)[..., None] * HARD_DAY
    shift = shift + spells(rng, (couples, days, 1), 0.02, 3)[..., None] * GOOD_DAY
    shift = shift + np.cumsum(rng.normal(0.0, 0.01, shift.shape), axis=1)
    mood = rng.normal(0, 0.5, (couples, days, 2)) + rng.normal(0, 0.3, (couples, days, 1))
    lasting = rng.uniform(0.15, 0.55, (couples, 2))
    for day in range(1, days):
        mood[:, day] += lasting * mood[:, day - 1]
    on_weekends = rng.normal(0, 0.25, (couples, 1, 2, 4))
    weekend = (weekday >= 5)[..., None, None] * on_weekends
    error = rng.standard_t(7, (couples, days, 2, 4)) * 0.65
    moved = shift + weekend + mood[..., None] * MOOD + error
    values = np.clip(np.round(level[:, None] + noise[:, None] * moved), 0, 10)
    chance = rng.random((couples, days, 2))
    leaves_out = rng.choice([0.2, 0.5], (couples, 1, 2))
    values[..., TENSION][chance < leaves_out] = np.nan
    quick = _tapped(rng, values=values, moved=moved, taps=taps)
    silent, skipping = _silent(rng, life)
    values[silent], quick[silent] = np.nan, Quick.NONE
    habits = Habits(
        level=level,
        noise=noise,
        lasting=lasting,
        weekend=on_weekends[:, 0],
        leaves_out_tension=leaves_out[:, 0],
        skipping=skipping[:, 0],
        life=life,
    )
    return Course(values, quick, weekday), habits


def _tapped(rng: np.random.Generator, *, values: Floats, moved: Floats, taps: float) -> Ints:
    """One-tap answers [C, T, 2] in place of a share of the full ones: how much more closeness than room is wanted."""
    contrast = (moved[..., WANTED] - moved[..., ROOM]) / np.sqrt(2.0)
    line = rng.uniform(0.7, 1.1, (len(values), 1, 2))
    said = np.where(contrast > line, Quick.CLOSER, np.where(contrast < -line, Quick.MORE_ROOM, Quick.AS_USUAL))
    tapped = rng.random(said.shape) < taps
    values[tapped] = np.nan
    return np.where(tapped, said, Quick.NONE).astype(np.int64)


def _silent(rng: np.random.Generator, life: Life) -> tuple[Bools, Floats]:
    """Days without an answer [C, T, 2]: by chance, in spells, and a little more often while drawing back; and how often by chance."""
    couples, days = life.truth.shape
    skipping = rng.uniform(0.08, 0.4, (couples, 1, 2))
    odds = skipping / (1.0 - skipping) * np.exp(0.5 * (life.truth[..., None] == [B_REACHES, A_REACHES]))
    silent = rng.random((couples, days, 2)) < odds / (1.0 + odds)
    return np.asarray(silent | spells(rng, (couples, days, 2), 0.006, 4)), skipping


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
