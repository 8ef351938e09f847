"""Fits the two numbers of the calibration on simulated couples: `python -m checkins.patterns.fit`.

Newton's method for logistic regression of the truth (is the couple in the pattern, in either direction) on the filter's
own log-odds, over all families of `simulate.py` with the seeds below, days after the first two weeks. The result is copied
by hand into `calibration.py` together with the date; a test rebuilds it.
"""

import numpy as np

from checkins.patterns import calibration
from checkins.patterns.answers import Floats
from checkins.patterns.couple_filter import A_REACHES, B_REACHES, over_kinds
from checkins.patterns.detector import advance
from checkins.patterns.simulate import FAMILIES, STEADY, Simulated, simulate
from checkins.patterns.state import initial_states, unfold

SEEDS = (101, 102, 103)
COUPLES = 80
DAYS = 120
LEARNING_DAYS = 14


def fit(seeds: tuple[int, ...] = SEEDS, couples: int = COUPLES) -> tuple[float, float]:
    """Intercept and slope, rebuilt from the seeds."""
    log_odds, inside = [], []
    for family in FAMILIES:
        for seed in seeds:
            simulated = simulate(family, couples=couples, days=DAYS, seed=seed)
            either = np.clip(raw_probability(simulated)[:, LEARNING_DAYS:], calibration.TINY, 1 - calibration.TINY)
            log_odds.append((np.log(either) - np.log1p(-either)).ravel())
            inside.append((simulated.truth[:, LEARNING_DAYS:] != STEADY).ravel())
    return logistic(np.concatenate(log_odds), np.concatenate(inside).astype(np.float64))


def raw_probability(simulated: Simulated) -> Floats:
    """The filter's own probability [C, T] that a couple is in the pattern, before calibration."""
    states, days = initial_states(len(simulated.truth)), []
    for index in range(simulated.truth.shape[1]):
        states, _ = advance(states, simulated.course.day(index))
        cells = unfold(states).cells
        days.append(over_kinds(cells, A_REACHES) + over_kinds(cells, B_REACHES))
    return np.stack(days, axis=1)


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


if __name__ == "__main__":
    intercept, slope = fit()
    print(f"INTERCEPT = {intercept:.4f}\nSLOPE = {slope:.4f}")  # noqa: T201 (a script talks to the person who started it)
