import numpy as np
import pytest

from checkins.patterns import constants as c
from checkins.patterns.answers import Quick
from checkins.patterns.emission import MEANS, QUICK_TABLE, UNIQUE_VAR, read_quick, read_silence, read_values, trust


def test_the_mood_is_integrated_out_as_in_the_full_covariance():
    rng = np.random.default_rng(6)
    deviation, unsure = rng.normal(0, 1.5, (4, 2, 5)), rng.uniform(0, 1, (4, 2, 5))
    seen = rng.random((4, 2, 5)) < 0.7
    reading = read_values(deviation=deviation, unsure=unsure, seen=seen)
    for side, couple, state, kind in np.ndindex(2, 5, 3, 3):
        which = np.flatnonzero(seen[:, side, couple])
        load = c.MOOD_LOADING[which]
        covariance = np.diag(UNIQUE_VAR[which] + unsure[which, side, couple]) + np.outer(load, load)
        gap = deviation[which, side, couple] - MEANS[which, state, kind, 0, 0]
        distance = gap @ np.linalg.solve(covariance, gap) if len(which) else 0.0
        expected = -0.5 * c.TEMPER * (c.TAIL + len(which)) * np.log1p(distance / c.TAIL)
        assert reading.log_likelihood[state, kind, side, couple] == pytest.approx(expected, abs=1e-12)
        expected_mood = load @ np.linalg.solve(covariance, gap) if len(which) else 0.0
        assert reading.mood[state, kind, side, couple] == pytest.approx(expected_mood, abs=1e-12)


def test_silence_is_a_little_evidence_of_drawing_back_and_adds_up_to_a_little():
    silent = np.arange(0, 60.0).reshape(1, -1).repeat(2, axis=0)
    read = read_silence(silent)
    assert (read[:, :, :, 0] == 0).all()
    assert (read[[c.USUAL, c.REACHING]] == 0).all()
    assert read[c.DRAWING_BACK].max() == pytest.approx(c.SILENCE) == pytest.approx(0.4)
    assert read[c.DRAWING_BACK, 0, 0].sum() <= 2 * c.SILENCE + 1e-12


def test_quick_answers_read_the_same_latent_deviation():
    assert (QUICK_TABLE[:, :, Quick.NONE] == 0).all()
    np.testing.assert_allclose(np.exp(QUICK_TABLE[:, :, 1:]).sum(axis=2), 1.0, atol=1e-12)
    likeliest = QUICK_TABLE[:, 0, 1:].argmax(axis=0)
    assert list(likeliest) == [c.REACHING, c.USUAL, c.DRAWING_BACK]
    read = read_quick(np.array([[Quick.CLOSER], [Quick.NONE]]))
    np.testing.assert_array_equal(read[:, :, 0, 0], c.TEMPER * QUICK_TABLE[:, :, Quick.CLOSER])
    assert (read[:, :, 1] == 0).all()


def test_a_full_answer_says_more_than_a_tap():
    reaching = read_values(
        deviation=np.broadcast_to(c.SHIFTS[c.REACHING][:, None, None], (4, 2, 1)),
        unsure=np.full((4, 2, 1), 0.1),
        seen=np.ones((4, 2, 1), bool),
    ).log_likelihood[:, 0, 0, 0]
    tap = read_quick(np.full((2, 1), Quick.CLOSER))[:, 0, 0, 0]
    assert reaching[c.REACHING] - reaching[c.USUAL] > tap[c.REACHING] - tap[c.USUAL] > 0.5


def test_early_answers_are_trusted_less():
    given = np.arange(0.0, 40.0).reshape(1, -1)
    read = trust(given)
    assert (np.diff(read) >= 0).all()
    assert read[0, 0] < 0.05
    assert read[0, -1] == 1.0
