"""From the filter's own probability to one that can be taken at its word on simulated couples.

Platt scaling (Platt 1999) of the log-odds that the couple is in the pattern, in either direction; the share of each
direction stays as the filter says. The two numbers are fitted last, on couples that the other constants never saw.
"""

import numpy as np

from checkins.patterns.answers import Floats
from checkins.patterns.constants import Constants

# What is said before there are enough answers is mostly this: about the share of days that couples spend in the pattern.
PRIOR_EITHER = 0.06
TINY = 1e-9


def calibrate(c: Constants, either: Floats) -> Floats:
    """The calibrated probability [C] that the couple is in the pattern, from the filter's `either` [C]."""
    bounded = np.minimum(np.maximum(either, TINY), 1.0 - TINY)
    log_odds = np.log(bounded) - np.log1p(-bounded)
    return np.asarray(1.0 / (1.0 + np.exp(-(c.intercept + c.slope * log_odds))))
