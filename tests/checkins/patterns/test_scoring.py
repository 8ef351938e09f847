import numpy as np
import pytest

from checkins.patterns import scoring
from checkins.patterns.constants import CONSTANTS
from checkins.patterns.fit import Said
from checkins.patterns.gains import without
from checkins.patterns.model import build

DAYS = 40


@pytest.fixture
def truth():
    truth = np.zeros((2, DAYS), np.int64)
    truth[0, 20:26] = 1
    return truth


def said_of(p_a, truth):
    p = np.zeros((3, *truth.shape))
    p[1] = p_a
    p[0] = 1 - p[1]
    return p


def test_knowing_the_truth_is_perfect(truth):
    p = said_of(np.where(truth == 1, 1 - 1e-9, 1e-9), truth)
    assert scoring.average_precision(p, truth) == pytest.approx(1.0)
    assert scoring.log_score(np.maximum(p, 1e-9), truth) == pytest.approx(0.0, abs=1e-6)
    assert scoring.calibration_error(p, truth) == pytest.approx(0.0, abs=1e-6)


def test_quiet_days_keep_their_distance_from_an_episode(truth):
    assert list(np.flatnonzero(~scoring.quiet_days(truth)[0])) == list(range(19, 29))
    assert scoring.quiet_days(truth)[1].all()


def test_an_alarm_counts_when_it_begins_and_every_seven_days(truth):
    alert = np.zeros(truth.shape, bool)
    alert[1, 5:13] = True  # eight days: two alarms
    alert[0, 20:24] = True  # in the episode: none
    quiet = scoring.quiet_days(truth).sum()
    assert scoring.false_alarms(alert, truth) == pytest.approx(90 * 2 / quiet)


@pytest.mark.parametrize("day, share", [(20, 1.0), (23, 1.0), (24, 0.0), (19, 0.0)])
def test_an_episode_is_found_within_three_days_of_its_onset(truth, day, share):
    alert = np.zeros(truth.shape, bool)
    alert[0, day] = True
    assert scoring.found(alert, truth) == share


def test_what_cannot_be_scored_is_no_number(truth):
    quiet = np.zeros_like(truth)
    assert np.isnan(scoring.found(quiet > 0, quiet))
    nothing = Said(said_of(0.1, quiet), quiet > 0)
    assert np.isnan(scoring.estimate(lambda said, truth: scoring.average_precision(said.p, truth), nothing, quiet).value)


def test_an_interval_holds_its_figure_and_nothing_is_better_than_itself(truth):
    said = Said(said_of(0.3, truth), truth == 1)
    many = np.repeat(truth, 10, axis=0)
    everyone = Said(np.repeat(said.p, 10, axis=1), np.repeat(said.alert, 10, axis=0))
    figure = scoring.estimate(lambda said, truth: scoring.log_score(said.p, truth), everyone, many)
    assert figure.low <= figure.value <= figure.high
    same = scoring.estimate(lambda said, truth: scoring.log_score(said.p, truth), everyone, many, beside=everyone)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert str(same) == "0.000 [0.000, 0.000]"


def test_every_part_can_be_taken_away():
    for bare in without(CONSTANTS).values():
        assert np.isfinite(build(bare).couple_chain).all()
