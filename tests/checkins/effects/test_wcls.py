import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from checkins.effects.wcls import Effect, TooFew, Trial, estimate, solve

REFERENCE = Path(__file__).resolve().parents[3].parent / "shared" / "data" / "mrt_data_mimicHeartSteps.csv"


@pytest.fixture(scope="module")
def reference() -> dict[str, np.ndarray]:
    """The made-up trial that comes with the R package MRTAnalysis: available decisions only."""
    if not REFERENCE.exists():
        pytest.skip(f"the reference data of MRTAnalysis (data_mimicHeartSteps as CSV) are not at {REFERENCE}")
    with REFERENCE.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["avail"] == "1"]
    return {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}


def estimated(columns: dict[str, np.ndarray], *, moderators: list[str], controls: list[str]) -> Effect:
    """As the package does it by default: centred at one half."""
    ones = np.ones(len(columns["avail"]))
    return estimate(
        Trial(
            cluster=columns["userid"].astype(np.int64),
            outcome=columns["logstep_30min"],
            treated=columns["intervention"],
            probability=columns["rand_prob"],
            numerator=0.5 * ones,
            moderators=np.column_stack([ones, *(columns[name] for name in moderators)]),
            controls=np.column_stack([ones, *(columns[name] for name in controls)]),
            weight=ones,
        )
    )


def test_the_marginal_effect_is_that_of_the_r_package(reference):
    found = estimated(reference, moderators=[], controls=["logstep_pre30min"])
    assert found.effect == pytest.approx([0.1574473], abs=5e-8)
    assert found.error == pytest.approx([0.0622193], abs=5e-8)
    assert (found.clusters, found.degrees) == (37, 34)


def test_the_moderated_effect_is_that_of_the_r_package(reference):
    controls = ["logstep_pre30min", "is_at_home_or_work", "day_in_study"]
    found = estimated(reference, moderators=["is_at_home_or_work"], controls=controls)
    assert found.effect == pytest.approx([0.1096514, 0.1226262], abs=5e-8)
    assert found.error == pytest.approx([0.0695412, 0.1469060], abs=5e-8)


def made_up(seed: int, *, clusters: int = 30, each: int = 40) -> Trial:
    rng = np.random.default_rng(seed)
    count = clusters * each
    state = rng.random(count) < 0.3
    probability = np.where(state, 0.7, 0.2)
    treated = (rng.random(count) < probability).astype(float)
    outcome = 0.4 * treated - 1.5 * state + np.repeat(rng.normal(0, 0.5, clusters), each) + rng.normal(0, 1, count)
    ones = np.ones(count)
    return Trial(
        cluster=np.repeat(np.arange(clusters), each),
        outcome=outcome,
        treated=treated,
        probability=probability,
        numerator=np.full(count, treated.mean()),
        moderators=ones[:, None],
        controls=ones[:, None],
        weight=ones,
    )


def test_confounding_by_the_state_is_undone_without_a_control_for_it():
    trial = made_up(1)
    naive = trial.outcome[trial.treated == 1].mean() - trial.outcome[trial.treated == 0].mean()
    assert naive < -0.1
    assert estimate(trial).effect[0] == pytest.approx(0.4, abs=0.2)


def test_the_correction_is_that_of_mancl_and_derouen_written_out():
    trial = made_up(2, clusters=8, each=5)
    fit = solve(trial)
    scores = np.zeros(fit.design.shape[1])
    middle = np.zeros((2, 2))
    for cluster in fit.clusters:
        here = trial.cluster == cluster
        x, w, e = fit.design[here], np.diag(fit.weights[here]), fit.residuals[here]
        hat = x @ fit.bread @ x.T @ w
        scores = x.T @ w @ np.linalg.solve(np.eye(len(x)) - hat, e)
        middle += np.outer(scores, scores)
    assert estimate(trial).covariance[0, 0] == pytest.approx((fit.bread @ middle @ fit.bread)[1, 1], rel=1e-10)


def test_the_order_of_rows_and_the_names_of_clusters_do_not_matter():
    trial = made_up(3)
    order = np.random.default_rng(0).permutation(len(trial.outcome))
    shuffled = Trial(**{name: value[order] for name, value in vars(trial).items()})
    renamed = replace(shuffled, cluster=1000 - shuffled.cluster)
    assert estimate(renamed).effect == pytest.approx(estimate(trial).effect)
    assert estimate(renamed).covariance == pytest.approx(estimate(trial).covariance)


def test_a_weight_of_two_is_the_row_written_twice():
    trial = made_up(4)
    twice = Trial(**{name: np.concatenate([value, value[:7]]) for name, value in vars(trial).items()})
    weighted = replace(trial, weight=np.where(np.arange(len(trial.outcome)) < 7, 2.0, 1.0))
    assert estimate(twice).effect == pytest.approx(estimate(weighted).effect)
    assert estimate(twice).covariance == pytest.approx(estimate(weighted).covariance)


def test_the_interval_of_a_moderated_effect_takes_both_errors_together():
    found = Effect(effect=np.array([1.0, 2.0]), covariance=np.array([[0.04, -0.02], [-0.02, 0.09]]), clusters=40, decisions=900, degrees=30)
    estimate_, error, low, high = found.interval(np.array([1.0, 1.0]))
    assert (estimate_, error) == pytest.approx((3.0, 0.3))
    assert (low, high) == pytest.approx((3.0 - 2.0422725 * 0.3, 3.0 + 2.0422725 * 0.3))


@pytest.mark.parametrize("clusters", [1, 2])
def test_too_few_clusters_are_refused(clusters):
    with pytest.raises(TooFew):
        estimate(made_up(5, clusters=clusters))


def test_an_arm_that_never_happened_is_refused():
    trial = made_up(6)
    with pytest.raises(TooFew, match="never varies"):
        estimate(replace(trial, treated=np.zeros(len(trial.outcome)), numerator=np.full(len(trial.outcome), 0.2)))
