from dataclasses import replace

import numpy as np
import pytest

from checkins.patterns.baseline import Spreads, initial_levels, initial_spreads, learn, learn_spreads
from checkins.patterns.constants import CONSTANTS as C
from checkins.patterns.constants import LEAST_SPREAD


def test_the_linear_gaussian_case_is_the_textbook_kalman_filter():
    rng = np.random.default_rng(4)
    levels, noise_var = initial_levels(C, 3), 1.7
    mean = np.stack([levels.level, levels.offset])
    cov = np.zeros((4, 2, 3, 2, 2))
    cov[..., 0, 0], cov[..., 1, 1] = levels.level_var, levels.offset_var
    for day in range(40):
        weekend = np.full((1, 1, 3), float(day % 7 >= 5))
        answers = rng.normal(6, 1.5, (4, 2, 3))
        seen = rng.random((4, 2, 3)) < 0.8
        levels = learn(
            replace(C, forgetting=1.0),
            levels,
            residual=answers - levels.expected(weekend),
            noise_var=np.full((4, 2, 3), noise_var),
            weekend=weekend,
            seen=seen,
            limit=np.full((4, 2, 3), np.inf),
        )
        design = np.array([1.0, weekend[0, 0, 0]])
        for index in np.argwhere(seen):
            i = tuple(index)
            gain = cov[i] @ design / (design @ cov[i] @ design + noise_var)
            mean[(slice(None), *i)] += gain * (answers[i] - design @ mean[(slice(None), *i)])
            cov[i] = cov[i] - np.outer(gain, design @ cov[i])
    np.testing.assert_allclose(levels.level, mean[0], atol=1e-10)
    np.testing.assert_allclose(levels.offset, mean[1], atol=1e-10)
    np.testing.assert_allclose(levels.level_var, cov[..., 0, 0], atol=1e-10)
    np.testing.assert_allclose(levels.cross_var, cov[..., 0, 1], atol=1e-10)
    np.testing.assert_allclose(levels.offset_var, cov[..., 1, 1], atol=1e-10)


def test_before_any_answer_everybody_is_as_the_population_is():
    levels = initial_levels(C, 2)
    for values, prior in (
        (levels.level, C.prior_level),
        (levels.level_var, np.array(C.prior_level_sd) ** 2),
        (levels.offset_var, [(C.weekend_sd * C.prior_spread) ** 2] * 4),
        (levels.offset, [0.0] * 4),
        (levels.cross_var, [0.0] * 4),
    ):
        np.testing.assert_allclose(values, np.broadcast_to(np.array(prior)[:, None, None], (4, 2, 2)), rtol=1e-15)


def test_a_question_not_answered_teaches_nothing():
    levels, spreads, seen = initial_levels(C, 1), initial_spreads(1), np.zeros((4, 2, 1), bool)
    seen[0, 0] = True
    after = learn(
        C,
        levels,
        residual=np.ones((4, 2, 1)),
        noise_var=np.ones((4, 2, 1)),
        weekend=np.zeros((1, 1, 1)),
        seen=seen,
        limit=np.full((4, 2, 1), 9.0),
    )
    np.testing.assert_array_equal(after.level != levels.level, seen)
    np.testing.assert_array_equal(after.level_var != levels.level_var, seen)
    widened = learn_spreads(C, spreads, square=np.full((4, 2, 1), 9.0), seen=seen)
    np.testing.assert_array_equal(widened.weight != spreads.weight, seen)


def test_an_odd_answer_teaches_no_more_than_the_limit():
    levels, limit = initial_levels(C, 1), np.full((4, 2, 1), 3.0)

    def taught(residual):
        ones = np.ones((4, 2, 1))
        return learn(C, levels, residual=residual, noise_var=ones, weekend=np.zeros((1, 1, 1)), seen=ones > 0, limit=limit)

    odd, at_limit = taught(np.full((4, 2, 1), 8.0)), taught(limit)
    np.testing.assert_array_equal(odd.level, at_limit.level)


