import numpy as np
import pytest

from checkins.patterns.simulate import EPISODE_FAMILIES, FAMILIES, QUIET_FAMILIES, STEADY, quiet_couple, simulate, strong_episode_couple


@pytest.mark.parametrize("family", FAMILIES)
def test_the_same_seed_gives_the_same_couples(family):
    first, second = (simulate(family, couples=4, days=30, seed=5) for _ in range(2))
    other = simulate(family, couples=4, days=30, seed=6)
    np.testing.assert_array_equal(first.course.values, second.course.values)
    np.testing.assert_array_equal(first.truth, second.truth)
    assert not np.array_equal(first.course.values, other.course.values, equal_nan=True)


@pytest.mark.parametrize("family", FAMILIES)
def test_answers_are_whole_points_of_the_scale_with_gaps(family):
    simulated = simulate(family, couples=40, days=90, seed=5)
    values = simulated.course.values
    given = values[~np.isnan(values)]
    assert ((given >= 0) & (given <= 10) & (given == given.round())).all()
    silent = np.isnan(values).all(axis=3).mean()
    assert 0.15 < silent < 0.4
    assert not np.isnan(values[..., :3][~np.isnan(values[..., 0])]).any()


def test_there_are_episodes_where_there_should_be_and_none_elsewhere():
    for family in EPISODE_FAMILIES:
        share = (simulate(family, couples=100, days=120, seed=5).truth != STEADY).mean()
        assert 0.03 < share < 0.3
    for family in QUIET_FAMILIES:
        assert (simulate(family, couples=10, days=60, seed=5).truth == STEADY).all()


def test_an_unknown_family_is_named():
    with pytest.raises(ValueError, match="no family 'x'"):
        simulate("x", couples=1, days=1, seed=1)


def test_the_story_couple_has_its_episode_where_it_was_asked_for():
    story = strong_episode_couple(3, 30, 20, 6)
    assert story == strong_episode_couple(3, 30, 20, 6)
    assert [day.truth != STEADY for day in story] == [20 <= index < 26 for index in range(30)]
    answered = [side for day in story for side in (day.a, day.b) if side is not None]
    assert len(answered) < 60
    assert all(set(side) == {"closeness_felt", "closeness_wanted", "space_wanted", "tension"} for side in answered)
    assert all(type(value) is int and 0 <= value <= 10 for side in answered for value in side.values())
    assert all(day.a is not None and day.b is not None for day in story[20:26])


def test_the_quiet_couple_has_no_episode():
    assert all(day.truth == STEADY for day in quiet_couple(3, 60))
