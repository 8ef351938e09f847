import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkins.patterns import model as m
from checkins.patterns.answers import Floats
from checkins.patterns.couple_filter import (
    cell_total,
    initial_cells,
    over_kinds,
    pattern,
    person_weights,
    predict,
    update,
)
from checkins.patterns.model import CELLS, KINDS, MIRROR, MODEL, STATES

MIRRORED = list(MIRROR)


def enumerate_paths(start, couple_chain, kind_chain, log_likelihood):
    """P(last hidden state | observations), by adding up every path. `log_likelihood` [T, 13, 3]."""
    hidden = list(itertools.product(range(CELLS), range(KINDS)))
    last, days = np.zeros((CELLS, KINDS)), len(log_likelihood)
    for path in itertools.product(hidden, repeat=days):
        weight = 0.0
        for begin in hidden:
            chance, before = start[begin], begin
            for day, today in enumerate(path):
                chance *= couple_chain[before[0], today[0]] * kind_chain[before[1], today[1]] * np.exp(log_likelihood[day][today])
                before = today
            weight += chance
        last[path[-1]] += weight
    return last / last.sum()


def of_cells(by_person):
    """[13, 3] from each person's own [5 states, 3 kinds, 2 sides, 1]: given cell and kind the two answer apart."""
    return np.array([by_person[of_a, :, 0, 0] + by_person[of_b, :, 1, 0] for of_a, of_b in m.CELL_STATES])


@pytest.mark.parametrize("seed", [1, 2])
def test_the_forward_recursion_equals_adding_up_all_paths(seed):
    rng = np.random.default_rng(seed)
    observed = rng.normal(0, 2, (2, STATES, KINDS, 2, 1))
    start = initial_cells(MODEL, 1)
    cells = start
    for day in observed:
        cells = update(predict(cells, MODEL.couple_moves, MODEL.kind_moves), day)
    expected = enumerate_paths(start[..., 0], MODEL.couple_chain, MODEL.kind_chain, [of_cells(day) for day in observed])
    np.testing.assert_allclose(cells[..., 0], expected, rtol=0, atol=1e-10)


def test_long_runs_of_a_small_model_equal_adding_up_all_paths():
    # Five days over three cells, two of them a pair: all others are never entered, so all 3^5 paths can be added up.
    rng = np.random.default_rng(3)
    kept, days = [0, 7, 8], 5
    chain = np.zeros((CELLS, CELLS))
    chain[np.ix_(kept, kept)] = rng.dirichlet(np.ones(3), 3)
    chain = (chain + chain[np.ix_(MIRRORED, MIRRORED)]) / 2
    start: Floats = np.zeros((CELLS, KINDS, 1))
    start[kept, 0, 0] = rng.dirichlet(np.ones(3))
    observed = rng.normal(0, 3, (days, STATES, KINDS, 2, 1))
    likelihood = np.array([of_cells(day)[:, 0] for day in observed])
    cells: Floats = start
    for day in observed:
        cells = update(predict(cells, m.couple_moves(chain), m.kind_moves(np.eye(3))), day)
    expected = np.zeros(CELLS)
    for path in itertools.product(kept, repeat=days + 1):
        chance = start[path[0], 0, 0]
        for day in range(days):
            chance *= chain[path[day], path[day + 1]] * np.exp(likelihood[day][path[day + 1]])
        expected[path[-1]] += chance
    np.testing.assert_allclose(cells[:, 0, 0], expected / expected.sum(), rtol=0, atol=1e-10)


