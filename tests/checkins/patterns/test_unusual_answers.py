"""Answers that nobody hoped for: each has a behaviour of its own, and none leads to a nonsense of numbers."""

from dataclasses import fields
from datetime import date, timedelta

import numpy as np
import pytest

from checkins.patterns import (
    KEPT_DAYS,
    Course,
    DatedState,
    Quick,
    advance,
    advance_course,
    initial_states,
    learn_alone,
    no_answers,
    pack_states,
    unpack_states,
)
from checkins.patterns.calibration import PRIOR_EITHER
from checkins.patterns.simulate import STEADY, simulate
from checkins.patterns.state import unfold

USUAL = np.array([6.0, 6.0, 4.0, 3.0])
FIRST = date(2026, 1, 5)  # a Monday


def course_of(values):
    """[C, T, 2, 4] as a course of full answers that begins on a Monday."""
    weekday = np.repeat((np.arange(values.shape[1]) % 7)[None], len(values), axis=0)
    return Course(values, np.zeros(values.shape[:3], np.int64), weekday)


def around_usual(couples, days, seed=1, wide=1.0):
    noise = np.random.default_rng(seed).normal(0, wide, (couples, days, 2, 4))
    return np.clip(np.round(USUAL + noise), 0, 10)


def said(course, states=None):
    """Probability of the pattern [C, T], alert [C, T], enough [C, T]."""
    _, outputs = advance_course(initial_states(len(course.values)) if states is None else states, course)
    either = np.stack([output.p_a_reaches + output.p_b_reaches for output in outputs], axis=1)
    assert np.isfinite(either).all()
    return either, np.stack([output.alert for output in outputs], axis=1), np.stack([output.enough for output in outputs], axis=1)


@pytest.mark.parametrize("same", [[0, 0, 0, 0], [10, 10, 10, 10], [10, 10, 0, 0], [0, 10, 0, 10], [0, 0, 10, 10]])
@pytest.mark.parametrize("sides", [(0,), (0, 1)])
def test_who_always_gives_the_same_end_of_the_scale_is_simply_so(same, sides):
    values = around_usual(20, 120)
    for side in sides:
        values[:, :, side] = same
    either, alert, _ = said(course_of(values))
    # The first weeks may wonder now and then; what never changes is usual.
    assert alert[:, :50].mean() < 0.12
    assert not alert[:, 60:].any()
    assert either[:, 60:].mean() < 0.02


def test_who_jumps_from_end_to_end_is_believed_less_not_more():
    values = around_usual(40, 120)
    values[:, :, 0] = 10.0 * np.random.default_rng(2).integers(0, 2, (40, 120, 4))
    either, alert, _ = said(course_of(values))
    opened = (alert[:, 1:] & ~alert[:, :-1]).sum()
    assert 90 * opened / alert.size < 1.2
    assert either.mean() < 0.1


def test_who_answers_once_a_month_is_not_spoken_of_for_months():
    days = 365
    values = np.full((30, days, 2, 4), np.nan)
    values[:, ::30] = around_usual(30, len(range(0, days, 30)))
    either, alert, enough = said(course_of(values))
    assert not enough[:, :180].any()
    assert enough[:, 180:].all()
    assert (either[:, :180] < 0.2).all()
    assert abs(either[:, :180].mean() - PRIOR_EITHER) < 0.02
    opened = (alert[:, 1:] & ~alert[:, :-1]).sum()
    assert 90 * opened / alert[:, 180:].size < 0.2
    assert either.mean() < 0.08


def test_what_one_far_day_of_both_opened_is_over_in_silence():
    # One day on which both are far from usual is noticed; with no further answer it is not held on to.
    values = around_usual(10, 120)
    values[:, 60] = [[2, 10, 3, 6], [4, 1, 10, 6]]
    values[:, 61:] = np.nan
    either, alert, _ = said(course_of(values))
    assert alert[:, 60].all()
    assert not alert[:, 60 + 14 :].any()
    assert (np.diff(either[:, 61:]) <= 1e-9).all()


@pytest.mark.parametrize("wider", [0.4, 2.5])
def test_a_scale_used_otherwise_becomes_the_usual_one(wider):
    values = around_usual(60, 160)
    later = np.random.default_rng(3).normal(0, wider, (60, 100, 4))
    values[:, 60:, 0] = np.clip(np.round(USUAL + later), 0, 10)
    _, alert, _ = said(course_of(values))
    opened = (alert[:, 61:] & ~alert[:, 60:-1]).sum(axis=0)
    assert 90 * opened.sum() / alert[:, 61:].size < 1.2
    assert 90 * opened[40:].sum() / alert[:, 101:].size < 1.2


def test_a_level_that_changes_for_good_is_an_episode_for_a_while_and_then_usual():
    values = around_usual(60, 200)
    moved = np.array([[-2, 2.5, 0, 1], [-1, -2, 2.5, 1]])
    values[:, 60:] = np.clip(np.round(values[:, 60:] + moved), 0, 10)
    either, alert, _ = said(course_of(values))
    assert alert[:, 70].mean() > 0.8
    assert alert[:, 110:].mean() < 0.2
    assert alert[:, 150:].mean() < 0.1
    assert either[:, 160:].mean() < 0.1


def test_a_month_of_answers_taken_away_leaves_what_never_having_given_them_leaves():
    course = simulate("regimes", couples=8, days=90, seed=21).course
    without = course.values.copy()
    without[:, 30:60, 1] = np.nan
    again, _ = advance_course(initial_states(8), Course(without, course.quick, course.weekday))
    before, _ = advance_course(initial_states(8), Course(course.values[:, :30], course.quick[:, :30], course.weekday[:, :30]))
    rest = Course(without[:, 30:], course.quick[:, 30:], course.weekday[:, 30:])
    np.testing.assert_array_equal(advance_course(before, rest)[0], again)
    assert not np.array_equal(advance_course(initial_states(8), course)[0], again)


