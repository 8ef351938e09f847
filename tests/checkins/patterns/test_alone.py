"""One couple's day, number by number, is the day of the arrays."""

from dataclasses import fields, replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from checkins.patterns import Course, DayAnswers, DayOutput, Quick, advance, advance_few, initial_states
from checkins.patterns.alone import advance_one
from checkins.patterns.detector import advance_memory
from checkins.patterns.model import A_REACHES, MODEL
from checkins.patterns.simulate import simulate
from checkins.patterns.state import STATE_SIZE, Memory, initial_memory, rows_of
from tests.courses import any_course

ANY = settings(max_examples=25, deadline=None)
SAID = [field.name for field in fields(DayOutput)]


def held_to_each_other(memory, day):
    """Takes both through a day in 64 bits, finds no difference beyond nine digits, and returns the memory of the arrays."""
    rows = rows_of(memory).T.tolist()
    said = [
        advance_one(row, values, quick, weekday)
        for row, values, quick, weekday in zip(rows, day.values.tolist(), day.quick.tolist(), day.weekday.tolist(), strict=True)
    ]
    after, output = advance_memory(memory, day, MODEL)
    np.testing.assert_allclose(rows, rows_of(after).T, rtol=1e-9, atol=1e-12)
    for name, column in zip(SAID, zip(*said, strict=True), strict=True):
        np.testing.assert_allclose(column, getattr(output, name), rtol=1e-9, atol=1e-12, err_msg=name)
    return after


@ANY
@given(any_course())
def test_every_number_of_a_day_is_that_of_the_arrays(course):
    memory = initial_memory(MODEL, len(course.values))
    for index in range(course.values.shape[1]):
        memory = held_to_each_other(memory, course.day(index))


@ANY
@given(any_course(most_days=8), st.integers(0, 2**32))
def test_it_is_from_whatever_state_the_day_begins(course, seed):
    # States that no run of days may lead to: cells as they fall, long silence, narrow and wide spreads, alerts on and off.
    rng = np.random.default_rng(seed)
    count = len(course.values)
    memory: Memory = initial_memory(MODEL, count)
    sides = (2, count)
    memory = replace(
        memory,
        cells=rng.dirichlet(np.full(39, rng.choice([0.05, 1.0])), count).T.reshape(13, 3, count),
        levels=replace(memory.levels, level=rng.uniform(0, 10, (4, 2, count)), offset=rng.normal(0, 0.5, (4, 2, count))),
        # So wide at times that an answer teaches less than is forgotten.
        spreads=replace(
            memory.spreads, squares=rng.uniform(0, rng.choice([90, 9000]), (4, 2, count)), weight=rng.uniform(0, 30, (4, 2, count))
        ),
        mood=rng.normal(0, 1, sides),
        silent_days=rng.integers(0, 31, sides).astype(float),
        answers=rng.integers(0, 90, sides).astype(float),
        lately=rng.random(count),
        alert=rng.integers(0, 2, count).astype(float),
    )
    for index in range(course.values.shape[1]):
        memory = held_to_each_other(memory, course.day(index))


@pytest.mark.parametrize("silent_before, opens", [(0, True), (5, False)])
def test_an_alert_opens_only_while_both_are_heard_here_too(silent_before, opens):
    memory: Memory = initial_memory(MODEL, 1)
    cells = np.full_like(memory.cells, 1e-4)
    cells[A_REACHES] = 1.0
    silent_days = np.array([[0.0], [silent_before]])
    memory = replace(memory, cells=cells / cells.sum(), answers=np.full((2, 1), 20.0), silent_days=silent_days)
    one_taps = DayAnswers(np.full((1, 2, 4), np.nan), np.array([[Quick.CLOSER, Quick.NONE]]), np.zeros(1, np.int64))
    assert held_to_each_other(memory, one_taps).alert[0] == opens


@ANY
@given(any_course())
def test_partners_exchanged_are_outputs_exchanged_to_the_last_bit(course):
    mirrored = Course(course.values[:, :, ::-1], course.quick[:, :, ::-1], course.weekday)
    states = other_states = initial_states(len(course.values))
    for index in range(course.values.shape[1]):
        states, output = advance_few(states, course.day(index))
        other_states, other = advance_few(other_states, mirrored.day(index))
        np.testing.assert_array_equal(other.p_b_reaches, output.p_a_reaches)
        np.testing.assert_array_equal(other.p_a_reaches, output.p_b_reaches)
        for name in SAID[2:]:
            np.testing.assert_array_equal(getattr(other, name), getattr(output, name))


def test_a_few_say_what_many_say_to_five_digits_and_alert_on_the_same_days():
    course = simulate("mutual_pull", couples=6, days=100, seed=3, taps=0.2).course
    few = many = initial_states(6)
    alerts = 0
    for index in range(100):
        before = few.copy()
        after, said = advance_few(few, course.day(index))
        np.testing.assert_array_equal(few, before)
        few, (many, expected) = after, advance(many, course.day(index))
        for name in SAID[:4]:
            np.testing.assert_allclose(getattr(said, name), getattr(expected, name), rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(said.alert, expected.alert)
        np.testing.assert_array_equal(said.enough, expected.enough)
        alerts += int(said.alert.sum())
    assert alerts > 10
    assert few.dtype == many.dtype
    assert few.shape == (6, STATE_SIZE)
    assert [getattr(said, name).dtype for name in SAID] == [getattr(expected, name).dtype for name in SAID]


@pytest.mark.parametrize("quick", list(Quick))
def test_a_full_answer_stands_where_both_forms_are_given(quick):
    values = [[5.0, 6.0, 4.0, float("nan")], [float("nan")] * 4]
    row, plain = initial_states(1).tolist()[0], initial_states(1).tolist()[0]
    advance_one(row, values, [quick, Quick.NONE], 5)
    advance_one(plain, values, [Quick.NONE, Quick.NONE], 5)
    assert row == plain
