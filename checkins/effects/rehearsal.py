"""Made-up trials whose true effect is known, to see whether the intervals hold what they say.

Couples live with a state that comes and goes, prompts follow the policy's own probabilities and cap, today's closeness hangs on
yesterday's, and episodes come more often after days that felt far apart: so prompts go out mostly when closeness is low, and a
plain comparison of mornings with and without one is wrong.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum

import numpy as np

from checkins.effects.study import (
    BASELINE_DAYS,
    Coin,
    Felt,
    Study,
    complete_cases,
    marginal_trial,
    moderated_trial,
    study_of,
    weighted_cases,
)
from checkins.effects.wcls import Effect, Floats, Ints, Trial, estimate
from checkins.policy import CHANCES, WINDOW_DAYS, Mode

FIRST_DAY = date(2026, 1, 5)
# In points of the scale: what a prompt does to the day's closeness on calm days, and how much more in an episode.
ON_CALM_DAYS, MORE_IN_EPISODES = 0.2, 1.0
BURN_IN = 20


class Missing(StrEnum):
    """What decides whether an answer is given."""

    NOTHING = "nothing is missing"
    HISTORY = "by prompt and history"
    OUTCOME = "by the answer itself"


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One kind of made-up trial."""

    missing: Missing
    couples: int
    days: int


@dataclass(frozen=True, kw_only=True)
class Replicate:
    """What one made-up trial led to: by way of estimating, the estimate and its interval; and how its days were."""

    intervals: Mapping[str, tuple[float, float, float, float]]
    decisions: int
    in_episodes: int
    known: float


@dataclass(frozen=True, kw_only=True)
class Score:
    """One way of estimating over R replicates, in points; `coverage_error` is that of the simulation itself."""

    way: str
    truth: float
    bias: float
    spread: float
    mean_error: float
    coverage: float
    coverage_error: float
    replicates: int


# Ways of estimating, and which truth each aims at (None: the mean over all days).
WAYS: dict[str, float | None] = {
    "all days, as answered": None,
    "all days, weighted": None,
    "calm days, weighted": ON_CALM_DAYS,
    "episodes, weighted": ON_CALM_DAYS + MORE_IN_EPISODES,
    "plain regression": None,
}


def rehearse(setting: Setting, seed: int) -> Replicate:
    """One made-up trial through the whole estimate, the same for the same seed."""
    study = study_of(*made_up(setting, np.random.default_rng([seed, *map(ord, setting.missing)])))
    marginal, by_state = marginal_trial(study), weighted_cases(moderated_trial(study), study)
    found = (
        complete_cases(marginal, study).interval(np.ones(1)),
        weighted_cases(marginal, study).interval(np.ones(1)),
        by_state.interval(np.array([1.0, 0.0])),
        by_state.interval(np.array([1.0, 1.0])),
        plain_regression(study).interval(np.ones(1)),
    )
    return Replicate(
        intervals=dict(zip(WAYS, found, strict=True)),
        decisions=len(study.sent),
        in_episodes=int(study.alert.sum()),
        known=float(study.known.mean()),
    )


def scores_of(replicates: list[Replicate]) -> list[Score]:
    """How each way of estimating did over all of them. The true mean effect is that over the days of all replicates."""
    share = sum(one.in_episodes for one in replicates) / sum(one.decisions for one in replicates)
    scores = []
    for way, aim in WAYS.items():
        truth = ON_CALM_DAYS + share * MORE_IN_EPISODES if aim is None else aim
        found = np.array([one.intervals[way] for one in replicates])
        covered = float(((found[:, 2] <= truth) & (truth <= found[:, 3])).mean())
        scores.append(
            Score(
                way=way,
                truth=truth,
                bias=float(found[:, 0].mean() - truth),
                spread=float(found[:, 0].std(ddof=1)),
                mean_error=float(found[:, 1].mean()),
                coverage=covered,
                coverage_error=float(np.sqrt(covered * (1 - covered) / len(found))),
                replicates=len(found),
            )
        )
    return scores


def plain_regression(study: Study) -> Effect:
    """What looks natural and is wrong: outcomes on whether there was a prompt, as if a fair coin had decided."""
    known = study.known
    ones = np.ones(int(known.sum()))
    return estimate(
        Trial(
            cluster=study.couple[known],
            outcome=study.outcome[known],
            treated=study.sent[known],
            probability=0.5 * ones,
            numerator=0.5 * ones,
            moderators=ones[:, None],
            controls=ones[:, None],
            weight=ones,
        )
    )


