"""How likely one person's answers of a day are under each own state and kind of day.

Standardised deviations (own spreads) are compared with the mean shift of the state plus that of the day. Two ways in which
answers vary together, a mood and a leaning, are put where they are expected to be given the answers (a rank-two
covariance, Woodbury); what is left of each question has Student-like tails of its own (Lange, Little & Taylor 1989), so that
one odd answer does not make the others of the day count for less; the whole is tempered. Arrays are [5 states, 3 kinds,
2 sides, C].
"""

from dataclasses import dataclass

import numpy as np

from checkins.patterns.answers import Bools, Floats, Ints
from checkins.patterns.constants import Constants
from checkins.patterns.model import (
    DIRECTIONS,
    DRAWING_BACK,
    GOOD,
    HARD,
    KINDS,
    MILDLY_DRAWING_BACK,
    MILDLY_REACHING,
    ORDINARY,
    REACHING,
    STATES,
    USUAL,
    Model,
)


@dataclass(frozen=True)
class Reading:
    """What full answers say.

    `log_likelihood` [5, 3, 2, C] per own state and kind. `mood`, `leaning` [5, 2, C]: where each is expected to be on a usual,
    ordinary day (row 0), and how far the full shift in each direction lowers that (rows 1-4; `over_states` has it for every
    state). `mood_var`, `leaning_var` [2, C]: their variances, the same for every state.
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

    All up to the tails is linear in the shift of a state, so it is worked out for the answers and for each direction once,
    and only then for the fifteen states.
    """
    c, mood, leaning = model.constants, model.mood, model.leaning
    precision = np.where(seen, 1.0 / (model.unique_var + unsure), 0.0)
    deviation = np.where(seen, deviation, 0.0)
    to_mood, to_leaning = mood * precision, leaning * precision
    # The posterior precision of (mood, leaning) is this matrix of two by two, inverted by hand.
    of_mood, of_leaning = 1.0 + _over_questions(mood * to_mood), 1.0 + _over_questions(leaning * to_leaning)
    both = _over_questions(mood * to_leaning)
    determinant = of_mood * of_leaning - both * both
    mood_var, leaning_var, shared = of_leaning / determinant, of_mood / determinant, both / determinant
    along_mood, along_leaning = _along(model, to_mood, deviation), _along(model, to_leaning, deviation)
    expected_mood = mood_var * along_mood - shared * along_leaning
    expected_leaning = leaning_var * along_leaning - shared * along_mood
    # The product of the tails of all questions, so that one logarithm is enough.
    tails: Floats = np.ones((), deviation.dtype)
    scale = np.sqrt(precision / c.tail)
    for question in range(4):
        left = mood[question] * expected_mood
        left += leaning[question] * expected_leaning
        np.subtract(deviation[question], left[0], out=left[0])
        np.subtract(model.shifts[:, question], left[1:], out=left[1:])
        left *= scale[question]
        tail = over_states(left, c.mild)
        tail *= tail
        tail += 1.0
        tail *= tails
        tails = tail
    log_likelihood = np.log(tails)
    log_likelihood *= -0.5 * c.temper * (c.tail + 1.0)
    for expected in (expected_mood, expected_leaning):
        factor = over_states(expected, c.mild)
        factor *= factor
        factor *= 0.5 * c.temper
        log_likelihood -= factor
    return Reading(log_likelihood, expected_mood, expected_leaning, mood_var, leaning_var)


def over_states(rows: Floats, mild: float) -> Floats:
    """Row 0 less what each own state and kind of day takes of rows 1-4 [5, 3, 2, C]; `rows` [5, 2, C]."""
    table = np.empty((STATES, KINDS, *rows.shape[1:]), rows.dtype)
    own = table[:, ORDINARY]
    own[USUAL] = rows[0]
    to_reach, to_draw_back, to_hard, to_good = rows[1:]
    np.subtract(rows[0], to_reach, out=own[REACHING])
    np.subtract(rows[0], to_draw_back, out=own[DRAWING_BACK])
    np.subtract(rows[0], mild * to_reach, out=own[MILDLY_REACHING])
    np.subtract(rows[0], mild * to_draw_back, out=own[MILDLY_DRAWING_BACK])
    np.subtract(own, to_hard, out=table[:, HARD])
    np.subtract(own, to_good, out=table[:, GOOD])
    return table


def _along(model: Model, weights: Floats, deviation: Floats) -> Floats:
    """The weighted sums over the questions of the deviation (row 0) and of each direction's shift (rows 1-4) [5, 2, C]."""
    rows = np.empty((1 + DIRECTIONS, *deviation.shape[1:]), deviation.dtype)
    rows[0] = _over_questions(weights * deviation)
    rows[1:] = _over_questions(model.shifts.swapaxes(0, 1) * weights[:, None])
    return rows


def _over_questions(values: Floats) -> Floats:
    """The sum over the first axis, in one fixed order."""
    total: Floats = values[0] + values[1] + values[2] + values[3]
    return total


def read_quick(model: Model, quick: Ints) -> Floats:
    """Log-likelihood of one-tap answers [5, 3, 2, C]; 0 where there is none. `quick` [2, C]."""
    log_likelihood: Floats = model.constants.temper * model.tap_table[:, :, quick]
    return log_likelihood


def read_silence(c: Constants, silent_days: Floats) -> Floats:
    """Log-likelihood of not answering [5, 3, 2, C]: a little towards drawing back, less with each silent day in a row.

    `silent_days` [2, C] counts the days in a row without an answer, today included; 0 means answered.
    """
    weight = np.where(silent_days > 0, c.silence * c.silence_decay ** np.maximum(silent_days - 1, 0), 0.0)
    log_likelihood = np.zeros((STATES, KINDS, *silent_days.shape), silent_days.dtype)
    log_likelihood[[DRAWING_BACK, MILDLY_DRAWING_BACK]] = weight
    return log_likelihood


def trust(c: Constants, answers: Floats) -> Floats:
    """How far a person's full answers are read at all, 0-1, by how many have taught what is usual for them.

    What is not yet known about a usual level is one and the same error on every early day, not a fresh one each day, so
    widening the variance alone would let it add up to a false episode. A one-tap answer is about "than usual" already.
    """
    weight: Floats = np.minimum((1.0 + answers) / c.trusted_after, 1.0) ** c.trust_power
    return weight
