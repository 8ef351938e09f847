from dataclasses import fields, replace
from datetime import date, timedelta

import numpy as np
import pytest

from checkins.patterns import (
    Course,
    DayAnswers,
    Quick,
    advance,
    advance_course,
    initial_states,
    learn_alone,
    no_answers,
    pack_states,
    unpack_states,
)
from checkins.patterns.calibration import PRIOR_EITHER, calibrate
from checkins.patterns.couple_filter import over_kinds, pattern
from checkins.patterns.detector import advance_memory, taken_out
from checkins.patterns.model import A_REACHES as A_REACHES_CELL
from checkins.patterns.model import BOTH_APART, MODEL, MODEL_OF_DAYS
from checkins.patterns.simulate import A_REACHES, B_REACHES, EPISODE_FAMILIES, QUIET_FAMILIES, simulate
from checkins.patterns.state import DatedState, initial_memory, unfold

NAMES = ["p_a_reaches", "p_b_reaches", "p_apart", "p_steady", "enough", "alert"]


def run(course):
    states, outputs = advance_course(initial_states(len(course.values)), course)
    return states, {name: np.stack([getattr(output, name) for output in outputs], axis=1) for name in NAMES}


def with_taps(course, seed=1):
    """The same course with a third of the full answers turned into one-tap answers."""
    rng = np.random.default_rng(seed)
    values, quick = course.values.copy(), course.quick.copy()
    tapped = ~np.isnan(values).all(axis=3) & (rng.random(quick.shape) < 0.33)
    values[tapped] = np.nan
    quick[tapped] = rng.integers(1, 4, tapped.sum())
    return Course(values, quick, course.weekday)


@pytest.mark.parametrize("family", [*EPISODE_FAMILIES, *QUIET_FAMILIES])
def test_probabilities_are_probabilities(family):
    _, out = run(with_taps(simulate(family, couples=20, days=90, seed=2).course))
    parts = np.stack([out[name] for name in NAMES[:4]])
    assert np.isfinite(parts).all()
    assert (parts >= 0).all()
    np.testing.assert_allclose(parts.sum(axis=0), 1.0, atol=1e-9)


@pytest.mark.parametrize("couples", [1, 2, 7, 33])
def test_swapping_the_partners_mirrors_the_output_to_the_last_bit(couples):
    course = with_taps(simulate("regimes", couples=couples, days=60, seed=3).course)
    _, out = run(course)
    _, mirrored = run(Course(course.values[:, :, ::-1], course.quick[:, :, ::-1], course.weekday))
    for name, other in [("p_a_reaches", "p_b_reaches"), ("p_b_reaches", "p_a_reaches"), *((same, same) for same in NAMES[2:])]:
        np.testing.assert_array_equal(mirrored[other], out[name])


def test_one_day_mirrors_as_the_couple_does():
    day = simulate("regimes", couples=5, days=3, seed=3).course.day(1)
    _, out = advance(initial_states(5), day)
    _, mirrored = advance(initial_states(5), day.mirrored())
    np.testing.assert_array_equal(mirrored.p_b_reaches, out.p_a_reaches)