@pytest.mark.parametrize("back", [1, KEPT_DAYS - 1, KEPT_DAYS, 30])
def test_the_kept_states_reach_back_a_week_and_what_is_older_needs_the_whole_course(back):
    days = 60
    course = simulate("regimes", couples=1, days=days, seed=22).course
    course.values[0, days - back, 0] = [2, 9, 3, 6]
    states, kept = initial_states(1), []
    for index in range(days):
        states, _ = advance(states, course.day(index))
        kept.append(DatedState(FIRST + timedelta(days=index), states[0]))
    taken_away = Course(course.values.copy(), course.quick, course.weekday)
    taken_away.values[0, days - back, 0] = np.nan
    whole, _ = advance_course(initial_states(1), taken_away)
    before = [one for one in unpack_states(pack_states(kept)) if one.day < FIRST + timedelta(days=days - back)]
    assert bool(before) == (back < KEPT_DAYS)
    if before:
        states = before[-1].numbers[None]
        for index in range(days - back, days):
            states, _ = advance(states, taken_away.day(index))
        np.testing.assert_array_equal(states, whole)


def test_a_partner_who_joins_late_is_waited_for():
    values = around_usual(30, 80)
    values[:, :40, 1] = np.nan
    values[:, 20:40, 0] = [1, 10, 2, 8]
    either, alert, enough = said(course_of(values))
    assert not enough[:, :46].any()
    assert enough[:, 46:].all()
    assert not alert[:, :46].any()
    assert (either[:, :46] < 0.2).all()


def test_a_couple_formed_anew_keeps_what_is_usual_for_each_and_nothing_of_the_old_couple():
    course = simulate("regimes", couples=60, days=90, seed=23).course
    old, outputs = advance_course(initial_states(60), course)
    assert outputs[-1].alert.any()
    # The person of side a pairs again, now on side b, with somebody who never answered before.
    history = Course(course.values[:, :, ::-1], course.quick[:, :, ::-1], course.weekday)
    new = unfold(learn_alone(initial_states(60), 1, history))
    fresh = unfold(initial_states(60))
    np.testing.assert_array_equal(new.cells, fresh.cells)
    for name in ("mood", "silent_days", "answers", "alert"):
        np.testing.assert_array_equal(getattr(new, name), getattr(fresh, name))
    np.testing.assert_array_equal(new.levels.level[:, 0], fresh.levels.level[:, 0])
    # What the two levels differ by is what the old partner's answers had to do with it: none of that is taken along.
    assert np.abs(new.levels.level[:, 1] - unfold(old).levels.level[:, 0]).mean() < 0.4
    assert (new.levels.level_var[:, 1] < fresh.levels.level_var[:, 1]).all()


def test_the_old_partners_answers_have_no_part_in_the_new_couple():
    course = simulate("regimes", couples=10, days=60, seed=24).course
    other = Course(course.values.copy(), course.quick.copy(), course.weekday)
    other.values[:, :, 1], other.quick[:, :, 1] = np.nan, Quick.CLOSER
    np.testing.assert_array_equal(learn_alone(initial_states(10), 0, course), learn_alone(initial_states(10), 0, other))


def test_after_months_of_silence_both_are_taken_up_where_they_were_usual():
    values = around_usual(40, 300)
    # Every other couple falls silent in the midst of an episode.
    values[::2, 54:60] = [[4, 9, 3, 4], [5, 3, 8, 4]]
    values[:, 60:200] = np.nan
    course = course_of(values)
    before, _ = advance_course(initial_states(40), Course(values[:, :60], course.quick[:, :60], course.weekday[:, :60]))
    after, _ = advance_course(before, Course(values[:, 60:200], course.quick[:, 60:200], course.weekday[:, 60:200]))
    usual, still_usual = unfold(before), unfold(after)
    for learned, still in ((usual.levels, still_usual.levels), (usual.spreads, still_usual.spreads)):
        for field in fields(learned):
            np.testing.assert_array_equal(getattr(still, field.name), getattr(learned, field.name))
    either, alert, enough = said(course)
    assert enough[:, 200:].all()
    assert alert[::2, 59].all()
    assert not (alert[:, 60:200] & ~alert[:, 59:199]).any()
    # What they stood in is over by itself, and silence that goes on says nothing any more.
    assert not alert[:, 75:200].any()
    assert either[:, 150:200].max() < 0.1
    np.testing.assert_allclose(either[:, 150:200], either[:, 199:200].repeat(50, axis=1), atol=1e-3)
    assert either[:, 200:].mean() < 0.05


def test_a_first_answer_at_the_far_end_of_the_scale_is_no_finding():
    values = around_usual(2, 30)
    values[1, 0] = [[0, 10, 0, 10], [0, 0, 10, 10]]
    either, alert, _ = said(course_of(values))
    assert not alert.any()
    assert (either[:, :7] < 0.2).all()


def test_many_silent_couples_stay_at_what_was_said_before_any_answer():
    states = initial_states(3)
    for day in range(400):
        states, output = advance(states, no_answers(np.full(3, day % 7)))
    assert not output.enough.any()
    np.testing.assert_allclose(output.p_a_reaches + output.p_b_reaches, PRIOR_EITHER, atol=0.02)
    assert STEADY == 0