def test_the_spread_starts_at_the_prior_and_goes_to_what_is_seen():
    spreads = initial_spreads(1)
    np.testing.assert_allclose(spreads.spread(C), C.prior_spread)
    for _ in range(300):
        spreads = learn_spreads(replace(C, forgetting=0.999), spreads, square=np.full((4, 2, 1), 0.8**2), seen=np.ones((4, 2, 1), bool))
    np.testing.assert_allclose(spreads.spread(C), 0.8, atol=0.05)


def test_one_question_alone_also_moves_the_spread_of_the_others():
    spreads, seen = initial_spreads(1), np.zeros((4, 2, 1), bool)
    seen[0, 0] = True
    for _ in range(40):
        spreads = learn_spreads(C, spreads, square=np.full((4, 2, 1), 9.0), seen=seen)
    assert spreads.spread(C)[0, 0, 0] > spreads.spread(C)[1, 0, 0] > C.prior_spread
    assert spreads.spread(C)[1, 1, 0] == pytest.approx(C.prior_spread)


def test_a_doubtful_state_is_learned_as_the_mixture_it_is():
    # One question, three states: the exact posterior is a mixture of three Kalman steps; its mean and variance are kept.
    rng = np.random.default_rng(5)
    weights, shifts, answer, noise_var = rng.dirichlet(np.ones(3)), np.array([0.0, -1.5, 2.0]), 7.0, 1.3
    levels, ones = initial_levels(C, 1), np.ones((4, 2, 1))
    prior_mean, prior_var = levels.level[0, 0, 0], 0.25 * levels.level_var[0, 0, 0]
    levels = replace(levels, level_var=0.25 * levels.level_var)
    mean_shift = weights @ shifts
    after = learn(
        replace(C, forgetting=1.0),
        levels,
        residual=(answer - levels.level - mean_shift),
        noise_var=noise_var * ones,
        between_var=(weights @ shifts**2 - mean_shift**2) * ones,
        weekend=np.zeros((1, 1, 1)),
        seen=ones > 0,
        limit=np.inf * ones,
    )
    gain = prior_var / (prior_var + noise_var)
    means = prior_mean + gain * (answer - shifts - prior_mean)
    mean = weights @ means
    assert after.level[0, 0, 0] == pytest.approx(mean, abs=1e-12)
    assert after.level_var[0, 0, 0] == pytest.approx((1 - gain) * prior_var + weights @ (means - mean) ** 2, abs=1e-12)


def test_no_level_becomes_less_sure_than_it_was_before_any_answer():
    # A state in great doubt widens what is known of a level, and forgetting does; at the prior it stops.
    levels, ones = initial_levels(C, 1), np.ones((4, 2, 1))
    for _ in range(3):
        levels = learn(
            C,
            levels,
            residual=0.0 * ones,
            noise_var=ones,
            between_var=50.0 * ones,
            weekend=np.zeros((1, 1, 1)),
            seen=ones > 0,
            limit=9.0 * ones,
        )
        np.testing.assert_allclose(levels.level_var[:, 0, 0], np.array(C.prior_level_sd) ** 2, rtol=1e-12)


def test_the_spread_is_drawn_to_that_of_all_questions_of_the_person_and_that_to_the_prior():
    rng = np.random.default_rng(9)
    squares, weight = rng.uniform(0, 60, (4, 2, 3)), rng.uniform(0, 40, (4, 2, 3))
    spread = Spreads(squares, weight).spread(C)
    for question, side, couple in np.ndindex(4, 2, 3):
        all_squares, all_weight = squares[:, side, couple].sum(), weight[:, side, couple].sum()
        pooled = (C.pooled_spread_weight * C.prior_spread**2 + all_squares) / (C.pooled_spread_weight + all_weight)
        own = (C.prior_spread_weight * pooled + squares[question, side, couple]) / (C.prior_spread_weight + weight[question, side, couple])
        assert spread[question, side, couple] == pytest.approx(np.sqrt(own), rel=1e-12)
    assert (Spreads(0 * squares, 1e6 + weight).spread(C) == LEAST_SPREAD).all()
