"""Outcomes that are missing: weights from the probability that an outcome is known, and what estimating them costs.

Answering can depend on the prompt itself: then those who answered with a prompt and those who answered without are no longer
alike. Weighting each known outcome by the inverse of its probability given arm and history undoes that (Robins, Rotnitzky, Zhao
1995, Journal of the American Statistical Association 90, 106-121), as long as nothing beyond arm and history decides who
answers. What depends on the missing answer itself, no weight can undo.
"""

from dataclasses import dataclass, replace

import numpy as np

from checkins.effects.wcls import Bools, Effect, Fit, Floats, Ints, TooFew, Trial, by_cluster, effect_of, left_out, solve

STEPS = 50
# Keeps the slopes finite where one column alone tells who answered.
RIDGE = 0.01
LEAST = 0.05


@dataclass(frozen=True, kw_only=True)
class Answering:
    """How likely each of N outcomes was to be known: `probability` [N], and how much each couple moves the slopes [C, K]."""

    probability: Floats
    moved: Floats
    clusters: Ints


def fit_answering(*, known: Floats, columns: Floats, cluster: Ints) -> Answering:
    """Logistic regression of `known` [N] on `columns` [N, K], by Newton's method."""
    clusters, place = np.unique(cluster, return_inverse=True)
    slopes = np.zeros(columns.shape[1])
    penalty = RIDGE * np.eye(len(slopes))
    for _ in range(STEPS):
        chance = _chance(columns @ slopes)
        whole = (columns * (chance * (1 - chance))[:, None]).T @ columns + penalty
        step = np.linalg.solve(whole, columns.T @ (known - chance) - RIDGE * slopes)
        slopes = slopes + step
        if np.max(np.abs(step)) < 1e-10:
            break
    chance = _chance(columns @ slopes)
    spread = columns * (chance * (1 - chance))[:, None]
    information = by_cluster(columns[:, :, None] * spread[:, None, :], place, len(clusters))
    scores = by_cluster(columns * (known - chance)[:, None], place, len(clusters))
    moved = left_out(information.sum(axis=0) + penalty, information, scores)
    return Answering(probability=np.maximum(chance, LEAST), moved=moved, clusters=clusters)


def estimate_weighted(trial: Trial, *, known: Floats, columns: Floats) -> Effect:
    """The effect, with every known outcome weighted by the inverse of its probability.

    `trial` holds all N decisions, those of unknown outcome with any number in its place; `known` [N] is 1 or 0; `columns`
    [N, K] is what answering may depend on, the arm among it. That the weights are estimated goes into the standard error.
    """
    answering = fit_answering(known=known, columns=columns, cluster=trial.cluster)
    chosen = known > 0
    kept = replace(taken(trial, chosen), weight=trial.weight[chosen] / answering.probability[chosen])
    fit = solve(kept)
    if len(fit.clusters) != len(answering.clusters):
        raise TooFew("some couples have no outcome at all")
    return effect_of(kept, _with_cost_of_weights(fit, answering, columns[chosen], answering.probability[chosen]))


def taken(trial: Trial, chosen: Bools) -> Trial:
    """The decisions that are `chosen` [N]."""
    return Trial(**{name: column[chosen] for name, column in vars(trial).items()})


def _with_cost_of_weights(fit: Fit, answering: Answering, columns: Floats, probability: Floats) -> Fit:
    """Adds what each cluster moves through the weights: the scores' slope in the logistic slopes, times how those move."""
    by_row = -(1 - probability) * (probability > LEAST) * fit.weights * fit.residuals
    slope = (fit.design * by_row[:, None]).T @ columns
    return replace(fit, moved=fit.moved + answering.moved @ slope.T @ fit.bread)


def _chance(value: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(value, -30, 30))))