def made_up(setting: Setting, rng: np.random.Generator) -> tuple[list[Coin], list[Felt]]:
    """Coins and answers of one trial: half of the couples responsive, half discreet."""
    couples, days = setting.couples, setting.days + BASELINE_DAYS
    modes = [(Mode.RESPONSIVE, Mode.DISCREET)[couple % 2] for couple in range(couples)]
    level = rng.normal(6.0, 1.2, (couples, 2))
    helped = rng.normal(0.0, 0.25, couples)
    sent, alert, probabilities = np.zeros((3, couples, days))
    felt, before = np.full((couples, days, 2), np.nan), np.zeros((couples, 2))
    state: Ints = np.zeros(couples, np.int64)
    for day in range(-BURN_IN, days):
        state = _next_state(rng, state, before.mean(axis=1))
        probability = np.array([CHANCES[mode].episode if on else CHANCES[mode].calm for mode, on in zip(modes, state, strict=True)])
        cap = np.array([CHANCES[mode].cap for mode in modes])
        if day >= BASELINE_DAYS:
            probability = np.where(sent[:, day - WINDOW_DAYS + 1 : day].sum(axis=1) < cap, probability, 0.0)
            sent[:, day] = rng.random(couples) < probability
        prompted = sent[:, day] if day >= 0 else np.zeros(couples)
        effect = prompted * (ON_CALM_DAYS + helped + MORE_IN_EPISODES * state)
        now = 0.35 * before - 0.9 * state[:, None] - 0.15 * before**2 * state[:, None] + effect[:, None]
        now = now + rng.normal(0, 0.5, (couples, 1)) + rng.normal(0, 0.9, (couples, 2))
        if day >= 0:
            answered = _answers(rng, setting.missing, prompted=prompted, state=state, now=now)
            felt[:, day] = np.where(answered, level + now, np.nan)
            alert[:, day], probabilities[:, day] = state, np.where(probability > 0, probability, -1.0)
        before = np.clip(now, -4, 4)
    said = np.clip(0.1 + 0.4 * alert + rng.normal(0, 0.08, alert.shape), 0.0, 1.0)
    return _coins(sent, alert, said, probabilities), _felt(felt)


def _next_state(rng: np.random.Generator, state: Ints, closeness: Floats) -> Ints:
    begins = 1.0 / (1.0 + np.exp(2.8 + 0.7 * closeness))
    return np.asarray(rng.random(len(state)) < np.where(state > 0, 0.75, begins), np.int64)


def _answers(rng: np.random.Generator, missing: Missing, *, prompted: Floats, state: Ints, now: Floats) -> Floats:
    """Who answers [C, 2]. After a prompt people answer more on calm days, and in an episode most of them fall silent."""
    if missing is Missing.NOTHING:
        return np.ones(now.shape)
    low = (state[:, None] > 0).astype(np.float64)
    odds = 1.5 + prompted[:, None] * (0.8 - 3.0 * low)
    if missing is Missing.OUTCOME:
        odds = odds + 0.5 * now
    return np.asarray(rng.random(now.shape) < 1.0 / (1.0 + np.exp(-odds)), np.float64)


def _coins(sent: Floats, alert: Floats, said: Floats, probability: Floats) -> list[Coin]:
    """The available decisions; `probability` is negative where the cap was reached."""
    return [
        Coin(
            couple=couple,
            day=_day(day),
            decided_at=_morning(day),
            probability=float(probability[couple, day]),
            sent=bool(sent[couple, day]),
            alert=bool(alert[couple, day]),
            chance=float(said[couple, day]),
        )
        for couple in range(len(sent))
        for day in range(BASELINE_DAYS, sent.shape[1])
        if probability[couple, day] > 0
    ]


def _felt(felt: Floats) -> list[Felt]:
    return [
        Felt(couple=int(couple), side=int(side), day=_day(day), felt=float(felt[couple, day, side]), received_at=_morning(day + 0.6))
        for couple, day, side in np.argwhere(~np.isnan(felt))
    ]


def _day(number: int) -> date:
    return FIRST_DAY + timedelta(days=int(number))


def _morning(number: float) -> datetime:
    return datetime(2026, 1, 5, 7, tzinfo=UTC) + timedelta(days=float(number))
