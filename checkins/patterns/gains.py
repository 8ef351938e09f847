"""What each part of the model is worth: the same couples with the part and without it.

A part is taken away by the value of a constant at which it does nothing; the others stay, and the calibration is fitted
anew, so that no part looks better for having shifted all probabilities.
"""

from dataclasses import replace

from checkins.patterns.constants import Constants

NOTHING = (0.0, 0.0, 0.0, 0.0)
TINY = 1e-9


def without(c: Constants) -> dict[str, Constants]:
    """The constants without one part each, by a plain name of the part."""
    return {
        "all constants fitted": Constants(),
        "an episode is mild while young and fading": replace(c, mild=1.0 - TINY),
        "an episode fades before it is over": replace(c, pair_ends=c.pair_ends + c.pair_fades, pair_fades=TINY),
        "one-sided moves foretell an answer": replace(c, one_answered=TINY, pair_begins=c.pair_begins + c.one_begins),
        "shared hard and good days": replace(c, hard_begins=TINY, good_begins=TINY),
        "mood of the day": replace(c, mood=NOTHING),
        "leaning of the day": replace(c, leaning=NOTHING),
        "heavy tails": replace(c, tail=1e5),
        "tempering": replace(c, temper=1.0),
        "early answers trusted less": replace(c, trusted_after=TINY),
        "a little of an episode is learned": replace(c, taken_out=1.0 - TINY),
        "what goes on for weeks becomes usual": replace(c, most_lately=1e9),
        "slow forgetting": replace(c, forgetting=1.0 - TINY),
        "silence as weak evidence": replace(c, silence=TINY),
        "weekends": replace(c, weekend_sd=1e-3),
    }
