import numpy as np
import pytest

from checkins.effects.answering import estimate_weighted, fit_answering
from checkins.effects.wcls import Trial, estimate

COUNT = 6000


def trial_of(rng, *, clusters: int = 200) -> tuple[Trial, np.ndarray]:
    """A fair coin that helps by 1 where `mood` is high and does nothing where it is low."""
    high = (rng.random(COUNT) < 0.5).astype(float)
    treated = (rng.random(COUNT) < 0.5).astype(float)
    ones = np.ones(COUNT)
    trial = Trial(
        cluster=np.arange(COUNT) % clusters,
        outcome=treated * high + rng.normal(0, 1, COUNT),
        treated=treated,
        probability=0.5 * ones,
        numerator=0.5 * ones,
        moderators=ones[:, None],
        controls=ones[:, None],
        weight=ones,
    )
    return trial, high


def test_the_slopes_are_found():
    rng = np.random.default_rng(1)
    columns = np.column_stack([np.ones(20000), rng.normal(size=20000)])
    truth = 1 / (1 + np.exp(-(0.5 - 1.2 * columns[:, 1])))
    known = (rng.random(20000) < truth).astype(float)
    fitted = fit_answering(known=known, columns=columns, cluster=np.arange(20000) % 100)
    assert np.abs(fitted.probability - np.maximum(truth, 0.05)).max() < 0.03


def test_answers_that_the_prompt_silences_are_made_up_for():
    rng = np.random.default_rng(2)
    trial, high = trial_of(rng)
    # With a prompt, those whom it helps answer much less.
    known = (rng.random(COUNT) < np.where(trial.treated * high > 0, 0.25, 0.9)).astype(float)
    columns = np.column_stack([np.ones(COUNT), high, trial.treated, trial.treated * high])
    bare = estimate(Trial(**{name: value[known > 0] for name, value in vars(trial).items()}))
    weighted = estimate_weighted(trial, known=known, columns=columns)
    assert bare.effect[0] < 0.5 - 4 * weighted.error[0]
    assert weighted.effect[0] == pytest.approx(0.5, abs=4 * weighted.error[0])
    assert weighted.error[0] < 0.06


def test_where_nothing_is_missing_the_weights_change_nothing():
    trial, high = trial_of(np.random.default_rng(3))
    columns = np.column_stack([np.ones(COUNT), high])
    weighted = estimate_weighted(trial, known=np.ones(COUNT), columns=columns)
    assert weighted.effect == pytest.approx(estimate(trial).effect, abs=1e-4)
    assert weighted.error == pytest.approx(estimate(trial).error, rel=1e-2)


def test_one_column_that_tells_everything_does_not_run_away():
    known = np.array([0.0, 1.0] * 50)
    fitted = fit_answering(known=known, columns=np.column_stack([np.ones(100), known]), cluster=np.arange(100) % 10)
    assert np.isfinite(fitted.probability).all()
    assert np.isfinite(fitted.moved).all()
