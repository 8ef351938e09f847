"""One day of many couples through the detector: O(1) per couple and day, causal, and the same for both sides.

Order of a day: predict the cells, standardise the answers against what is usual, weigh the cells, learn what is usual
with the expected shift taken out, say how likely the pattern is, set the alert.
"""

from dataclasses import dataclass, fields, replace
from functools import cache

import numpy as np

from checkins.patterns.alert import enough_answers, next_alert
from checkins.patterns.answers import FELT, Bools, Course, DayAnswers, Floats, Quick
from checkins.patterns.baseline import Levels, Spreads, learn, learn_spreads
from checkins.patterns.calibration import PRIOR_EITHER, TINY, calibrate
from checkins.patterns.constants import LATE_DAYS, Constants
from checkins.patterns.couple_filter import (
    over_kinds,
    pattern,
    person_weights,
    predict,
    update,
)
from checkins.patterns.emission import Reading, read_quick, read_silence, read_values, trust
from checkins.patterns.model import (
    BOTH_APART,
    DIRECTIONS,
    DRAWING_BACK,
    GOOD,
    HARD,
    MILDLY_DRAWING_BACK,
    MILDLY_REACHING,
    MODEL_OF_DAYS,
    MOOD,
    ORDINARY,
    REACHING,
    STATES,
    TO_HARD,
    USUAL,
    Model,
)
from checkins.patterns.state import Memory, States, fold, initial_states, unfold

LONGEST_SILENCE = 30.0
# How much of what the filter says is passed on before there are enough answers; the rest is the prior.
EARLY_WEIGHT = 0.15
LATELY_POWER = 6
# Couples whose day is best worked out at once: more, and what is at hand leaves the cache of one core; fewer, and the calls into
# numpy cost more than what they do (`manage.py bench assess`). No power of two, for columns would then get in each other's way.
COUPLES_AT_ONCE = 5000
MANY = 1000
LARGE_PIECE = 31 << 20  # bytes; from 32 MiB on the bound is no longer lifted


@dataclass(frozen=True)
class DayOutput:
    """What the detector says of one day, [C] each: probabilities that sum to 1, and two flags."""

    p_a_reaches: Floats
    p_b_reaches: Floats
    p_apart: Floats
    p_steady: Floats
    enough: Bools
    alert: Bools


def advance(states: States, answers: DayAnswers, model: Model = MODEL_OF_DAYS) -> tuple[States, DayOutput]:
    """The states after one more day, and what is said of that day.

    `states` [C, STATE_SIZE] as of the day before; every day must be given, silent ones too (`no_answers`).
    """
    if len(states) >= MANY:
        _keep_memory_at_hand()
    memory, output = advance_memory(unfold(states), answers, model)
    return fold(memory), output


@cache
def _keep_memory_at_hand() -> None:
    """Lets the memory of one batch be taken for the next without the system in between.

    The C library of Linux gives freed memory back above a bound that follows the largest piece freed so far, and a page taken again
    is a page filled with zeros again: up to a quarter of the time of a large batch. A large piece, never touched, lifts the bound.
    """
    np.empty(LARGE_PIECE, np.uint8)


def advance_memory(memory: Memory, answers: DayAnswers, model: Model) -> tuple[Memory, DayOutput]:
    """`advance` on unfolded states, in the bits of `memory`."""
    memory = _remember(memory, answers, model)
    output = _speak(memory, model)
    return replace(memory, alert=output.alert.astype(memory.lately.dtype)), output


def advance_course(states: States, course: Course) -> tuple[States, list[DayOutput]]:
    """Many days in a row; the same numbers as `advance` day by day."""
    outputs = []
    for index in range(course.values.shape[1]):
        states, output = advance(states, course.day(index))
        outputs.append(output)
    return states, outputs


