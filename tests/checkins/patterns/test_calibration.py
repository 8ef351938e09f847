import numpy as np
import pytest

from checkins.patterns import MODEL_VERSION, advance, calibration, initial_states
from checkins.patterns.calibration import calibrate
from checkins.patterns.fit import fit, logistic
from checkins.patterns.simulate import FAMILIES, STEADY, simulate


def test_the_constants_are_rebuilt_from_their_seeds():
    assert fit() == pytest.approx((calibration.INTERCEPT, calibration.SLOPE), abs=1e-3)


def test_the_constants_belong_to_this_model():
    assert calibration.FITTED_FOR_MODEL == MODEL_VERSION


def test_the_fit_finds_the_numbers_that_made_the_data():
    rng = np.random.default_rng(1)
    log_odds = rng.normal(-2, 2, 200_000)
    inside = rng.random(log_odds.size) < 1 / (1 + np.exp(-(0.5 + 0.8 * log_odds)))
    assert logistic(log_odds, inside.astype(float)) == pytest.approx((0.5, 0.8), abs=0.03)


def test_calibration_keeps_the_order_and_the_bounds():
    said = calibrate(np.linspace(0, 1, 101))
    assert (np.diff(said) > 0).all()
    assert 0 < said[0] < said[-1] < 1


def test_probabilities_can_be_taken_at_their_word_on_fresh_couples():
    said, happened = [], []
    for family in FAMILIES:
        simulated = simulate(family, couples=60, days=120, seed=201)
        states = initial_states(60)
        for index in range(120):
            states, output = advance(states, simulated.course.day(index))
            said.append(output.p_a_reaches + output.p_b_reaches)
            happened.append(simulated.truth[:, index] != STEADY)
    probability, truth = np.concatenate(said), np.concatenate(happened)
    which = np.minimum((probability * 10).astype(int), 9)
    gaps = np.abs(np.bincount(which, probability, 10) - np.bincount(which, truth, 10))
    assert gaps.sum() / probability.size < 0.015