def test_the_chain_is_one_of_probabilities_and_its_own_mirror():
    chain = MODEL.couple_chain
    assert (chain >= 0).all()
    np.testing.assert_allclose(chain.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_allclose(MODEL.kind_chain.sum(axis=1), 1.0, atol=1e-12)
    np.testing.assert_array_equal(chain, chain[np.ix_(MIRRORED, MIRRORED)])


def test_cells_and_their_mirrors_hold_the_states_of_the_other():
    for index, other in enumerate(MIRROR):
        assert m.CELL_STATES[other] == m.CELL_STATES[index][::-1]
        assert MIRROR[other] == index


def test_a_one_sided_move_is_answered_by_the_opposite_one():
    chain = MODEL.couple_chain
    assert chain[m.ONE_REACHES, m.A_REACHES_YOUNG] == pytest.approx(MODEL.constants.one_answered)
    assert chain[m.ONE_DRAWS_BACK, m.B_REACHES_YOUNG] == pytest.approx(MODEL.constants.one_answered)
    assert chain[m.ONE_REACHES, m.A_REACHES_YOUNG] > 10 * chain[m.CALM, m.A_REACHES_YOUNG]


def test_an_episode_is_young_first_and_fades():
    chain = MODEL.couple_chain
    assert chain[m.CALM, m.A_REACHES] == chain[m.A_REACHES_YOUNG, m.A_FADES] == 0
    assert chain[m.A_REACHES_YOUNG, m.A_REACHES] > 0
    assert chain[m.A_REACHES, m.A_FADES] > 0
    cells = np.zeros((CELLS, KINDS, 1))
    cells[m.A_FADES] = 1 / KINDS
    assert pattern(cells)[0][0] == pattern(cells)[1][0] == 0


def test_rates_that_leave_nothing_to_stay_are_refused():
    with pytest.raises(ValueError, match="no chance to stay"):
        m.couple_chain(replace(MODEL.constants, one_answered=0.9, one_ends=0.5))


@settings(max_examples=30)
@given(st.integers(0, 2**32), st.integers(1, 9))
def test_each_step_mirrors_to_the_last_bit_and_keeps_probabilities(seed, couples):
    rng = np.random.default_rng(seed)
    cells = rng.dirichlet(np.ones(CELLS * KINDS), couples).T.reshape(CELLS, KINDS, couples)
    by_person = rng.normal(0, 4, (STATES, KINDS, 2, couples))
    chains = MODEL.couple_moves, MODEL.kind_moves
    after = update(predict(cells, *chains), by_person)
    mirrored = update(predict(cells[MIRRORED], *chains), by_person[:, :, ::-1])
    np.testing.assert_array_equal(mirrored, after[MIRRORED])
    np.testing.assert_array_equal(person_weights(mirrored), person_weights(after)[:, :, ::-1])
    np.testing.assert_allclose(cell_total(after), 1.0, atol=1e-12)
    np.testing.assert_allclose(person_weights(after).sum(axis=(0, 1)), 1.0, atol=1e-12)


def test_answers_of_great_weight_leave_probabilities_in_few_bits_too():
    log_likelihood = np.zeros((STATES, KINDS, 2, 1), np.float32)
    log_likelihood[m.USUAL], log_likelihood[m.REACHING] = 80.0, -80.0
    after = update(initial_cells(MODEL, 1).astype(np.float32), log_likelihood)
    assert after[m.CALM].sum() == pytest.approx(1.0)
    np.testing.assert_allclose(cell_total(after), 1.0, rtol=1e-6)


def test_the_pattern_is_the_sum_of_its_cells_over_all_kinds_of_day():
    cells = np.random.default_rng(8).dirichlet(np.ones(CELLS * KINDS), 5).T.reshape(CELLS, KINDS, 5)
    a, b = pattern(cells)
    np.testing.assert_allclose(a, cells[[m.A_REACHES, m.A_REACHES_YOUNG]].sum(axis=(0, 1)), atol=1e-15)
    np.testing.assert_allclose(b, cells[[m.B_REACHES, m.B_REACHES_YOUNG]].sum(axis=(0, 1)), atol=1e-15)
    np.testing.assert_allclose(over_kinds(cells, m.BOTH_APART), cells[m.BOTH_APART].sum(axis=0), atol=1e-15)
