"""How likely one person's answers of a day are under each own state and kind of day.

Standardised deviations (own spreads) are compared with the mean shift of the state plus that of the day. Two ways in which
answers vary together, a mood and a leaning, are put where they are expected to be given the answers (a rank-two
covariance, Woodbury); what is left of each question has Student-like tails of its own (Lange, Little & Taylor 1989), so that
one odd answer does not make the others of the day count for less; the whole is tempered. Arrays are [5 states, 3 kinds,
2 sides, C].
"""

from dataclasses import dataclass

import numpy as np

from checkins.patterns.answers import QUESTIONS, Bools, Floats, Ints
from checkins.patterns.constants import Constants
from checkins.patterns.model import (
    DIRECTIONS,
    DRAWING_BACK,
    FACTORS,
    GOOD,
    HARD,
    KINDS,
    LEANING,
    MILDLY_DRAWING_BACK,
    MILDLY_REACHING,
    MOOD,
    ORDINARY,
    REACHING,
    STATES,
    USUAL,
    Model,
)


@dataclass(frozen=True)
class Reading:
    """What full answers say.

    `log_likelihood` [5, 3, 2, C] per own state and kind. `factors` [5, 2 factors, 2, C]: where mood and leaning are expected to be
    on a usual, ordinary day (row 0), and how far the full shift in each direction lowers that (rows 1-4; `over_states` has
    it for every state). `factor_var` [2 factors, 2, C]: their variances, the same for every state.
    """

    log_likelihood: Floats
    factors: Floats
    factor_var: Floats


def read_values(model: Model, *, deviation: Floats, unsure: Floats, seen: Bools) -> Reading:
    """Reads full answers.

    `deviation` [4, 2, C]: answer minus the expected one, in own spreads, any number where not seen; `unsure` [4, 2, C]:
    variance of the expectation in squared own spreads, so that early answers count less; `seen` [4, 2, C]. Terms that are
    the same for every state are left out.

    All up to the tails is linear in the shift of a state, so it is worked out for the answers and for each direction once,
    and only then for the fifteen states.
    """
    c, loads = model.constants, model.loads
    # No precision where nothing was seen, so that no deviation counts there.
    precision = seen / (model.unique_var + unsure)
    weighed = loads * precision
    # The posterior precision of (mood, leaning) is a matrix of two by two, inverted by hand: `own` on its diagonal.
    own = 1.0 + _over_questions((loads * weighed).swapaxes(0, 1))
    both = _over_questions(loads[0] * weighed[1])
    determinant = own[0] * own[1] - both * both
    factor_var, shared = own[::-1] / determinant, both / determinant
    along = _along(model, weighed, deviation)
    factors = factor_var * along
    factors -= shared * along[:, ::-1]
    left = loads[0] * factors[:, None, 0]
    left += loads[1] * factors[:, None, 1]
    np.subtract(deviation, left[0], out=left[0])
    np.subtract(model.shifts, left[1:], out=left[1:])
    left *= np.sqrt(precision / c.tail)
    tails = over_states(left, c.mild)
    tails *= tails
    tails += 1.0
    # The product of the tails of all questions, so that one logarithm is enough.
    log_likelihood = tails[:, :, 0] * tails[:, :, 1]
    log_likelihood *= tails[:, :, 2]
    log_likelihood *= tails[:, :, 3]
    np.log(log_likelihood, out=log_likelihood)
    log_likelihood *= -0.5 * c.temper * (c.tail + 1.0)
    penalty = over_states(factors, c.mild)
    penalty *= penalty
    penalty *= 0.5 * c.temper
    log_likelihood -= penalty[:, :, MOOD]
    log_likelihood -= penalty[:, :, LEANING]
    return Reading(log_likelihood, factors, factor_var)


def over_states(rows: Floats, mild: float) -> Floats:
    """Row 0 less what each own state and kind of day takes of rows 1-4 [5, 3, ..., C]; `rows` [5, ..., C]."""
    table = np.empty((STATES, KINDS, *rows.shape[1:]), rows.dtype)
    own = table[:, ORDINARY]
    own[USUAL] = rows[0]
    np.subtract(rows[0], rows[1:3], out=own[REACHING : DRAWING_BACK + 1])
    np.subtract(rows[0], mild * rows[1:3], out=own[MILDLY_REACHING : MILDLY_DRAWING_BACK + 1])
    np.subtract(own, rows[3], out=table[:, HARD])
    np.subtract(own, rows[4], out=table[:, GOOD])
    return table


def _along(model: Model, weights: Floats, deviation: Floats) -> Floats:
    """The sums over the questions of the deviation (row 0) and of each direction's shift (rows 1-4) [5, 2 factors, 2, C].

    `weights` [2 factors, 4, 2, C].
    """
    rows = np.empty((len(QUESTIONS), 1 + DIRECTIONS, FACTORS, *deviation.shape[1:]), deviation.dtype)
    by_question = weights.swapaxes(0, 1)
    np.multiply(by_question, deviation[:, None], out=rows[:, 0])
    np.multiply(model.shifts.swapaxes(0, 1)[:, :, None], by_question[:, None], out=rows[:, 1:])
    return _over_questions(rows)


def _over_questions(values: Floats) -> Floats:
    """The sum over the first axis, in one fixed order."""
    total: Floats = values[0] + values[1]
    total += values[2]
    total += values[3]
    return total


def read_quick(model: Model, quick: Ints) -> Floats:
    """Log-likelihood of one-tap answers [5, 3, ...]; 0 where there is none. `quick` [...]."""
    log_likelihood: Floats = model.constants.temper * model.tap_table[:, :, quick]
    return log_likelihood


def read_silence(c: Constants, silent_days: Floats) -> Floats:
    """What not answering adds to the log-likelihood of drawing back in either form [2, C], less with each silent day in a row.

    `silent_days` [2, C] counts the days in a row without an answer, today included; 0 means answered.
    """
    return np.where(silent_days > 0, c.silence * c.silence_decay ** np.maximum(silent_days - 1, 0), 0.0)


def trust(c: Constants, answers: Floats) -> Floats:
    """How far a person's full answers are read at all, 0-1, by how many have taught what is usual for them.

    What is not yet known about a usual level is one and the same error on every early day, not a fresh one each day, so
    widening the variance alone would let it add up to a false episode. A one-tap answer is about "than usual" already.
    """
    weight: Floats = np.minimum((1.0 + answers) / c.trusted_after, 1.0) ** c.trust_power
    return weight
