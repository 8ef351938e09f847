"""How good what the detector says is, against the known truth of simulated couples.

Days of the first two weeks are left out of the probabilities' scores, and nowhere else. Intervals are 95 % bootstrap over
couples (Efron 1979), because the days of one couple hang together.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from checkins.patterns.answers import Bools, Floats, Ints
from checkins.patterns.fit import Said
from checkins.patterns.simulate import A_REACHES, B_REACHES, STEADY

FIRST_DAYS = 14
AFTER_EPISODE = 3  # days after an episode and one before it are neither quiet nor in it
REPEATS_EVERY = 7  # days; an alert that stays on counts again
FOUND_WITHIN = 3  # days after the onset
SHORTEST = 3  # days; shorter episodes need not be found
DRAWS = 100


@dataclass(frozen=True)
class Estimate:
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.3f} [{self.low:.3f}, {self.high:.3f}]"


def average_precision(p: Floats, truth: Ints) -> float:
    """Area under precision and recall over couple-days, both directions pooled; `p` [3, C, T], `truth` [C, T]."""
    scored = np.s_[:, FIRST_DAYS:]
    score = np.concatenate([p[which][scored].ravel() for which in (A_REACHES, B_REACHES)])
    happened = np.concatenate([(truth == which)[scored].ravel() for which in (A_REACHES, B_REACHES)])
    order = np.argsort(-score, kind="stable")
    hits = np.cumsum(happened[order])
    return float((hits / np.arange(1, hits.size + 1))[happened[order]].mean()) if hits[-1] else float("nan")


def log_score(p: Floats, truth: Ints) -> float:
    """Nats per couple-day; lower is better."""
    said = np.take_along_axis(p, truth[None], axis=0)[0][:, FIRST_DAYS:]
    return float(-np.log(said).mean())


def calibration_error(p: Floats, truth: Ints) -> float:
    """Expected calibration error in ten bins, both directions pooled."""
    said = np.concatenate([p[which].ravel() for which in (A_REACHES, B_REACHES)])
    happened = np.concatenate([(truth == which).ravel() for which in (A_REACHES, B_REACHES)])
    which = np.minimum((said * 10).astype(np.int64), 9)
    return float(np.abs(np.bincount(which, said, 10) - np.bincount(which, happened, 10)).sum() / said.size)


def quiet_days(truth: Ints) -> Bools:
    """Days [C, T] neither in an episode, nor the day before one, nor in the three days after."""
    near: Bools = truth != STEADY
    quiet: Bools = ~near
    quiet[:, :-1] &= ~near[:, 1:]
    for after in range(1, AFTER_EPISODE + 1):
        quiet[:, after:] &= ~near[:, :-after]
    return quiet


def false_alarms(alert: Bools, truth: Ints) -> float:
    """Alarms on quiet days per 90 quiet days; an alert that stays on counts again every seven days."""
    length = np.zeros(len(alert), np.int64)
    quiet, alarms = quiet_days(truth), 0
    for day in range(alert.shape[1]):
        on = alert[:, day]
        alarms += int((on & (length % REPEATS_EVERY == 0) & quiet[:, day]).sum())
        length = np.where(on, length + 1, 0)
    return 90.0 * alarms / max(int(quiet.sum()), 1)


def found(alert: Bools, truth: Ints) -> float:
    """The share of episodes of three days and more, after the first two weeks, with an alert within three days of onset."""
    seen = []
    begins = (truth[:, 1:] != truth[:, :-1]) & (truth[:, 1:] != STEADY)
    for couple, before in np.argwhere(begins):
        day = before + 1
        same = truth[couple, day:] == truth[couple, day]
        length = int(same.argmin()) if not same.all() else same.size
        if length >= SHORTEST and day >= FIRST_DAYS:
            seen.append(alert[couple, day : day + min(length, FOUND_WITHIN + 1)].any())
    return float(np.mean(seen)) if seen else float("nan")


def estimate(of: Callable[[Said, Ints], float], said: Said, truth: Ints, *, beside: Said | None = None, draws: int = DRAWS) -> Estimate:
    """A figure with its interval; with `beside`, how much larger it is for `said` than for that (paired over couples)."""

    def figure(couples: Ints) -> float:
        value = of(Said(said.p[:, couples], said.alert[couples]), truth[couples])
        if beside is None:
            return value
        return value - of(Said(beside.p[:, couples], beside.alert[couples]), truth[couples])

    everyone = np.arange(len(truth))
    value = figure(everyone)
    if np.isnan(value):
        return Estimate(value, value, value)
    rng = np.random.default_rng(1)
    drawn = [figure(rng.integers(0, everyone.size, everyone.size)) for _ in range(draws)]
    low, high = np.nanpercentile(drawn, [2.5, 97.5])
    return Estimate(value, float(low), float(high))
