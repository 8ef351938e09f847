import numpy as np
import pytest

from checkins.patterns.answers import WANTED
from checkins.patterns.simulate import simulate
from checkins.policy import CHANCES, Chances, Mode
from config.faults.guessing import lives
from config.faults.guessing.guesser import guess, prompts_of
from config.faults.guessing.scoring import auc, auc_within, gain_error

DISCREET = CHANCES[Mode.DISCREET]


def test_lives_day_by_day_are_like_those_that_the_simulator_draws_whole():
    """The same couples: as many days of each truth, and answers as far from the own level, of both sides."""
    couples, days, many = 500, 40, 8
    family = simulate("regimes", couples=couples, days=days, seed=5)
    rng = np.random.default_rng(1)
    going, truths, answers = lives.begin(rng, couples, many), [], []
    for day in range(days):
        lives.go_on(rng, going, family.habits, day)
        truth = lives.truth_of(going, day)
        weekend = family.course.weekday[:, day] >= 5
        truths.append(truth)
        answers.append(
            [
                lives.answers_of(
                    rng,
                    lives.means_of(going, family.habits, side, day, weekend),
                    lives.silence_of(going, family.habits, side, truth),
                    family.habits,
                    side,
                )
                for side in (0, 1)
            ]
        )
    made = np.stack(truths, axis=2)
    for kind in (1, 2):
        assert (made == kind).mean() == pytest.approx((family.truth == kind).mean(), abs=0.008)
    # How days hang together: a day of an episode after a day of one.
    assert ((made[..., 1:] > 0) & (made[..., :-1] > 0)).mean() == pytest.approx(
        ((family.truth[:, 1:] > 0) & (family.truth[:, :-1] > 0)).mean(), abs=0.012
    )
    for side in (0, 1):
        of_side = np.stack([day[side] for day in answers], axis=1)
        silent = np.isnan(of_side).all(axis=-1)
        assert silent.mean() == pytest.approx(np.isnan(family.course.values[:, :, side]).all(axis=-1).mean(), abs=0.01)
        mine = (of_side - family.habits.level[:, None, None, side]) / family.habits.noise[:, None, None, side]
        theirs = (family.course.values[:, :, side] - family.habits.level[:, None, side]) / family.habits.noise[:, None, side]
        assert np.nanmean(mine, axis=(0, 1, 2)) == pytest.approx(np.nanmean(theirs, axis=(0, 1)), abs=0.05)
        assert np.nanstd(mine, axis=(0, 1, 2)) == pytest.approx(np.nanstd(theirs, axis=(0, 1)), abs=0.05)
        retreat = 2 if side == 0 else 1
        wanted = (
            of_side[..., WANTED].transpose(0, 2, 1)[made == retreat]
            - np.broadcast_to(family.habits.level[:, None, None, side, WANTED], made.shape)[made == retreat]
        )
        assert np.nanmean(wanted) < -0.5


@pytest.mark.slow
def test_guesses_are_as_sure_as_they_are_right_and_better_than_chance():
    couples = simulate("regimes", couples=40, days=50, seed=3)
    said = 1.0 - guess(couples, lives=300, seed=1, prompts=None, chances=DISCREET).that_morning[:, 14:, 0]
    was = couples.truth[:, 14:] > 0
    assert auc(said.ravel(), was.ravel()) > 0.8
    assert said.mean() == pytest.approx(was.mean(), abs=0.03)
    sure = said > 0.5
    assert was[sure].mean() > 0.55
    assert was[~sure].mean() < 0.1


@pytest.mark.slow
def test_prompts_that_follow_the_truth_are_seen_through():
    couples, telltale = simulate("regimes", couples=16, days=40, seed=4), Chances(episode=0.98, calm=0.02, cap=7)
    prompts = prompts_of(couples, telltale, np.random.default_rng(1), tell_truth=True)
    with_leak = guess(couples, lives=500, seed=1, prompts=prompts, chances=telltale, tell_truth=True)
    without = guess(couples, lives=500, seed=1, prompts=None, chances=telltale)
    was = couples.truth[:, 14:] > 0
    area = [auc_within(1.0 - one.that_morning[:, 14:, 0], was) for one in (with_leak, without)]
    assert area[0] > 0.95 > area[1]


def test_made_up_prompts_keep_the_cap_and_begin_after_two_weeks():
    couples = simulate("regimes", couples=60, days=60, seed=2)
    prompts = prompts_of(couples, Chances(episode=0.9, calm=0.6, cap=2), np.random.default_rng(1))
    assert not prompts.sent[:, :13].any()
    weeks = np.lib.stride_tricks.sliding_window_view(prompts.sent, 7, axis=1).sum(axis=2)
    assert weeks.max() == 2
    assert not (prompts.sent & (1 - prompts.open)).any()


def test_the_area_counts_pairs_in_the_right_order_and_halves_ties():
    said, truth = np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, True, False, True])
    assert auc(said, truth) == pytest.approx((1 + 0.5 + 2) / 4)
    assert np.isnan(auc(said, np.zeros(4, bool)))


def test_within_couples_only_days_of_one_couple_are_compared():
    said = np.array([[0.9, 0.8], [0.2, 0.1], [0.5, 0.4]])
    truth = np.array([[True, False], [True, False], [False, False]])
    assert auc_within(said, truth) == 1.0
    assert auc(said.ravel(), truth.ravel()) < 1.0
    assert gain_error(said, said, truth, within=True, seed=1) == 0.0
