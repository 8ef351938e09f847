import numpy as np
import pytest

from checkins.patterns.alert import ALERT_OFF, ALERT_ON, enough_answers, next_alert, silence_adds
from checkins.patterns.constants import CONSTANTS as C
from checkins.patterns.emission import read_silence


def ask(*, was_on=False, p=0.5, enough=True, silent=(0, 0)):
    return bool(
        next_alert(
            C,
            was_on=np.array([was_on]),
            p_a_reaches=np.array([p]),
            p_b_reaches=np.array([0.1]),
            enough=np.array([enough]),
            silent_days=np.array(silent, float)[:, None],
        )[0]
    )


def test_the_line_is_high_to_open_and_low_to_close():
    assert pytest.approx(0.36) == ALERT_ON
    assert ask(p=ALERT_ON)
    assert not ask(p=ALERT_ON - 0.01)
    assert ask(was_on=True, p=ALERT_OFF)
    assert not ask(was_on=True, p=ALERT_OFF - 0.01)


def test_nothing_opens_or_stays_open_before_there_are_enough_answers():
    assert not ask(enough=False)
    assert not ask(enough=False, was_on=True)


@pytest.mark.parametrize("silent, opens", [((0, 0), True), ((0, 2), True), ((0, 3), False), ((3, 0), False), ((1, 1), False)])
def test_an_alert_opens_only_while_both_are_heard(silent, opens):
    assert ask(silent=silent, p=0.7) is opens
    assert ask(silent=silent, was_on=True)


@pytest.mark.parametrize("silent", [(0, 1), (1, 0), (0, 2), (2, 0)])
def test_what_silence_adds_never_opens_an_alert(silent):
    line = np.log(ALERT_ON / (1 - ALERT_ON))
    added = C.slope * read_silence(C, np.array([1.0, 2.0]))[: max(silent)].sum()

    def p(log_odds):
        return float(1 / (1 + np.exp(-log_odds)))

    assert not ask(p=p(line + added - 0.001), silent=silent)
    assert ask(p=p(line + added + 0.001), silent=silent)


def test_all_that_silence_adds_is_the_sum_of_its_days():
    days = np.arange(0.0, 31.0)
    np.testing.assert_allclose(silence_adds(C, days), np.cumsum(read_silence(C, days)), atol=1e-12)


@pytest.mark.parametrize("a, b, enough", [(7, 7, True), (7, 6, False), (6, 90, False), (8, 7, True)])
def test_enough_means_seven_answers_of_each(a, b, enough):
    assert enough_answers(np.array([[a], [b]], float))[0] == enough


def test_each_couple_is_heard_by_itself():
    # Beside a couple of whom both answered, one whose both were silent still opens nothing.
    both = np.array([True, True])
    opened = next_alert(
        C,
        was_on=~both,
        p_a_reaches=np.array([0.9, 0.9]),
        p_b_reaches=np.array([0.05, 0.05]),
        enough=both,
        silent_days=np.array([[0.0, 1.0], [0.0, 1.0]]),
    )
    assert list(opened) == [True, False]
