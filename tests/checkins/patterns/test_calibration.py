import numpy as np
import pytest

from checkins.patterns import fit, scoring
from checkins.patterns.calibration import calibrate
from checkins.patterns.constants import CONSTANTS
from checkins.patterns.simulate import FAMILIES, STEADY, simulate


def test_calibration_keeps_the_order_and_the_bounds():
    said = calibrate(CONSTANTS, np.linspace(0, 1, 101))
    assert (np.diff(said) > 0).all()
    assert 0 < said[0] < said[-1] < 1


def test_probabilities_can_be_taken_at_their_word_on_fresh_couples():
    # As many couples of each family, which is not the mix that the calibration was fitted on.
    couples = fit.together(simulate(family, couples=60, days=120, seed=401) for family in FAMILIES)
    p = fit.say(CONSTANTS, couples.course).p
    either, inside = 1.0 - p[STEADY], couples.truth != STEADY
    which = np.minimum((either * 10).astype(int), 9).ravel()
    gaps = np.abs(np.bincount(which, either.ravel(), 10) - np.bincount(which, inside.ravel(), 10))
    assert gaps.sum() / either.size < 0.015
    assert scoring.calibration_error(p, couples.truth) < 0.015


@pytest.mark.parametrize("family", FAMILIES)
def test_no_family_is_told_much_too_much_or_too_little(family):
    couples = fit.family_of(family, (402,), couples=100)
    assert scoring.calibration_error(fit.say(CONSTANTS, couples.course).p, couples.truth) < 0.03