def test_days_in_32_bits_say_what_they_say_in_64():
    course = with_taps(simulate("mutual_pull", couples=60, days=120, seed=3).course)
    states, memory = initial_states(60), initial_memory(MODEL, 60)
    for index in range(120):
        states, said = advance(states, course.day(index))
        memory, exactly = advance_memory(memory, course.day(index), MODEL)
        for name in NAMES[:4]:
            np.testing.assert_allclose(getattr(said, name), getattr(exactly, name), rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(said.alert, exactly.alert)


def test_a_day_of_32_bits_is_worked_out_in_32_bits():
    # One number of 64 among them would turn all others, and cost as much again.
    day = with_taps(simulate("regimes", couples=3, days=9, seed=6).course).day(8)
    memory, _ = advance_memory(unfold(initial_states(3)), day, MODEL_OF_DAYS)
    numbers = [*vars(memory.levels).values(), *vars(memory.spreads).values(), *vars(memory).values()]
    assert {array.dtype for array in numbers if isinstance(array, np.ndarray)} == {np.dtype(np.float32)}


@pytest.mark.parametrize("question", range(4))
def test_an_answer_to_one_question_alone_is_an_answer(question):
    values = np.full((1, 2, 4), np.nan)
    values[0, 1, question] = 5.0
    memory, _ = advance_memory(initial_memory(MODEL, 1), DayAnswers(values, np.zeros((1, 2), np.int64), np.zeros(1, np.int64)), MODEL)
    assert memory.answers[:, 0].tolist() == [0.0, 1.0]
    assert memory.silent_days[:, 0].tolist() == [1.0, 0.0]
    # It is heard as well: something is taken in beyond what the chain alone would say.
    assert memory.mood[1, 0] != 0.0 == memory.mood[0, 0]


@pytest.mark.parametrize("cut", [1, 17, 40])
def test_what_comes_later_changes_nothing_before(cut):
    course = with_taps(simulate("mutual_pull", couples=6, days=60, seed=4).course)
    _, whole = run(course)
    _, before = run(Course(course.values[:, :cut], course.quick[:, :cut], course.weekday[:, :cut]))
    for name in NAMES:
        np.testing.assert_array_equal(whole[name][:, :cut], before[name])


def test_a_couple_does_not_depend_on_those_beside_it():
    course = with_taps(simulate("regimes", couples=37, days=50, seed=5).course)
    states, together = run(course)
    for couple in (0, 17, 36):
        one = slice(couple, couple + 1)
        alone_states, alone = run(Course(course.values[one], course.quick[one], course.weekday[one]))
        np.testing.assert_array_equal(alone_states, states[one])
        for name in NAMES:
            np.testing.assert_array_equal(alone[name], together[name][one])


def test_a_late_answer_replayed_from_the_day_before_equals_a_run_in_order():
    course = simulate("regimes", couples=1, days=40, seed=6).course
    course.values[0, 36, 1] = [2, 9, 1, 5]
    in_order_states, in_order = run(course)
    late = Course(course.values.copy(), course.quick, course.weekday)
    late.values[0, 36, 1] = np.nan
    days, states = [], initial_states(1)
    for index in range(40):
        states, _ = advance(states, late.day(index))
        days.append(DatedState(date(2026, 1, 1) + timedelta(days=index), states[0]))
    kept = {state.day: state.numbers for state in unpack_states(pack_states(days))}
    states = kept[date(2026, 1, 1) + timedelta(days=35)][None]
    for index in range(36, 40):
        states, output = advance(states, course.day(index))
        assert output.p_a_reaches[0] == in_order["p_a_reaches"][0, index]
    np.testing.assert_array_equal(states, in_order_states)


def test_enough_is_said_once_both_have_answered_seven_times():
    values = np.full((1, 12, 2, 4), 5.0)
    values[0, [1, 4], 0] = np.nan
    quick = np.zeros((1, 12, 2), np.int64)
    quick[0, 4, 0] = Quick.AS_USUAL
    _, out = run(Course(values, quick, np.zeros((1, 12), np.int64)))
    assert list(out["enough"][0]) == [False] * 7 + [True] * 5


def test_before_enough_answers_the_probability_stays_near_the_prior_and_nothing_opens():
    values = np.tile(np.array([[1.0, 10, 1, 8], [3, 1, 10, 8]]), (1, 6, 1, 1))
    _, out = run(Course(values, np.zeros((1, 6, 2), np.int64), np.zeros((1, 6), np.int64)))
    assert not out["alert"].any()
    assert (out["p_a_reaches"] < 0.2).all()


def test_before_enough_answers_little_of_what_the_filter_says_is_passed_on():
    memory = initial_memory(MODEL, 2)
    cells = np.full_like(memory.cells, 1e-3)
    cells[A_REACHES_CELL] = 1.0
    memory = replace(memory, cells=cells / cells.sum(axis=(0, 1)), answers=np.array([[6.0, 7.0], [7.0, 7.0]]))
    memory, out = advance_memory(memory, no_answers(np.zeros(2, np.int64)), MODEL)
    passed_on = out.p_a_reaches + out.p_b_reaches - PRIOR_EITHER
    a, b = pattern(memory.cells)
    of = calibrate(MODEL.constants, a + b) - PRIOR_EITHER
    assert (of > 0.5).all()
    np.testing.assert_allclose(passed_on / of, [0.15, 1.0])


def test_what_is_not_the_pattern_is_shared_out_as_the_filter_has_it():
    course = simulate("shared_spells", couples=20, days=30, seed=13).course
    memory = initial_memory(MODEL, 20)
    for index in range(30):
        memory, out = advance_memory(memory, course.day(index), MODEL)
    a, b = pattern(memory.cells)
    apart = over_kinds(memory.cells, BOTH_APART)
    assert apart.max() > 0.2
    np.testing.assert_allclose(out.p_apart / (out.p_apart + out.p_steady), apart / (1.0 - a - b), rtol=1e-9)
    np.testing.assert_allclose(out.p_apart + out.p_steady, 1.0 - out.p_a_reaches - out.p_b_reaches, rtol=1e-9)


@pytest.mark.parametrize("silent_sides", [[0], [1], [0, 1]])
def test_silence_alone_never_opens_an_episode(silent_sides):
    course = simulate("plain_weeks", couples=200, days=90, seed=7).course
    _, heard = run(course)
    quiet = ~heard["alert"].any(axis=1)
    values = course.values.copy()
    for side in silent_sides:
        values[:, 45:, side] = np.nan
    _, out = run(Course(values, course.quick, course.weekday))
    assert quiet.sum() > 150
    assert not out["alert"][quiet, 45:].any()
    if len(silent_sides) == 2:
        assert (out["p_a_reaches"] + out["p_b_reaches"])[quiet, 50:].max() < 0.25


def test_a_silent_partner_never_opens_an_episode_however_the_other_answers():
    course = simulate("plain_weeks", couples=50, days=60, seed=8).course
    values = course.values.copy()
    values[:, 45:, 1] = np.nan
    values[:, 48:, 0] = [1, 10, 2, 6]
    _, out = run(Course(values, course.quick, course.weekday))
    assert not (out["alert"][:, 45:] & ~out["alert"][:, 44:-1]).any()


def test_taps_alone_can_carry_an_episode_and_as_usual_does_not():
    days = 40
    quick = np.full((2, days, 2), Quick.AS_USUAL, np.int64)
    quick[0, 25:] = [Quick.MORE_ROOM, Quick.CLOSER]
    values = np.full((2, days, 2, 4), np.nan)
    _, out = run(Course(values, quick, np.zeros((2, days), np.int64)))
    assert out["alert"][0, 25:].any()
    assert out["p_b_reaches"][0, 34] > 5 * out["p_a_reaches"][0, 34]
    assert not out["alert"][1].any()


def test_a_full_answer_stands_where_both_forms_are_given():
    values = np.full((1, 2, 4), 5.0)
    weekday = np.zeros(1, np.int64)
    plain, _ = advance(initial_states(1), DayAnswers(values, np.zeros((1, 2), np.int64), weekday))
    both, _ = advance(initial_states(1), DayAnswers(values, np.full((1, 2), Quick.CLOSER, np.int64), weekday))
    np.testing.assert_array_equal(plain, both)


@pytest.mark.parametrize("side", [0, 1])
def test_answers_given_alone_teach_only_that_side(side):
    course = simulate("plain_weeks", couples=4, days=50, seed=9).course
    learned = learn_alone(initial_states(4), side, course)
    other = Course(course.values.copy(), course.quick, course.weekday)
    other.values[:, :, 1 - side] = 0.0
    np.testing.assert_array_equal(learn_alone(initial_states(4), side, other), learned)
    # How wide the scale is used is learned as well as what is usual on it, and of the other side neither.
    memory, fresh = unfold(learned), unfold(initial_states(4))
    assert (memory.levels.level_var[:, side] < fresh.levels.level_var[:, side]).all()
    assert (memory.spreads.weight[:, side] > 5.0).all()
    for name in ("level", "offset", "level_var"):
        np.testing.assert_array_equal(getattr(memory.levels, name)[:, 1 - side], getattr(fresh.levels, name)[:, 1 - side])
    assert not memory.spreads.weight[:, 1 - side].any()
    _, out = advance(learned, no_answers(np.zeros(4, np.int64)))
    assert not out.enough.any()


def test_answers_given_alone_do_the_same_for_either_side():
    course = simulate("plain_weeks", couples=4, days=50, seed=9).course
    mirrored = Course(course.values[:, :, ::-1], course.quick, course.weekday)
    first = learn_alone(learn_alone(initial_states(4), 0, course), 1, course)
    second = learn_alone(learn_alone(initial_states(4), 1, course), 0, course)
    np.testing.assert_array_equal(first, second)
    _, out = advance(learn_alone(initial_states(4), 0, course), course.day(0))
    _, other = advance(learn_alone(initial_states(4), 1, mirrored), mirrored.day(0))
    np.testing.assert_array_equal(out.p_a_reaches, other.p_b_reaches)


def test_levels_learned_alone_carry_over():
    course = simulate("uneven_habits", couples=30, days=60, seed=10).course
    learned = learn_alone(learn_alone(initial_states(30), 0, course), 1, course)
    _, fresh_out = advance_course(initial_states(30), course)
    _, learned_out = advance_course(learned, course)
    early = slice(7, 14)
    fresh = np.mean([output.p_a_reaches + output.p_b_reaches for output in fresh_out[early]])
    carried = np.mean([output.p_a_reaches + output.p_b_reaches for output in learned_out[early]])
    assert carried <= fresh


@pytest.mark.parametrize("family", EPISODE_FAMILIES)
def test_most_episodes_are_found_in_the_right_direction(family):
    simulated = simulate(family, couples=100, days=120, seed=11)
    _, out = run(simulated.course)
    alert, truth = out["alert"], simulated.truth
    inside = np.isin(truth, (A_REACHES, B_REACHES)) & alert
    right = np.where(out["p_a_reaches"] > out["p_b_reaches"], A_REACHES, B_REACHES) == truth
    assert right[inside].mean() > 0.93
    begins = (truth[:, 20:-4] != truth[:, 19:-5]) & (truth[:, 20:-4] > 0)
    found = [alert[couple, day + 20 : day + 24].any() for couple, day in np.argwhere(begins)]
    assert np.mean(found) > 0.5


@pytest.mark.parametrize("family", QUIET_FAMILIES)
def test_quiet_couples_are_mostly_left_alone(family):
    _, out = run(simulate(family, couples=100, days=120, seed=12).course)
    opened = (out["alert"][:, 1:] & ~out["alert"][:, :-1]).sum()
    assert 90 * opened / out["alert"].size < 1.0


def test_what_goes_on_for_weeks_is_learned_after_all_and_an_episode_of_days_is_not():
    c = MODEL.constants
    lately = np.array([0.0, 0.5, 1.0, 2.0]) * c.most_lately
    np.testing.assert_allclose(taken_out(c, lately), c.taken_out * np.array([1, 64 / 65, 1 / 2, 1 / 65]), rtol=1e-12)


def test_an_answer_of_the_wrong_shape_is_refused():
    with pytest.raises(ValueError, match="day answers"):
        DayAnswers(np.zeros((2, 2, 3)), np.zeros((2, 2), np.int64), np.zeros(2, np.int64))


def test_the_output_holds_nothing_but_what_is_documented():
    _, output = advance(initial_states(1), no_answers(np.zeros(1, np.int64)))
    assert [field.name for field in fields(output)] == NAMES
