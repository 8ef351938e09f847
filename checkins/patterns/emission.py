"""How likely one person's answers of a day are under each own state and kind of day.

Standardised deviations (own spreads) are compared with the mean shift of the state plus that of the day. One mood per
person and day is integrated out in closed form (a rank-one covariance, Sherman-Morrison), the tails are Student-like
(Lange, Little & Taylor 1989), and the whole is tempered. Arrays are [3 states, 3 kinds, 2 sides, C].
"""

import math
from dataclasses import dataclass

import numpy as np

from checkins.patterns import constants as c
from checkins.patterns.answers import Bools, Floats, Ints, Quick

# Mean shift by question, own state and kind of day, ready to broadcast over sides and couples [4, 3, 3, 1, 1].
MEANS = np.ascontiguousarray((c.SHIFTS[:, None, :] + c.KIND_SHIFTS[None, :, :]).transpose(2, 0, 1))[..., None, None]
UNIQUE_VAR = 1.0 - c.MOOD_LOADING**2


@dataclass(frozen=True)
class Reading:
    """`log_likelihood` and expected `mood` of the day per own state and kind [3, 3, 2, C], and `mood_var` [2, C]."""

    log_likelihood: Floats
    mood: Floats
    mood_var: Floats


def read_values(*, deviation: Floats, unsure: Floats, seen: Bools) -> Reading:
    """Reads full answers.

    `deviation` [4, 2, C]: answer minus the expected one, in own spreads, anything where not seen; `unsure` [4, 2, C]:
    variance of the expectation in squared own spreads, so that early answers count less; `seen` [4, 2, C]. Terms that are
    the same for every state are left out.
    """
    squares = np.zeros((3, 3, *deviation.shape[1:]))
    along = np.zeros_like(squares)
    loaded = np.zeros(deviation.shape[1:])
    answered = np.zeros(deviation.shape[1:])
    for question in range(4):
        precision = np.where(seen[question], 1.0 / (UNIQUE_VAR[question] + unsure[question]), 0.0)
        gap = np.where(seen[question], deviation[question], 0.0) - MEANS[question]
        weighted = precision * gap
        squares = squares + weighted * gap
        along = along + c.MOOD_LOADING[question] * weighted
        loaded = loaded + c.MOOD_LOADING[question] ** 2 * precision
        answered = answered + seen[question]
    mood_var = 1.0 / (1.0 + loaded)
    mood = along * mood_var
    distance = np.maximum(squares - along * mood, 0.0)
    return Reading(-0.5 * c.TEMPER * (c.TAIL + answered) * np.log1p(distance / c.TAIL), mood, mood_var)


def read_quick(quick: Ints) -> Floats:
    """Log-likelihood of one-tap answers [3, 3, 2, C]; 0 where there is none. `quick` [2, C]."""
    log_likelihood: Floats = c.TEMPER * QUICK_TABLE[:, :, quick]
    return log_likelihood


def read_silence(silent_days: Floats) -> Floats:
    """Log-likelihood of not answering [3, 3, 2, C]: a little towards drawing back, less with each silent day in a row.

    `silent_days` [2, C] counts the days in a row without an answer, today included; 0 means answered.
    """
    weight = np.where(silent_days > 0, c.SILENCE * c.SILENCE_DECAY ** np.maximum(silent_days - 1, 0), 0.0)
    log_likelihood = np.zeros((3, 3, *silent_days.shape))
    log_likelihood[c.DRAWING_BACK] = weight
    return log_likelihood


def trust(answers: Floats) -> Floats:
    """How far a person's full answers are read at all, 0-1, by how many have taught what is usual for them.

    What is not yet known about a usual level is one and the same error on every early day, not a fresh one each day, so
    widening the variance alone would let it add up to a false episode. A one-tap answer is about "than usual" already.
    """
    return np.minimum((1.0 + answers) / c.TRUSTED_AFTER, 1.0) ** 2


def _quick_table() -> Floats:
    """log P(quick answer | state, kind) [3, 3, 4]; the column of `Quick.NONE` is 0.

    The same latent deviation as in a full answer, read coarsely: the contrast of closeness wanted and room wanted,
    standardised, beyond a threshold on either side; a small share of taps is a slip.
    """
    wanted, room = MEANS[1, ..., 0, 0], MEANS[2, ..., 0, 0]
    contrast = (wanted - room) / math.sqrt(2.0)
    table = np.zeros((3, 3, len(Quick)))
    for index in np.ndindex(3, 3):
        closer = _normal_cdf(float(contrast[index]) - c.QUICK_THRESHOLD)
        more_room = _normal_cdf(-float(contrast[index]) - c.QUICK_THRESHOLD)
        for code, chance in ((Quick.CLOSER, closer), (Quick.MORE_ROOM, more_room), (Quick.AS_USUAL, 1 - closer - more_room)):
            table[(*index, code)] = math.log((1 - c.QUICK_SLIP) * chance + c.QUICK_SLIP / 3)
    return table


def _normal_cdf(value: float) -> float:
    return 0.5 * math.erfc(-value / math.sqrt(2.0))


QUICK_TABLE = _quick_table()
