import numpy as np

from checkins.patterns import fit, scoring
from checkins.patterns.calibration import calibrate
from checkins.patterns.constants import CONSTANTS


def test_calibration_keeps_the_order_and_the_bounds():
    said = calibrate(CONSTANTS, np.linspace(0, 1, 101))
    assert (np.diff(said) > 0).all()
    assert 0 < said[0] < said[-1] < 1


def test_probabilities_can_be_taken_at_their_word_on_fresh_couples():
    couples = fit.couples_of((401,))
    assert scoring.calibration_error(fit.say(CONSTANTS, couples.course).p, couples.truth) < 0.015
