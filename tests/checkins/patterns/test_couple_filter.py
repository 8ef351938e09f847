import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkins.patterns import constants as c
from checkins.patterns.couple_filter import (
    COUPLE_CHAIN,
    cell_total,
    initial_cells,
    joint_log_likelihood,
    person_weights,
    predict,
    update,
)

MIRROR = [3 * (index % 3) + index // 3 for index in range(9)]


def enumerate_paths(start, couple_chain, kind_chain, log_likelihood):
    """P(last hidden state | observations) and log P(observations), by adding up every path. `log_likelihood` [T, 9, 3]."""
    hidden = list(itertools.product(range(9), range(3)))
    last, days = np.zeros((9, 3)), len(log_likelihood)
    for path in itertools.product(hidden, repeat=days):
        weight = 0.0
        for begin in hidden:
            chance, before = start[begin], begin
            for day, today in enumerate(path):
                chance *= couple_chain[before[0], today[0]] * kind_chain[before[1], today[1]] * np.exp(log_likelihood[day][today])
                before = today
            weight += chance
        last[path[-1]] += weight
    return last / last.sum(), np.log(last.sum())


@pytest.mark.parametrize("seed", [1, 2])
def test_the_forward_recursion_equals_adding_up_all_paths(seed):
    rng = np.random.default_rng(seed)
    observed = rng.normal(0, 2, (2, 9, 3))
    start = initial_cells(1)
    cells, evidence = start, 0.0
    for day in observed:
        cells, log_normaliser = update(predict(cells), day[..., None])
        evidence += log_normaliser[0]
    expected, expected_evidence = enumerate_paths(start[..., 0], COUPLE_CHAIN, c.KIND_CHAIN, observed)
    np.testing.assert_allclose(cells[..., 0], expected, rtol=0, atol=1e-10)
    assert evidence == pytest.approx(expected_evidence, abs=1e-10)


def test_long_runs_of_a_small_model_equal_adding_up_all_paths():
    # Five days over three cells: all others are never entered, so all 3^5 paths can be added up.
    rng = np.random.default_rng(3)
    kept, days = [0, 5, 8], 5
    chain = np.zeros((9, 9))
    chain[np.ix_(kept, kept)] = rng.dirichlet(np.ones(3), 3)
    start = np.zeros((9, 3, 1))
    start[kept, 0, 0] = rng.dirichlet(np.ones(3))
    likelihood = rng.normal(0, 3, (days, 9))
    cells = start
    for day in likelihood:
        cells, _ = update(predict(cells, chain, np.eye(3)), np.repeat(day[:, None], 3, axis=1)[..., None])
    expected = np.zeros(9)
    for path in itertools.product(kept, repeat=days + 1):
        chance = start[path[0], 0, 0]
        for day in range(days):
            chance *= chain[path[day], path[day + 1]] * np.exp(likelihood[day][path[day + 1]])
        expected[path[-1]] += chance
    np.testing.assert_allclose(cells[:, 0, 0], expected / expected.sum(), rtol=0, atol=1e-10)


def test_the_chain_is_one_of_probabilities_and_its_own_mirror():
    assert (COUPLE_CHAIN >= 0).all()
    np.testing.assert_allclose(COUPLE_CHAIN.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(c.KIND_CHAIN.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_array_equal(COUPLE_CHAIN, COUPLE_CHAIN[np.ix_(MIRROR, MIRROR)])


def test_a_one_sided_move_is_answered_by_the_opposite_one():
    answered = COUPLE_CHAIN[c.cell(c.REACHING, c.USUAL), c.cell(c.REACHING, c.DRAWING_BACK)]
    assert answered == pytest.approx(c.RATES.one_answered)
    assert answered > 10 * COUPLE_CHAIN[c.cell(c.USUAL, c.USUAL), c.cell(c.USUAL, c.DRAWING_BACK)]


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 9))
def test_each_step_mirrors_to_the_last_bit_and_keeps_probabilities(seed, couples):
    rng = np.random.default_rng(seed)
    cells = rng.dirichlet(np.ones(27), couples).T.reshape(9, 3, couples)
    by_person = rng.normal(0, 4, (3, 3, 2, couples))
    after, evidence = update(predict(cells), joint_log_likelihood(by_person))
    mirrored, mirrored_evidence = update(predict(cells[MIRROR]), joint_log_likelihood(by_person[:, :, ::-1]))
    np.testing.assert_array_equal(mirrored, after[MIRROR])
    np.testing.assert_array_equal(mirrored_evidence, evidence)
    np.testing.assert_array_equal(person_weights(mirrored), person_weights(after)[:, :, ::-1])
    np.testing.assert_allclose(cell_total(after), 1.0, atol=1e-12)
    np.testing.assert_allclose(person_weights(after).sum(axis=(0, 1)), 1.0, atol=1e-12)
