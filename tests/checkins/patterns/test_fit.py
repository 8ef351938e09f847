from dataclasses import fields

import numpy as np
import pytest

from checkins.patterns import fit as f
from checkins.patterns.constants import CONSTANTS, IN_USE, STORED, Constants, from_json
from checkins.patterns.model import build

FEW = f.couples_of((7,), couples=10, days=40)
FEWER = f.couples_of((7,), couples=3, days=25)


def test_the_calibration_is_rebuilt_from_its_seeds():
    rebuilt = f.calibrated(CONSTANTS, f.calibration_couples())
    assert (rebuilt.intercept, rebuilt.slope) == pytest.approx((CONSTANTS.intercept, CONSTANTS.slope), abs=1e-3)


def test_what_is_stored_says_of_which_seeds_it_is():
    assert IN_USE.fit_seeds == f.FIT_SEEDS
    assert IN_USE.calibration_seeds == f.CALIBRATION_SEEDS
    assert not set(f.HELD_OUT_SEEDS) & {*f.FIT_SEEDS, *f.CALIBRATION_SEEDS}
    assert IN_USE.as_json() == STORED.read_text()
    assert from_json(IN_USE.as_json()) == IN_USE


def test_stored_constants_of_another_shape_are_refused():
    with pytest.raises(TypeError):
        from_json(STORED.read_text().replace('"temper"', '"temperature"'))


def test_constants_and_numbers_are_two_forms_of_the_same():
    numbers = f.to_numbers(CONSTANTS)
    back = f.from_numbers(numbers, CONSTANTS)
    for field in fields(Constants):
        assert getattr(back, field.name) == pytest.approx(getattr(CONSTANTS, field.name), rel=1e-12)
    anywhere = f.from_numbers(np.where(np.arange(numbers.size) % 2, 3.0, -3.0), CONSTANTS)
    assert all(0 < getattr(anywhere, name) < 1 for name in f.SHARES)


def test_every_constant_is_fitted():
    # Each of them, moved a little, changes what is said of some day: none is a number without a meaning.
    said = f.say(CONSTANTS, FEW.course).p
    numbers = f.to_numbers(CONSTANTS)
    for index in range(numbers.size):
        beside = numbers.copy()
        beside[index] += 0.2
        assert np.abs(f.say(f.from_numbers(beside, CONSTANTS), FEW.course).p - said).max() > 0, index


def test_a_step_of_the_fit_is_for_the_better_and_always_the_same():
    heard = []
    first = f.fit(Constants(), FEW, steps=1, told=lambda done, of: heard.append((done, of)))
    assert first == f.fit(Constants(), FEW, steps=1)
    assert f.loss(f.say(first, FEW.course).p, FEW.truth) < f.loss(f.say(Constants(), FEW.course).p, FEW.truth)
    assert heard[-1][0] == heard[-1][1] == len(f.to_numbers(Constants()))
    build(first)


def test_what_is_promised_bounds_the_fit():
    for name, most in f.AT_MOST.items():
        assert getattr(CONSTANTS, name) <= most
        assert getattr(Constants(), name) <= most
    for name, least in f.AT_LEAST.items():
        assert getattr(CONSTANTS, name) >= least
        assert getattr(Constants(), name) >= least


def test_a_bound_that_stands_in_the_way_is_met_and_not_passed(monkeypatch):
    free = f.fit(Constants(), FEWER, steps=1)
    between = (free.temper + Constants().temper) / 2
    monkeypatch.setattr(f, "AT_MOST" if free.temper > Constants().temper else "AT_LEAST", {"temper": between})
    assert f.fit(Constants(), FEWER, steps=1).temper == pytest.approx(between, rel=1e-12)


def test_the_loss_is_that_of_what_was_said_of_the_truth():
    p = np.full((3, 1, f.LEARNING_DAYS + 2), 1 / 4)
    p[1] = 1 / 2
    truth = np.zeros((1, f.LEARNING_DAYS + 2), np.int64)
    truth[0, -1] = 1
    assert f.loss(p, truth) == pytest.approx(np.log(4) + np.log(2))


def test_logistic_regression_finds_the_numbers_that_made_the_data():
    rng = np.random.default_rng(1)
    log_odds = rng.normal(-2, 2, 200_000)
    inside = rng.random(log_odds.size) < 1 / (1 + np.exp(-(0.5 + 0.8 * log_odds)))
    assert f.logistic(log_odds, inside.astype(float)) == pytest.approx((0.5, 0.8), abs=0.03)


def test_rounding_keeps_four_digits():
    rounded = f.rounded(CONSTANTS)
    assert rounded == CONSTANTS
