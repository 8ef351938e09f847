"""When a probability becomes an alert: hysteresis, enough answers, and never by silence."""

import numpy as np

from checkins.patterns.answers import Bools, Floats
from checkins.patterns.constants import Constants

ALERT_ON = 0.36
ALERT_OFF = ALERT_ON / 2
ENOUGH_ANSWERS = 7
# An alert opens only while both are being heard: neither silent for more days in a row than this.
SILENT_DAYS_AT_MOST = 2


def enough_answers(answers: Floats) -> Bools:
    """Whether both have answered often enough for the detector to speak [C]; `answers` [2, C]."""
    enough: Bools = np.minimum(answers[0], answers[1]) >= ENOUGH_ANSWERS
    return enough


def next_alert(c: Constants, *, was_on: Bools, p_a_reaches: Floats, p_b_reaches: Floats, enough: Bools, silent_days: Floats) -> Bools:
    """Whether the alert is on today [C].

    On at `ALERT_ON`, off below `ALERT_OFF`. It opens only on a day on which someone answered and on which neither has
    been silent for long (`silent_days` [2, C], 0 for who answered today), and only where the answers alone carry it: all
    that the silence of these days can have added to the odds is taken off first.
    """
    highest = np.maximum(p_a_reaches, p_b_reaches)
    longest = np.maximum(silent_days[0], silent_days[1])
    heard = (np.minimum(silent_days[0], silent_days[1]) == 0) & (longest <= SILENT_DAYS_AT_MOST)
    odds = highest * np.exp(-c.slope * silence_adds(c, longest))
    opens = (odds * (1.0 - ALERT_ON) >= ALERT_ON * (1.0 - highest)) & heard
    stays = was_on & (highest >= ALERT_OFF)
    alert: Bools = enough & (opens | stays)
    return alert


def silence_adds(c: Constants, silent_days: Floats) -> Floats:
    """The most that so many silent days in a row add to the log-odds of the pattern, before calibration: a geometric sum."""
    most: Floats = c.silence * (1.0 - c.silence_decay**silent_days) / (1.0 - c.silence_decay)
    return most