def learn_alone(states: States, side: int, course: Course) -> States:
    """States in which one side's usual levels are learned from answers given before pairing.

    Only that side's answers in `course` are looked at. What was learned is kept; the couple's own part (cells, counts of
    answers, silence, alert) begins afresh, so that pairing starts the same way whatever was answered alone.
    """
    values = np.full_like(course.values, np.nan)
    quick = np.zeros_like(course.quick)
    values[:, :, side], quick[:, :, side] = course.values[:, :, side], course.quick[:, :, side]
    learned, _ = advance_course(states, Course(values, quick, course.weekday))
    before, after, fresh = unfold(states), unfold(learned), unfold(initial_states(len(states)))
    mine = (np.arange(2) == side)[:, None]

    def merged(kept: Levels | Spreads, taken: Levels | Spreads) -> dict[str, Floats]:
        return {field.name: np.where(mine, getattr(taken, field.name), getattr(kept, field.name)) for field in fields(kept)}

    levels, spreads = Levels(**merged(before.levels, after.levels)), Spreads(**merged(before.spreads, after.spreads))
    return fold(replace(fresh, levels=levels, spreads=spreads))


def _remember(memory: Memory, answers: DayAnswers, model: Model) -> Memory:
    """The memory after a day's answers (its alert still yesterday's)."""
    c = model.constants
    bits = memory.lately.dtype
    values = np.ascontiguousarray(answers.values.transpose(2, 1, 0), bits)
    quick = np.ascontiguousarray(answers.quick.T)
    weekend = (answers.weekday >= 5).astype(bits)[None, None]
    seen = ~np.isnan(values)
    full = seen[0] | seen[1] | seen[2] | seen[3]
    quick = np.where(full, Quick.NONE, quick)
    answered = full | (quick != Quick.NONE)
    silent_days = np.where(answered, 0.0, np.minimum(memory.silent_days + 1.0, LONGEST_SILENCE))

    levels, spread = memory.levels, memory.spreads.spread(c)
    carried = c.mood_persistence * memory.mood
    deviation = (np.where(seen, values, 0.0) - levels.expected(weekend)) / spread - model.loads[MOOD] * carried
    unsure = levels.expected_var(weekend) / (spread * spread)
    reading = read_values(model, deviation=deviation, unsure=unsure, seen=seen)
    heard = reading.log_likelihood
    heard *= full * trust(c, memory.spreads.weight[FELT])
    sides, couples = np.nonzero(quick)
    heard[:, :, sides, couples] += read_quick(model, quick[sides, couples])
    silent = read_silence(c, silent_days)
    for state in (DRAWING_BACK, MILDLY_DRAWING_BACK):
        heard[state] += silent

    cells = update(predict(memory.cells, model.couple_moves, model.kind_moves), heard)
    learned, spreads, mood = _learn(
        model,
        memory,
        spread=spread,
        deviation=deviation,
        unsure=unsure,
        reading=reading,
        weights=person_weights(cells),
        weekend=weekend,
        seen=seen,
    )
    a, b = pattern(cells)
    lately = memory.lately + (a + b - memory.lately) / LATE_DAYS
    return Memory(cells, learned, spreads, carried + mood * full, silent_days, memory.answers + answered, lately, memory.alert)


def _learn(
    model: Model,
    memory: Memory,
    *,
    spread: Floats,
    deviation: Floats,
    unsure: Floats,
    reading: Reading,
    weights: Floats,
    weekend: Floats,
    seen: Bools,
) -> tuple[Levels, Spreads, Floats]:
    """What is usual after the day, and the mood [2, C] that the day's answers show beyond what was carried over."""
    c, levels = model.constants, memory.levels
    shares, shift, shift_var = expected_shift(model, weights)
    # [2 factors, 2, C], and what they make of each question [4, 2, C].
    factors = reading.factors[0] - _weighted(shares[:, None], reading.factors[1:])
    together, noise = _weighted(model.loads, factors), model.unique_var + _weighted(model.loads_squared, reading.factor_var)
    square = spread * spread
    learned = learn(
        c,
        levels,
        residual=(deviation - taken_out(c, memory.lately) * shift - together) * spread,
        noise_var=noise * square,
        between_var=shift_var * square,
        weekend=weekend,
        seen=seen,
        limit=c.clip * spread,
    )
    surprise = np.minimum(np.maximum(deviation - shift, -c.clip), c.clip)
    square *= surprise * surprise / (1.0 + shift_var + unsure)
    return learned, learn_spreads(c, memory.spreads, square=square, seen=seen), factors[MOOD]


