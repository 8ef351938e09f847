import numpy as np
import pytest

from checkins.patterns.alert import ALERT_OFF, ALERT_ON, enough_answers, next_alert


def ask(*, was_on=False, p=0.5, enough=True, silent=(0, 0)):
    return bool(
        next_alert(
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
    assert ask(silent=silent) is opens
    assert ask(silent=silent, was_on=True)


@pytest.mark.parametrize("a, b, enough", [(7, 7, True), (7, 6, False), (6, 90, False), (8, 7, True)])
def test_enough_means_seven_answers_of_each(a, b, enough):
    assert enough_answers(np.array([[a], [b]], float))[0] == enough
