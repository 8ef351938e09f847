from dataclasses import replace

import numpy as np
import pytest

from checkins.patterns import model as m
from checkins.patterns.answers import Quick
from checkins.patterns.constants import CONSTANTS as C
from checkins.patterns.emission import over_states, read_quick, read_silence, read_values, trust
from checkins.patterns.model import MODEL, MODEL_OF_DAYS


def test_mood_and_leaning_are_integrated_out_as_in_the_full_covariance():
    rng = np.random.default_rng(6)
    deviation, unsure = rng.normal(0, 1.5, (4, 2, 5)), rng.uniform(0, 1, (4, 2, 5))
    seen = rng.random((4, 2, 5)) < 0.7
    reading = read_values(MODEL, deviation=deviation, unsure=unsure, seen=seen)
    moods, leanings = over_states(reading.factors, C.mild).transpose(2, 0, 1, 3, 4)
    for side, couple, state, kind in np.ndindex(2, 5, m.STATES, m.KINDS):
        which = np.flatnonzero(seen[:, side, couple])
        loads = MODEL.loads[:, which, 0, 0].T
        covariance = np.diag(MODEL.unique_var[which, 0, 0] + unsure[which, side, couple]) + loads @ loads.T
        gap = deviation[which, side, couple] - m.mean_shifts(C)[state, kind, which]
        factors = loads.T @ np.linalg.solve(covariance, gap) if len(which) else np.zeros(2)
        assert moods[state, kind, side, couple] == pytest.approx(factors[0], abs=1e-12)
        assert leanings[state, kind, side, couple] == pytest.approx(factors[1], abs=1e-12)
        rest = (gap - loads @ factors) ** 2 / (MODEL.unique_var[which, 0, 0] + unsure[which, side, couple])
        expected = -0.5 * C.temper * ((C.tail + 1) * np.log1p(rest / C.tail).sum() + factors @ factors)
        assert reading.log_likelihood[state, kind, side, couple] == pytest.approx(expected, abs=1e-12)
        left = np.eye(2) - (loads.T @ np.linalg.solve(covariance, loads) if len(which) else 0.0)
        assert reading.factor_var[:, side, couple] == pytest.approx(np.diag(left), abs=1e-12)


def test_with_normal_tails_it_is_the_normal_density_of_the_full_covariance():
    rng = np.random.default_rng(7)
    deviation, unsure, seen = rng.normal(0, 1.5, (4, 2, 5)), rng.uniform(0, 1, (4, 2, 5)), np.ones((4, 2, 5), bool)
    normal = m.build(replace(C, tail=1e9, temper=1.0))
    log_likelihood = read_values(normal, deviation=deviation, unsure=unsure, seen=seen).log_likelihood
    loads = MODEL.loads[..., 0, 0].T
    for side, couple, state, kind in np.ndindex(2, 5, m.STATES, m.KINDS):
        covariance = np.diag(MODEL.unique_var[:, 0, 0] + unsure[:, side, couple]) + loads @ loads.T
        gap = deviation[:, side, couple] - m.mean_shifts(C)[state, kind]
        expected = -0.5 * gap @ np.linalg.solve(covariance, gap)
        assert log_likelihood[state, kind, side, couple] == pytest.approx(expected, abs=1e-6)


def test_one_odd_answer_leaves_the_others_of_the_day_their_weight():
    def said(tension):
        deviation = np.array([-1.2, 1.8, 0.0, tension])[:, None, None].repeat(2, axis=1)
        return read_values(MODEL, deviation=deviation, unsure=np.zeros((4, 2, 1)), seen=np.ones((4, 2, 1), bool)).log_likelihood[:, 0, 0, 0]

    plain, odd = said(0.3), said(9.0)
    assert odd[m.REACHING] - odd[m.USUAL] > 0.5 * (plain[m.REACHING] - plain[m.USUAL]) > 0.5


def test_silence_is_a_little_evidence_of_drawing_back_and_adds_up_to_a_little():
    silent = np.arange(0, 60.0).reshape(1, -1).repeat(2, axis=0)
    read = read_silence(C, silent)
    assert (read[:, 0] == 0).all()
    assert read.max() == pytest.approx(C.silence)
    assert 0.3 < C.silence <= 0.4
    assert read[0].sum() <= C.silence / (1 - C.silence_decay) + 1e-12
    assert read[0].sum() <= 0.8 + 1e-12


def test_quick_answers_read_the_same_latent_deviation():
    assert (MODEL.tap_table[:, :, Quick.NONE] == 0).all()
    np.testing.assert_allclose(np.exp(MODEL.tap_table[:, :, 1:]).sum(axis=2), 1.0, atol=1e-12)
    likeliest = MODEL.tap_table[:, 0, 1:].argmax(axis=0)
    assert list(likeliest) == [m.REACHING, m.USUAL, m.DRAWING_BACK]
    read = read_quick(MODEL, np.array([[Quick.CLOSER], [Quick.NONE]]))
    np.testing.assert_array_equal(read[:, :, 0, 0], C.temper * MODEL.tap_table[:, :, Quick.CLOSER])
    assert (read[:, :, 1] == 0).all()


def test_a_full_answer_says_more_than_a_tap():
    reaching = read_values(
        MODEL,
        deviation=np.broadcast_to(np.array(C.reaching)[:, None, None], (4, 2, 1)),
        unsure=np.full((4, 2, 1), 0.1),
        seen=np.ones((4, 2, 1), bool),
    ).log_likelihood[:, 0, 0, 0]
    tap = read_quick(MODEL, np.full((2, 1), Quick.CLOSER))[:, 0, 0, 0]
    assert reaching[m.REACHING] - reaching[m.USUAL] > tap[m.REACHING] - tap[m.USUAL] > 0.5


def test_early_answers_are_trusted_less():
    given = np.arange(0.0, 40.0).reshape(1, -1)
    read = trust(C, given)
    assert (np.diff(read) >= 0).all()
    assert read[0, 0] < 0.05
    assert read[0, -1] == 1.0


def test_answers_of_32_bits_are_read_in_32_bits():
    half = np.full((4, 2, 3), 0.5, np.float32)
    reading = read_values(MODEL_OF_DAYS, deviation=half, unsure=half, seen=half > 0)
    assert {array.dtype for array in vars(reading).values()} == {np.dtype(np.float32)}
