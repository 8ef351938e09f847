"""When a probability becomes an alert: hysteresis, enough answers, and never from silence alone."""

import numpy as np

from checkins.patterns.answers import Bools, Floats

ALERT_ON = 0.36
ALERT_OFF = ALERT_ON / 2
ENOUGH_ANSWERS = 7
# An alert opens only while both are being heard: neither silent for more days in a row than this.
SILENT_DAYS_AT_MOST = 2


def enough_answers(answers: Floats) -> Bools:
    """Whether both have answered often enough for the detector to speak [C]; `answers` [2, C]."""
    enough: Bools = np.minimum(answers[0], answers[1]) >= ENOUGH_ANSWERS
    return enough


def next_alert(*, was_on: Bools, p_a_reaches: Floats, p_b_reaches: Floats, enough: Bools, silent_days: Floats) -> Bools:
    """Whether the alert is on today [C].

    On at `ALERT_ON`, off below `ALERT_OFF`. It opens only on a day on which someone answered and on which neither has
    been silent for long (`silent_days` [2, C], 0 for who answered today), so that silence alone never opens it.
    """
    highest = np.maximum(p_a_reaches, p_b_reaches)
    heard = (silent_days == 0).any(axis=0) & (silent_days <= SILENT_DAYS_AT_MOST).all(axis=0)
    opens = (highest >= ALERT_ON) & heard
    stays = was_on & (highest >= ALERT_OFF)
    alert: Bools = enough & (opens | stays)
    return alert
