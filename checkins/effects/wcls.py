"""Weighted and centred least squares: the causal effect of something randomised again and again.

Boruvka, Almirall, Witkiewitz, Murphy (2018), "Assessing time-varying causal effect moderation in mobile health", Journal of the
American Statistical Association 113, 1112-1121. The treatment is centred at a numerator probability and every decision weighted
by numerator over probability, so that controls which are wrong cost precision and never the truth. Standard errors are robust
over clusters, with the leverage correction of Mancl and DeRouen (2001), Biometrics 57, 126-134, and Student's quantiles.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from checkins.effects.student import quantile

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


class TooFew(ValueError):
    """There are fewer clusters than the estimate and its interval need."""


@dataclass(frozen=True, kw_only=True)
class Trial:
    """N decisions that were available and whose outcome is known.

    `cluster` [N]: whose decision it is. `outcome` [N]. `treated` [N]: 1 or 0. `probability` [N]: that of being treated, strictly
    between 0 and 1. `numerator` [N]: what the treatment is centred at; it may depend on the moderators alone. `moderators`
    [N, P] and `controls` [N, Q], each with its column of ones. `weight` [N]: for answers that are missing; 1 where nothing is.
    """

    cluster: Ints
    outcome: Floats
    treated: Floats
    probability: Floats
    numerator: Floats
    moderators: Floats
    controls: Floats
    weight: Floats


@dataclass(frozen=True, kw_only=True)
class Effect:
    """The effect [P], one number per moderator, its covariance [P, P], and over how much it was estimated."""

    effect: Floats
    covariance: Floats
    clusters: int
    decisions: int
    degrees: int

    @property
    def error(self) -> Floats:
        """Standard errors [P]."""
        return np.sqrt(np.diag(self.covariance))

    def interval(self, at: Floats, level: float = 0.95) -> tuple[float, float, float, float]:
        """Effect where the moderators are `at` [P]: estimate, standard error, and both ends of its interval."""
        estimate, error = float(at @ self.effect), float(np.sqrt(at @ self.covariance @ at))
        reach = quantile(0.5 + level / 2, self.degrees) * error
        return estimate, error, estimate - reach, estimate + reach


@dataclass(frozen=True, kw_only=True)
class Fit:
    """The solved equations, cluster by cluster: what corrections for weights that were themselves estimated start from.

    `design` [N, Q+P] is sorted as `order` says; `bread` [Q+P, Q+P]; `moved` [C, Q+P]: by how much the estimate changes when a
    cluster is left out, which is its corrected share of the error.
    """

    coefficients: Floats
    residuals: Floats
    design: Floats
    weights: Floats
    bread: Floats
    moved: Floats
    clusters: Ints


def estimate(trial: Trial) -> Effect:
    """The effect of the treatment. Raises TooFew where it cannot be told."""
    return effect_of(trial, solve(trial))


def effect_of(trial: Trial, fit: Fit) -> Effect:
    """What a fit says of the effect; its coefficients for the controls mean nothing by themselves."""
    controls = trial.controls.shape[1]
    return Effect(
        effect=fit.coefficients[controls:],
        covariance=(fit.moved.T @ fit.moved)[controls:, controls:],
        clusters=len(fit.clusters),
        decisions=len(trial.outcome),
        degrees=len(fit.clusters) - fit.design.shape[1],
    )


def solve(trial: Trial) -> Fit:
    """Least squares with the weights and the centring of Boruvka et al., equation (8)."""
    centred = (trial.treated - trial.numerator)[:, None] * trial.moderators
    design = np.hstack([trial.controls, centred])
    weights = trial.weight * np.where(
        trial.treated > 0, trial.numerator / trial.probability, (1 - trial.numerator) / (1 - trial.probability)
    )
    clusters, place = np.unique(trial.cluster, return_inverse=True)
    if len(clusters) <= design.shape[1]:
        raise TooFew(f"{len(clusters)} clusters cannot carry {design.shape[1]} coefficients")
    information = by_cluster(design[:, :, None] * (weights[:, None] * design)[:, None, :], place, len(clusters))
    whole = information.sum(axis=0)
    if np.linalg.matrix_rank(whole) < len(whole):
        raise TooFew("some arm or moderator never varies")
    coefficients = np.linalg.solve(whole, design.T @ (weights * trial.outcome))
    residuals = trial.outcome - design @ coefficients
    scores = by_cluster(design * (weights * residuals)[:, None], place, len(clusters))
    return Fit(
        coefficients=coefficients,
        residuals=residuals,
        design=design,
        weights=weights,
        bread=np.linalg.inv(whole),
        moved=left_out(whole, information, scores),
        clusters=clusters,
    )


def left_out(whole: Floats, information: Floats, scores: Floats) -> Floats:
    """How far each cluster [C, K] moves the solution, its leverage taken into account.

    Mancl and DeRouen multiply the residuals of cluster i by the inverse of I - H_i. With X_i'W_i X_i = A_i and their sum A,
    the matrix inversion lemma turns inv(A) X_i'W_i inv(I - H_i) e_i into inv(A - A_i) s_i, which needs no matrix as large as
    the cluster, and is what leaving the cluster out would change.
    """
    try:
        return np.asarray(np.linalg.solve(whole - information, scores[:, :, None])[:, :, 0], np.float64)
    except np.linalg.LinAlgError as error:
        raise TooFew("without one of the clusters nothing could be told") from error


def by_cluster(rows: Floats, place: Ints, count: int) -> Floats:
    """Sums of rows [N, ...] within clusters [count, ...]."""
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(count))
    return np.asarray(np.add.reduceat(rows[order], starts, axis=0))
