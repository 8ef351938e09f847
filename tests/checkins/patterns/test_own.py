import numpy as np
import pytest

from checkins.patterns import Quick, last_deviations, own_course, own_leaning
from checkins.patterns.own import LAST_ANSWERS
from checkins.patterns.simulate import simulate
from checkins.policy import Voice, voice

WEEK = (np.arange(60) % 7)[None]


def usual(days=40):
    return np.tile(np.array([6.0, 6.0, 4.0, 3.0]), (1, days, 1))


def lean(values, quick=None):
    days = values.shape[1]
    course = own_course(values, np.repeat(WEEK[:, :days], len(values), axis=0))
    leaning = own_leaning(course, np.zeros(values.shape[:2], np.int64) if quick is None else quick)
    return [voice(reaching=float(r), making_room=float(m)) for r, m in zip(leaning.reaching, leaning.making_room, strict=True)]


def test_the_usual_level_is_learned_and_the_spread_shrinks_with_steady_answers():
    course = own_course(usual(), WEEK[:, :40])
    np.testing.assert_allclose(course.level[0, -1], [6, 6, 4, 3], atol=0.1)
    assert (course.spread[0, -1] < 1.0).all()
    assert (np.abs(course.deviation[0, -5:]) < 0.2).all()
    assert course.answers[0, -1] == 40


def test_deviations_are_measured_against_the_days_before():
    values = usual()
    values[0, 30] = [2, 10, 4, 3]
    changed, plain = own_course(values, WEEK[:, :40]), own_course(usual(), WEEK[:, :40])
    np.testing.assert_array_equal(changed.deviation[0, :30], plain.deviation[0, :30])
    assert changed.deviation[0, 30, 0] < -2
    assert changed.deviation[0, 30, 1] > 2


def test_a_day_without_an_answer_has_no_deviation():
    values = usual()
    values[0, 10] = np.nan
    values[0, 11, 3] = np.nan
    course = own_course(values, WEEK[:, :40])
    assert np.isnan(course.deviation[0, 10]).all()
    assert list(np.isnan(course.deviation[0, 11])) == [False, False, False, True]
    np.testing.assert_array_equal(course.level[0, 10], course.level[0, 9])
    assert course.answers[0, -1] == 39


@pytest.mark.parametrize(
    "answer, expected",
    [([3, 9, 4, 4], Voice.REACHING), ([5, 4, 8, 4], Voice.MAKING_ROOM), ([6, 6, 4, 3], Voice.EITHER), ([8, 8, 4, 3], Voice.EITHER)],
)
def test_the_voice_follows_the_last_answers(answer, expected):
    values = usual()
    values[0, -3:] = answer
    assert lean(values) == [expected]


def test_only_the_last_four_answers_of_the_last_week_count():
    long_ago, values = usual(), usual()
    long_ago[0, 25:33] = [3, 9, 4, 4]
    assert lean(long_ago) == [Voice.EITHER]
    values[0, 33:36] = [3, 9, 4, 4]
    values[0, 36:] = [6, 6, 4, 3]
    assert lean(values) == [Voice.EITHER]


@pytest.mark.parametrize(
    "code, expected", [(Quick.CLOSER, Voice.REACHING), (Quick.MORE_ROOM, Voice.MAKING_ROOM), (Quick.AS_USUAL, Voice.EITHER)]
)
def test_taps_count_towards_the_lean(code, expected):
    values, quick = usual(), np.zeros((1, 40), np.int64)
    values[0, -3:] = np.nan
    quick[0, -3:] = code
    quick[0, :-3] = code  # a full answer of the same day stands
    values_tapped = values.copy()
    values_tapped[0, -4] = np.nan
    assert lean(values_tapped, quick) == [expected]


def test_nobody_leans_without_answers():
    assert lean(np.full((1, 40, 4), np.nan)) == [Voice.EITHER]


def test_persons_beside_each_other_do_not_touch():
    values = simulate("regimes", couples=12, days=50, seed=1).course.values[:, :, 0]
    weekday = np.repeat(WEEK[:, :50], 12, axis=0)
    together = own_course(values, weekday)
    alone = own_course(values[5:6], weekday[5:6])
    np.testing.assert_array_equal(together.deviation[5:6], alone.deviation)
    np.testing.assert_array_equal(together.level[5:6], alone.level)


def weekends(weekday):
    return [bool(one >= 5) for one in weekday.tolist()]


@pytest.mark.parametrize("seed", range(6))
def test_one_person_number_by_number_is_the_person_of_the_arrays(seed):
    rng = np.random.default_rng(seed)
    values = np.clip(np.round(rng.normal([6, 6, 4, 3], 2.5, (1, 60, 4))), 0, 10)
    values[rng.random(values.shape) < 0.2] = np.nan
    values[0, rng.random(60) < 0.3] = np.nan
    expected = own_course(values, WEEK).deviation[0].T
    points = [[None if np.isnan(one) else one for one in day] for day in values[0].tolist()]
    for one, of in zip(last_deviations(zip(weekends(WEEK[0]), points, strict=True)), expected, strict=True):
        np.testing.assert_allclose(one, of[~np.isnan(of)][-LAST_ANSWERS:], rtol=1e-12, atol=1e-12)


def test_days_without_an_answer_may_as_well_be_left_out():
    values = np.clip(np.round(np.random.default_rng(4).normal([6, 6, 4, 3], 1.5, (60, 4))), 0, 10).tolist()
    days = list(zip(weekends(WEEK[0]), values, strict=True))
    some = last_deviations((weekend, points if day % 3 else [None] * 4) for day, (weekend, points) in enumerate(days))
    assert some == last_deviations(one for day, one in enumerate(days) if day % 3)