def taken_out(c: Constants, lately: Floats) -> Floats:
    """The share of the expected shift that learning leaves out [C], by the share of late days in the pattern [C].

    Nearly all of it in an episode of ordinary length, so that it does not become the new usual. What goes on for a month
    is no episode any more: a level has changed for good, and is learned.
    """
    share: Floats = c.taken_out / (1.0 + (lately / c.most_lately) ** LATELY_POWER)
    return share


def expected_shift(model: Model, weights: Floats) -> tuple[Floats, Floats, Floats]:
    """The share that each direction is expected to have in a person's day, and the mean and variance of the shift that makes.

    `weights` [5, 3, 2, C]: the probability of each own state and kind of day. All three [4, 2, C], the first by direction, the
    others by question.
    """
    mild = model.constants.mild
    mildly = mild * weights[MILDLY_REACHING:]
    own = weights[REACHING : DRAWING_BACK + 1] + mildly
    kinds = weights[USUAL] + weights[REACHING]
    for state in range(DRAWING_BACK, STATES):
        kinds += weights[state]
    # The squares of the shares: of a mild state, which has the square of its share, and of an own state and a kind of day together.
    moments = np.empty((len(model.second_moments), *kinds.shape[1:]), kinds.dtype)
    shares = np.empty((DIRECTIONS, *kinds.shape[1:]), kinds.dtype)
    shares[:TO_HARD] = own[:, ORDINARY] + own[:, HARD] + own[:, GOOD]
    shares[TO_HARD:] = kinds[HARD:]
    moments[:DIRECTIONS] = shares
    moments[:TO_HARD] -= (1.0 - mild) * (mildly[:, ORDINARY] + mildly[:, HARD] + mildly[:, GOOD])
    moments[DIRECTIONS:] = own[:, HARD:].reshape(-1, *kinds.shape[1:])
    mean = _weighted(shares, model.shifts)
    second = _weighted(moments, model.second_moments)
    second -= mean * mean
    return shares, mean, np.maximum(second, 0.0, out=second)


def _weighted(weights: Floats, rows: Floats) -> Floats:
    """The sum of the rows by weight, in one fixed order; either may be the broader one."""
    total: Floats = weights[0] * rows[0]
    for weight, row in zip(weights[1:], rows[1:], strict=True):
        total += weight * row
    return total


def _speak(memory: Memory, model: Model) -> DayOutput:
    """The day's output: calibrated, near the prior until there are enough answers."""
    a, b, apart = (one.astype(np.float64) for one in (*pattern(memory.cells), over_kinds(memory.cells, BOTH_APART)))
    either = a + b
    enough = enough_answers(memory.answers)
    weight = np.where(enough, 1.0, EARLY_WEIGHT)
    said = PRIOR_EITHER + weight * (calibrate(model.constants, either) - PRIOR_EITHER)
    p_a, p_b = said * (a / either), said * (b / either)
    p_apart = (1.0 - said) * (apart / np.maximum(1.0 - either, TINY))
    return DayOutput(
        p_a_reaches=p_a,
        p_b_reaches=p_b,
        p_apart=p_apart,
        p_steady=np.maximum(1.0 - (p_a + p_b) - p_apart, 0.0),
        enough=enough,
        alert=next_alert(
            model.constants,
            was_on=memory.alert > 0,
            p_a_reaches=p_a,
            p_b_reaches=p_b,
            enough=enough,
            silent_days=memory.silent_days,
        ),
    )
