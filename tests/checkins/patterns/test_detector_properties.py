"""What must hold of the detector for any answers whatever."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkins.patterns import Course, DayAnswers, Quick, advance, advance_course, initial_states, no_answers
from checkins.patterns import model as m
from checkins.patterns.answers import ROOM, WANTED
from checkins.patterns.couple_filter import predict
from checkins.patterns.detector import advance_memory
from checkins.patterns.emission import read_quick, read_values
from checkins.patterns.model import MODEL
from checkins.patterns.state import initial_memory, unfold
from tests.courses import any_course

ANY = settings(max_examples=25, deadline=None)
FIELDS = ("p_a_reaches", "p_b_reaches", "p_apart", "p_steady", "enough", "alert")


def outputs_of(course, states=None):
    states, outputs = advance_course(initial_states(len(course.values)) if states is None else states, course)
    return states, {name: np.stack([getattr(output, name) for output in outputs], axis=1) for name in FIELDS}


@ANY
@given(any_course())
def test_probabilities_sum_to_one_and_states_stay_numbers(course):
    states, out = outputs_of(course)
    parts = np.stack([out[name] for name in FIELDS[:4]])
    assert np.isfinite(states).all()
    assert (parts >= 0).all()
    np.testing.assert_allclose(parts.sum(axis=0), 1.0, atol=1e-9)
    assert not (out["alert"] & ~out["enough"]).any()


@ANY
@given(any_course())
def test_partners_exchanged_are_outputs_exchanged(course):
    _, out = outputs_of(course)
    _, mirrored = outputs_of(Course(course.values[:, :, ::-1], course.quick[:, :, ::-1], course.weekday))
    for name, other in (("p_a_reaches", "p_b_reaches"), ("p_b_reaches", "p_a_reaches"), *((same, same) for same in FIELDS[2:])):
        np.testing.assert_array_equal(mirrored[other], out[name])


@ANY
@given(any_course(), st.data())
def test_a_cut_anywhere_changes_nothing_before_it(course, data):
    cut = data.draw(st.integers(1, course.values.shape[1] - 1))
    _, whole = outputs_of(course)
    states, before = outputs_of(Course(course.values[:, :cut], course.quick[:, :cut], course.weekday[:, :cut]))
    _, after = outputs_of(Course(course.values[:, cut:], course.quick[:, cut:], course.weekday[:, cut:]), states)
    for name in FIELDS:
        np.testing.assert_array_equal(whole[name], np.concatenate([before[name], after[name]], axis=1))


@ANY
@given(any_course(), st.data())
def test_couples_do_not_touch_in_whatever_order_they_stand(course, data):
    order = np.array(data.draw(st.permutations(range(len(course.values)))))
    states, out = outputs_of(course)
    moved, permuted = outputs_of(Course(course.values[order], course.quick[order], course.weekday[order]))
    np.testing.assert_array_equal(moved, states[order])
    for name in FIELDS:
        np.testing.assert_array_equal(permuted[name], out[name][order])


@ANY
@given(any_course())
def test_a_day_without_answers_is_a_step_of_the_chain_and_nothing_learned(course):
    # Silence weighs a little; with that weight taken away nothing but the chain is left.
    mute = m.build(replace(MODEL.constants, silence=0.0))
    memory = initial_memory(mute, len(course.values))
    for index in range(course.values.shape[1]):
        memory, _ = advance_memory(memory, course.day(index), mute)
    after, _ = advance_memory(memory, no_answers(course.weekday[:, 0]), mute)
    np.testing.assert_allclose(after.cells, predict(memory.cells, mute.couple_moves, mute.kind_moves), atol=1e-14)
    np.testing.assert_array_equal(after.levels.level, memory.levels.level)
    np.testing.assert_array_equal(after.levels.level_var, memory.levels.level_var)
    np.testing.assert_array_equal(after.spreads.weight, memory.spreads.weight)
    np.testing.assert_array_equal(after.answers, memory.answers)


@ANY
@given(any_course(), st.integers(1, 6))
def test_a_gap_in_the_answers_is_that_many_silent_days(course, gap):
    states, _ = advance_course(initial_states(len(course.values)), course)
    shape = (len(course.values), gap, 2)
    weekday = (course.weekday[:, -1:] + 1 + np.arange(gap)) % 7
    in_one, _ = advance_course(states, Course(np.full((*shape, 4), np.nan), np.zeros(shape, np.int64), weekday))
    one_by_one = states
    for day in range(gap):
        one_by_one, _ = advance(one_by_one, no_answers(weekday[:, day]))
    np.testing.assert_array_equal(one_by_one, in_one)


@ANY
@given(any_course())
def test_silence_of_any_length_never_counts_for_more_than_a_little(course):
    # However long one is silent, what they may be doing gains no more than .8 of log-odds by it.
    mute = m.build(replace(MODEL.constants, silence=0.0))
    memory = initial_memory(MODEL, len(course.values))
    for index in range(course.values.shape[1]):
        memory, _ = advance_memory(memory, course.day(index), MODEL)
    heard, unheard = memory, memory
    for _ in range(20):
        heard, _ = advance_memory(heard, no_answers(course.weekday[:, 0]), MODEL)
        unheard, _ = advance_memory(unheard, no_answers(course.weekday[:, 0]), mute)
        gained = [np.log(side.cells[m.A_REACHES].sum(axis=0) / side.cells[m.CALM].sum(axis=0)) for side in (heard, unheard)]
        assert (gained[0] - gained[1] <= 2 * 0.8 + 1e-9).all()


def spread_of(log_likelihood, one, other):
    return log_likelihood[one] - log_likelihood[other]


def full_answers(contrast, unsure=0.0):
    """What full answers with these contrasts of closeness wanted and room wanted say [5 states, n], ordinary day."""
    deviation = np.zeros((4, 2, contrast.size))
    deviation[WANTED], deviation[ROOM] = contrast / math.sqrt(2), -contrast / math.sqrt(2)
    seen = np.zeros(deviation.shape, bool)
    seen[[WANTED, ROOM]] = True
    return read_values(MODEL, deviation=deviation, unsure=np.full_like(deviation, unsure), seen=seen).log_likelihood[:, 0, 0]


@pytest.mark.parametrize("one", range(m.STATES))
@pytest.mark.parametrize("other", range(m.STATES))
@pytest.mark.parametrize(
    "code, low, high",
    [
        (Quick.CLOSER, MODEL.constants.tap_line, 9.0),
        (Quick.MORE_ROOM, -9.0, -MODEL.constants.tap_line),
        (Quick.AS_USUAL, -MODEL.constants.tap_line, MODEL.constants.tap_line),
    ],
)
def test_a_tap_says_no_more_than_the_strongest_full_answer_it_may_stand_for(one, other, code, low, high):
    # A coarse answer is a mixture of the full ones behind it, so its evidence is no stronger than that of the strongest of them.
    full = spread_of(full_answers(np.linspace(low, high, 400)), one, other)
    tap = spread_of(read_quick(MODEL, np.full((2, 1), int(code)))[:, 0, 0, 0], one, other)
    assert min(full.min(), 0.0) - 1e-9 <= tap <= max(full.max(), 0.0) + 1e-9


@pytest.mark.parametrize("state", [m.REACHING, m.DRAWING_BACK, m.MILDLY_REACHING, m.MILDLY_DRAWING_BACK])
def test_taps_tell_less_on_average_than_full_answers(state):
    # Kullback-Leibler divergence from usual, tempering aside: what is made coarser cannot tell more (data processing).
    taps = np.exp(MODEL.tap_table[:, m.ORDINARY, 1:])
    coarse = float((taps[state] * (np.log(taps[state]) - np.log(taps[m.USUAL]))).sum())
    loads = MODEL.loads[..., 0, 0].T
    covariance = np.diag(MODEL.unique_var[:, 0, 0]) + loads @ loads.T
    shift = m.mean_shifts(MODEL.constants)[state, m.ORDINARY]
    assert 0 < coarse < 0.5 * shift @ np.linalg.solve(covariance, shift)


@pytest.mark.parametrize("code, state", [(Quick.CLOSER, m.REACHING), (Quick.MORE_ROOM, m.DRAWING_BACK)])
def test_a_full_answer_coarsened_to_a_tap_moves_the_couple_no_further(code, state):
    rng = np.random.default_rng(4)
    values = np.clip(np.round(rng.normal([6, 6, 4, 3], 1.0, (30, 40, 2, 4))), 0, 10)
    course = Course(values, np.zeros((30, 40, 2), np.int64), np.repeat((np.arange(40) % 7)[None], 30, axis=0))
    states, _ = advance_course(initial_states(30), course)
    memory = unfold(states)
    other = m.DRAWING_BACK if state == m.REACHING else m.REACHING
    spread = memory.spreads.spread(MODEL.constants)
    typical = (
        memory.levels.level + spread * np.array([MODEL.constants.reaching, MODEL.constants.drawing_back]).T[:, [state - 1, other - 1], None]
    )
    full = np.clip(typical.transpose(2, 1, 0), 0, 10)
    tapped, quick = full.copy(), np.zeros((30, 2), np.int64)
    tapped[:, 0], quick[:, 0] = np.nan, code
    moved = []
    for values, taps in ((full, np.zeros_like(quick)), (tapped, quick)):
        _, output = advance(states, DayAnswers(values, taps, np.full(30, 2)))
        moved.append(output.p_a_reaches if state == m.REACHING else output.p_b_reaches)
    assert (moved[1] <= moved[0]).all()


@pytest.mark.parametrize("side", [0, 1])
def test_the_nearer_answers_come_to_the_pattern_the_likelier_it_is(side):
    values = np.tile(np.array([6.0, 6, 4, 3]), (1, 40, 2, 1))
    values[0, ::2] += 1.0
    course = Course(values, np.zeros((1, 40, 2), np.int64), (np.arange(40) % 7)[None])
    states, _ = advance_course(initial_states(1), course)
    reaching, drawing_back = np.array(MODEL.constants.reaching), np.array(MODEL.constants.drawing_back)
    said = []
    for share in np.linspace(0, 1.2, 13):
        today = np.array([6.5, 6.5, 4.5, 3.5]) + share * np.stack([reaching, drawing_back])
        today = today if side == 0 else today[::-1]
        _, output = advance(states, DayAnswers(today[None], np.zeros((1, 2), np.int64), np.array([5])))
        said.append(float((output.p_a_reaches if side == 0 else output.p_b_reaches)[0]))
    assert (np.diff(said) > 0).all()


@pytest.mark.parametrize("days", [1, 2])
def test_more_days_of_the_pattern_are_more_evidence_and_usual_days_are_less(days):
    rng = np.random.default_rng(5)
    values = np.clip(np.round(rng.normal([6, 6, 4, 3], 1.0, (20, 40 + 2 * days, 2, 4))), 0, 10)
    values[:, 40 : 40 + days] = [[4, 9, 3, 4], [5, 3, 7, 4]]
    values[:, 40 + days :] = [6, 6, 4, 3]
    course = Course(values, np.zeros(values.shape[:3], np.int64), np.repeat((np.arange(values.shape[1]) % 7)[None], 20, axis=0))
    _, out = outputs_of(course)
    rise, fall = np.diff(out["p_a_reaches"][:, 39 : 40 + days]), np.diff(out["p_a_reaches"][:, 39 + days :])
    assert (rise > 0).all()
    assert (fall < 0).all()
