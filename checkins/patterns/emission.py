"""How likely one person's answers of a day are under each own state and kind of day.

Standardised deviations (own spreads) are compared with the mean shift of the state plus that of the day. Two ways in which
answers vary together, a mood and a leaning, are integrated out in closed form (a rank-two covariance, Woodbury), the tails
are Student-like (Lange, Little & Taylor 1989), and the whole is tempered. Arrays are [5 states, 3 kinds, 2 sides, C].
"""

from dataclasses import dataclass

import numpy as np

from checkins.patterns.answers import Bools, Floats, Ints
from checkins.patterns.constants import Constants
from checkins.patterns.model import DRAWING_BACK, KINDS, MILDLY_DRAWING_BACK, STATES, Model


@dataclass(frozen=True)
class Reading:
    """What full answers say.

    `log_likelihood`, and the expected `mood` and `leaning` of the day, per own state and kind [5, 3, 2, C]; `mood_var` and
    `leaning_var` [2, C], the variances of the last two, the same for every state.
    """

    log_likelihood: Floats
    mood: Floats
    leaning: Floats
    mood_var: Floats
    leaning_var: Floats


def read_values(model: Model, *, deviation: Floats, unsure: Floats, seen: Bools) -> Reading:
    """Reads full answers.

    `deviation` [4, 2, C]: answer minus the expected one, in own spreads, anything where not seen; `unsure` [4, 2, C]:
    variance of the expectation in squared own spreads, so that early answers count less; `seen` [4, 2, C]. Terms that are
    the same for every state are left out.
    """
    squares, along_mood, along_leaning = np.zeros((3, STATES, KINDS, *deviation.shape[1:]))
    mood_mood, mood_leaning, leaning_leaning, answered = np.zeros((4, *deviation.shape[1:]))
    for question in range(4):
        mood, leaning = model.mood[question], model.leaning[question]
        precision = np.where(seen[question], 1.0 / (model.unique_var[question] + unsure[question]), 0.0)
        gap = np.where(seen[question], deviation[question], 0.0) - model.means[question]
        weighted = precision * gap
        squares = squares + weighted * gap
        along_mood = along_mood + mood * weighted
        along_leaning = along_leaning + leaning * weighted
        mood_mood = mood_mood + mood * mood * precision
        mood_leaning = mood_leaning + mood * leaning * precision
        leaning_leaning = leaning_leaning + leaning * leaning * precision
        answered = answered + seen[question]
    # The posterior precision of (mood, leaning) is this matrix of two by two, inverted by hand.
    of_mood, of_leaning = 1.0 + mood_mood, 1.0 + leaning_leaning
    determinant = of_mood * of_leaning - mood_leaning * mood_leaning
    expected_mood = (of_leaning * along_mood - mood_leaning * along_leaning) / determinant
    expected_leaning = (of_mood * along_leaning - mood_leaning * along_mood) / determinant
    distance = np.maximum(squares - along_mood * expected_mood - along_leaning * expected_leaning, 0.0)
    c = model.constants
    return Reading(
        log_likelihood=-0.5 * c.temper * (c.tail + answered) * np.log1p(distance / c.tail),
        mood=expected_mood,
        leaning=expected_leaning,
        mood_var=of_leaning / determinant,
        leaning_var=of_mood / determinant,
    )


def read_quick(model: Model, quick: Ints) -> Floats:
    """Log-likelihood of one-tap answers [5, 3, 2, C]; 0 where there is none. `quick` [2, C]."""
    log_likelihood: Floats = model.constants.temper * model.tap_table[:, :, quick]
    return log_likelihood


def read_silence(c: Constants, silent_days: Floats) -> Floats:
    """Log-likelihood of not answering [5, 3, 2, C]: a little towards drawing back, less with each silent day in a row.

    `silent_days` [2, C] counts the days in a row without an answer, today included; 0 means answered.
    """
    weight = np.where(silent_days > 0, c.silence * c.silence_decay ** np.maximum(silent_days - 1, 0), 0.0)
    log_likelihood = np.zeros((STATES, KINDS, *silent_days.shape))
    log_likelihood[[DRAWING_BACK, MILDLY_DRAWING_BACK]] = weight
    return log_likelihood


def trust(c: Constants, answers: Floats) -> Floats:
    """How far a person's full answers are read at all, 0-1, by how many have taught what is usual for them.

    What is not yet known about a usual level is one and the same error on every early day, not a fresh one each day, so
    widening the variance alone would let it add up to a false episode. A one-tap answer is about "than usual" already.
    """
    weight: Floats = np.minimum((1.0 + answers) / c.trusted_after, 1.0) ** c.trust_power
    return weight
