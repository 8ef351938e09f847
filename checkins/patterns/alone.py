"""One couple's day, number by number: the same formulas as in `detector`, for batches of a few.

Arrays pay for some three hundred calls whatever they hold; for one couple that is several times what it costs to work the day out
with numbers of Python's own, as here, with the moves of the chain one by one. Each formula is explained, with its source,
where many couples are worked out at once. A property test holds the two to each other to nine digits, in every number of a state,
so what is changed there and not here is noticed.

Swapping the partners swaps the result to the last bit here too: both sides go through the same functions, what is summed over
all cells is rounded once (`fsum`), and what flows between pairs is written in one order for both.

`advance_few` rounds states to the 32 bits they are kept in, but computes in 64. So it says what `detector.advance` says to five
digits and not to the last bit: whoever must go through days again to the very same numbers keeps to one of the two.
"""

from collections.abc import Sequence
from itertools import chain
from math import exp, fsum, isnan, log, log1p, sqrt
from operator import itemgetter, mul
from typing import NamedTuple

import numpy as np

from checkins.patterns.alert import ALERT_OFF, ALERT_ON, ENOUGH_ANSWERS, SILENT_DAYS_AT_MOST
from checkins.patterns.answers import FELT, QUESTIONS, DayAnswers, Quick
from checkins.patterns.calibration import PRIOR_EITHER, TINY
from checkins.patterns.constants import LATE_DAYS, LEAST_SPREAD
from checkins.patterns.detector import EARLY_WEIGHT, LATELY_POWER, LONGEST_SILENCE, DayOutput
from checkins.patterns.model import (
    A_FADES,
    A_REACHES,
    A_REACHES_YOUNG,
    B_REACHES,
    B_REACHES_YOUNG,
    BOTH_APART,
    BOTH_REACH,
    CALM,
    CELL_STATES,
    DRAWING_BACK,
    KINDS,
    MILDLY_DRAWING_BACK,
    MILDLY_REACHING,
    MODEL,
    ONE_DRAWS_BACK,
    ONE_REACHES,
    REACHING,
    STATES,
)
from checkins.patterns.state import CELLS_SIZE, LEARNED_SIZE, States

# Up to this many couples go faster one by one than as arrays.
FEW = 6

C = MODEL.constants
Numbers = list[float]
Row3 = tuple[float, float, float]
Row5 = tuple[float, float, float, float, float]
Row15 = tuple[float, ...]
Asked = tuple[int, int, int, int, int, int, int, float, float, float, float, float, float, float]
Shares = tuple[Row3, Row3, float, float, float, float]
Said = tuple[float, float, float, float, bool, bool]

# Where the parts of a state stand; the two sides of a question stand beside each other.
LEVEL, OFFSET, LEVEL_VAR, CROSS_VAR, OFFSET_VAR, SQUARES, WEIGHT = range(CELLS_SIZE, CELLS_SIZE + 7 * LEARNED_SIZE, LEARNED_SIZE)
MOOD, SILENT_DAYS, ANSWERS, LATELY, ALERT = (WEIGHT + LEARNED_SIZE + place for place in (0, 2, 4, 6, 7))

# By side and question: where what is learned of it stands, in the order above, then its loadings, shifts and variance.
ASKED = [
    [
        (
            *range(LEVEL + 2 * question + side, MOOD, LEARNED_SIZE),
            *(C.mood[question], C.leaning[question]),
            *(C.reaching[question], C.drawing_back[question], C.hard_day[question], C.good_day[question]),
            float(MODEL.unique_var[question, 0, 0]),
        )
        for question in range(len(QUESTIONS))
    ]
    for side in (0, 1)
]
SECOND_MOMENTS = MODEL.second_moments[..., 0, 0].T.tolist()
MOST_VAR = [sd**2 for sd in C.prior_level_sd]
MILD, CLIP = C.mild, C.clip
PRIOR_SQUARES = C.pooled_spread_weight * C.prior_spread**2
OF_TAILS, OF_FACTORS = -0.5 * C.temper * (C.tail + 1.0), -0.5 * C.temper
NO_FACTOR: Row5 = (0.0, 0.0, 0.0, 0.0, 0.0)
NOTHING_LEFT: Row15 = (0.0,) * (STATES * KINDS)
TAPS: list[Numbers] = (C.temper * MODEL.tap_table).reshape(STATES * KINDS, -1).T.tolist()
# From a person's likelihood by state and kind to that of each cell and kind.
of_cells_a = itemgetter(*(state * KINDS + kind for state, _ in CELL_STATES for kind in range(KINDS)))
of_cells_b = itemgetter(*(state * KINDS + kind for _, state in CELL_STATES for kind in range(KINDS)))
FOUR = range(len(QUESTIONS))

# The cells in which each side reaches, draws back, and does so mildly.
CELLS_OF = [
    [
        [cell for cell, states in enumerate(CELL_STATES) if states[side] == state]
        for state in (REACHING, DRAWING_BACK, MILDLY_REACHING, MILDLY_DRAWING_BACK)
    ]
    for side in (0, 1)
]

((STAYS_ORDINARY, TO_HARD, TO_GOOD), (HARD_ENDS, STAYS_HARD, _), (GOOD_ENDS, _, STAYS_GOOD)) = MODEL.kind_chain.tolist()


def _rates(*moves: tuple[int, int]) -> Numbers:
    return [float(MODEL.couple_chain[move]) for move in moves]


CALM_STAYS, ONE_BEGINS, NEAR_BEGINS, APART_BEGINS, PAIR_BEGINS = _rates(
    (CALM, CALM), (CALM, ONE_REACHES), (CALM, BOTH_REACH), (CALM, BOTH_APART), (CALM, A_REACHES_YOUNG)
)
NEAR_STAYS, NEAR_ENDS, NEAR_LOOSENS = _rates((BOTH_REACH, BOTH_REACH), (BOTH_REACH, CALM), (BOTH_REACH, ONE_REACHES))
APART_STAYS, APART_ENDS, APART_LOOSENS = _rates((BOTH_APART, BOTH_APART), (BOTH_APART, CALM), (BOTH_APART, ONE_DRAWS_BACK))
ONE_STAYS, ONE_ENDS, ONE_JOINED, ONE_ANSWERED = _rates(
    (ONE_REACHES, ONE_REACHES), (ONE_REACHES, CALM), (ONE_REACHES, BOTH_REACH), (ONE_REACHES, A_REACHES_YOUNG)
)
AWAY_STAYS, AWAY_ENDS, AWAY_JOINED, AWAY_ANSWERED = _rates(
    (ONE_DRAWS_BACK, ONE_DRAWS_BACK), (ONE_DRAWS_BACK, CALM), (ONE_DRAWS_BACK, BOTH_APART), (ONE_DRAWS_BACK, B_REACHES_YOUNG)
)
PAIR_STAYS, PAIR_ENDS, PAIR_FADES, PAIR_TURNS, PAIR_LOOSENS, PAIR_LOOSENS_AWAY = _rates(
    (A_REACHES, A_REACHES),
    (A_REACHES, CALM),
    (A_REACHES, A_FADES),
    (A_REACHES, B_REACHES),
    (A_REACHES, ONE_REACHES),
    (B_REACHES, ONE_DRAWS_BACK),
)
YOUNG_STAYS, YOUNG_ENDS, PAIR_SETTLES = _rates((A_REACHES_YOUNG, A_REACHES_YOUNG), (A_REACHES_YOUNG, CALM), (A_REACHES_YOUNG, A_REACHES))
FADE_STAYS, FADE_ENDS = _rates((A_FADES, A_FADES), (A_FADES, CALM))


def advance_few(states: States, answers: DayAnswers) -> tuple[States, DayOutput]:
    """`detector.advance` for a few couples, one after the other."""
    rows, said = [], []
    days = zip(states.tolist(), answers.values.tolist(), answers.quick.tolist(), answers.weekday.tolist(), strict=True)
    for numbers, values, quick, weekday in days:
        rows.append(numbers)
        said.append(advance_one(numbers, values, quick, weekday))
    return np.array(rows, np.float32), DayOutput(*map(np.array, zip(*said, strict=True)))


def advance_one(row: Numbers, values: Sequence[Sequence[float]], quick: Sequence[int], weekday: int) -> Said:
    """Takes the numbers of a couple's state through one day, in place; `values` [2][4], nan where not answered.

    Returns what `DayOutput` holds, in its order.
    """
    weekend = 1.0 if weekday >= 5 else 0.0
    readings = []
    for side in (0, 1):
        felt, wanted, room, tension = values[side]
        full = not (isnan(felt) and isnan(wanted) and isnan(room) and isnan(tension))
        answered = full or quick[side] != Quick.NONE
        row[SILENT_DAYS + side] = silent = 0.0 if answered else min(row[SILENT_DAYS + side] + 1.0, LONGEST_SILENCE)
        row[ANSWERS + side] += answered
        readings.append(_read(row, side, values[side], weekend) if full else _read_little(row, side, quick[side], silent))
    cells = _weigh(row, readings[0].log_likelihood, readings[1].log_likelihood)
    o, h, g = cells[0::KINDS], cells[1::KINDS], cells[2::KINDS]
    row[:CELLS_SIZE] = cells
    hard, good = fsum(h), fsum(g)
    taken_out = C.taken_out / (1.0 + (row[LATELY] / C.most_lately) ** LATELY_POWER)
    for side, reading in enumerate(readings):
        row[MOOD + side] = reading.carried
        if reading.seen:
            _learn(row, side, reading, (*_own_shares(o, h, g, side), hard, good), taken_out)
    p_a, p_b = (o[one] + o[one + 2] + (h[one] + h[one + 2]) + (g[one] + g[one + 2]) for one in (A_REACHES, A_REACHES + 1))
    row[LATELY] += (p_a + p_b - row[LATELY]) / LATE_DAYS
    return _say(row, p_a, p_b, o[BOTH_APART] + h[BOTH_APART] + g[BOTH_APART])


class _Reading(NamedTuple):
    """What one person's day says, and of each question that was answered what is to be learned from it.

    `log_likelihood` [15] by state and kind. `seen`: question, its row of `ASKED`, own spread, deviation and its precision, how unsure what
    was expected is, in squared own spreads and in points, and what of that is the level's and the offset's. `mood` and
    `leaning`: as the rows of `emission.Reading.factors`.
    """

    log_likelihood: Numbers
    carried: float
    seen: Sequence[tuple[int, Asked, float, float, float, float, float, float, float]] = ()
    mood: Row5 = NO_FACTOR
    leaning: Row5 = NO_FACTOR
    mood_var: float = 0.0
    leaning_var: float = 0.0


def _read_little(row: Numbers, side: int, quick: int, silent: float) -> _Reading:
    """A tap, or silence."""
    log_likelihood = TAPS[quick]
    if silent:
        log_likelihood = log_likelihood.copy()
        for state in (DRAWING_BACK, MILDLY_DRAWING_BACK):
            for place in range(state * KINDS, (state + 1) * KINDS):
                log_likelihood[place] = C.silence * C.silence_decay ** (silent - 1.0)
    return _Reading(log_likelihood, C.mood_persistence * row[MOOD + side])


def _read(row: Numbers, side: int, values: Sequence[float], weekend: float) -> _Reading:
    """What one person's full answers say: log-likelihood by state and kind, and what is to be learned from them."""
    spreads = _spreads(row, side)
    carried = C.mood_persistence * row[MOOD + side]
    seen = []
    of_mood = of_leaning = 1.0
    both = mood = mood_r = mood_d = mood_h = mood_g = leaning = leaning_r = leaning_d = leaning_h = leaning_g = 0.0
    for question, value, spread, asked in zip(FOUR, values, spreads, ASKED[side], strict=True):
        if isnan(value):
            continue
        level, offset, level_var, cross_var, offset_var, _, _, load, other, r, d, h, g, unique = asked
        deviation = (value - row[level] - weekend * row[offset]) / spread - load * carried
        to_level, to_offset = row[level_var] + weekend * row[cross_var], row[cross_var] + weekend * row[offset_var]
        expected_var = to_level + weekend * to_offset
        unsure = expected_var / (spread * spread)
        precision = 1.0 / (unique + unsure)
        weighed, weighed_other = load * precision, other * precision
        of_mood += load * weighed
        of_leaning += other * weighed_other
        both += load * weighed_other
        mood += weighed * deviation
        mood_r += weighed * r
        mood_d += weighed * d
        mood_h += weighed * h
        mood_g += weighed * g
        leaning += weighed_other * deviation
        leaning_r += weighed_other * r
        leaning_d += weighed_other * d
        leaning_h += weighed_other * h
        leaning_g += weighed_other * g
        seen.append((question, asked, spread, deviation, precision, unsure, expected_var, to_level, to_offset))
    determinant = of_mood * of_leaning - both * both
    mood_var, leaning_var, shared = of_leaning / determinant, of_mood / determinant, both / determinant
    mood, leaning = mood_var * mood - shared * leaning, leaning_var * leaning - shared * mood
    mood_r, leaning_r = mood_var * mood_r - shared * leaning_r, leaning_var * leaning_r - shared * mood_r
    mood_d, leaning_d = mood_var * mood_d - shared * leaning_d, leaning_var * leaning_d - shared * mood_d
    mood_h, leaning_h = mood_var * mood_h - shared * leaning_h, leaning_var * leaning_h - shared * mood_h
    mood_g, leaning_g = mood_var * mood_g - shared * leaning_g, leaning_var * leaning_g - shared * mood_g
    left = [NOTHING_LEFT] * 4
    for question, asked, _, deviation, precision, _, _, _, _ in seen:
        _, _, _, _, _, _, _, load, other, r, d, h, g, _ = asked
        scale = sqrt(precision / C.tail)
        left[question] = _over_states(
            (deviation - load * mood - other * leaning) * scale,
            (r - load * mood_r - other * leaning_r) * scale,
            (d - load * mood_d - other * leaning_d) * scale,
            (h - load * mood_h - other * leaning_h) * scale,
            (g - load * mood_g - other * leaning_g) * scale,
        )
    trust = min((1.0 + row[WEIGHT + 2 * FELT + side]) / C.trusted_after, 1.0) ** C.trust_power
    of_tails, of_factors = trust * OF_TAILS, trust * OF_FACTORS
    log_likelihood = [
        of_tails * log((1.0 + w * w) * (1.0 + x * x) * (1.0 + y * y) * (1.0 + z * z)) + of_factors * (m * m + n * n)
        for w, x, y, z, m, n in zip(
            *left,
            _over_states(mood, mood_r, mood_d, mood_h, mood_g),
            _over_states(leaning, leaning_r, leaning_d, leaning_h, leaning_g),
            strict=True,
        )
    ]
    return _Reading(
        log_likelihood,
        carried,
        seen,
        (mood, mood_r, mood_d, mood_h, mood_g),
        (leaning, leaning_r, leaning_d, leaning_h, leaning_g),
        mood_var,
        leaning_var,
    )


def _over_states(usual: float, to_reach: float, to_draw_back: float, to_hard: float, to_good: float) -> Row15:
    """The first less what each own state and kind of day takes of the others."""
    r, d, mild_r, mild_d = usual - to_reach, usual - to_draw_back, usual - MILD * to_reach, usual - MILD * to_draw_back
    return (
        usual,
        usual - to_hard,
        usual - to_good,
        r,
        r - to_hard,
        r - to_good,
        d,
        d - to_hard,
        d - to_good,
        mild_r,
        mild_r - to_hard,
        mild_r - to_good,
        mild_d,
        mild_d - to_hard,
        mild_d - to_good,
    )


def _spreads(row: Numbers, side: int) -> Numbers:
    """The own spread of each question in points."""
    squares, weights = row[SQUARES + side : WEIGHT : 2], row[WEIGHT + side : MOOD : 2]
    pooled = C.prior_spread_weight * ((PRIOR_SQUARES + sum(squares)) / (C.pooled_spread_weight + sum(weights)))
    own = [sqrt((pooled + square) / (C.prior_spread_weight + weight)) for square, weight in zip(squares, weights, strict=True)]
    return [one if one > LEAST_SPREAD else LEAST_SPREAD for one in own]


def _weigh(row: Numbers, of_a: Numbers, of_b: Numbers) -> Numbers:
    """The cells after today's answers."""
    o, h, g = row[0:CELLS_SIZE:KINDS], row[1:CELLS_SIZE:KINDS], row[2:CELLS_SIZE:KINDS]
    moved = (
        [x * STAYS_ORDINARY + y * HARD_ENDS + z * GOOD_ENDS for x, y, z in zip(o, h, g, strict=True)],
        [x * TO_HARD + y * STAYS_HARD for x, y in zip(o, h, strict=True)],
        [x * TO_GOOD + z * STAYS_GOOD for x, z in zip(o, g, strict=True)],
    )
    ahead = zip(*map(_move, moved), strict=True)
    most_a, most_b = max(of_a), max(of_b)
    like_a, like_b = of_cells_a([exp(one - most_a) for one in of_a]), of_cells_b([exp(one - most_b) for one in of_b])
    joint = list(map(mul, chain.from_iterable(ahead), map(mul, like_a, like_b)))
    share = 1.0 / fsum(joint)
    return [one * share for one in joint]


def _move(cells: Sequence[float]) -> Sequence[float]:
    """One step of the couple's chain for one kind of day, move by move; what comes from a pair is added up before the rest."""
    calm, near, apart, reach, reach_b, away, away_b, pair, pair_b, young, young_b, fade, fade_b = cells
    one_reaches, one_away = calm * ONE_BEGINS + near * NEAR_LOOSENS, calm * ONE_BEGINS + apart * APART_LOOSENS
    begins = calm * PAIR_BEGINS
    return (
        calm * CALM_STAYS
        + near * NEAR_ENDS
        + apart * APART_ENDS
        + (reach + reach_b) * ONE_ENDS
        + (away + away_b) * AWAY_ENDS
        + (pair + pair_b) * PAIR_ENDS
        + (young + young_b) * YOUNG_ENDS
        + (fade + fade_b) * FADE_ENDS,
        calm * NEAR_BEGINS + near * NEAR_STAYS + (reach + reach_b) * ONE_JOINED,
        calm * APART_BEGINS + apart * APART_STAYS + (away + away_b) * AWAY_JOINED,
        one_reaches + reach * ONE_STAYS + pair * PAIR_LOOSENS,
        one_reaches + reach_b * ONE_STAYS + pair_b * PAIR_LOOSENS,
        one_away + away * AWAY_STAYS + pair_b * PAIR_LOOSENS_AWAY,
        one_away + away_b * AWAY_STAYS + pair * PAIR_LOOSENS_AWAY,
        pair * PAIR_STAYS + pair_b * PAIR_TURNS + young * PAIR_SETTLES,
        pair_b * PAIR_STAYS + pair * PAIR_TURNS + young_b * PAIR_SETTLES,
        begins + young * YOUNG_STAYS + reach * ONE_ANSWERED + away_b * AWAY_ANSWERED,
        begins + young_b * YOUNG_STAYS + reach_b * ONE_ANSWERED + away * AWAY_ANSWERED,
        fade * FADE_STAYS + pair * PAIR_FADES,
        fade_b * FADE_STAYS + pair_b * PAIR_FADES,
    )


def _own_shares(o: Numbers, h: Numbers, g: Numbers, side: int) -> tuple[Row3, Row3, float, float]:
    """The probabilities that one person reaches and draws back, by kind of day; mild forms by their share, and beside them alone."""
    (r1, r2, r3), (d1, d2, d3), (s1, s2), (t1, t2) = CELLS_OF[side]
    mild_o, mild_h, mild_g = MILD * (o[s1] + o[s2]), MILD * (h[s1] + h[s2]), MILD * (g[s1] + g[s2])
    away_o, away_h, away_g = MILD * (o[t1] + o[t2]), MILD * (h[t1] + h[t2]), MILD * (g[t1] + g[t2])
    return (
        (o[r1] + o[r2] + o[r3] + mild_o, h[r1] + h[r2] + h[r3] + mild_h, g[r1] + g[r2] + g[r3] + mild_g),
        (o[d1] + o[d2] + o[d3] + away_o, h[d1] + h[d2] + h[d3] + away_h, g[d1] + g[d2] + g[d3] + away_g),
        mild_o + mild_h + mild_g,
        away_o + away_h + away_g,
    )


def _learn(row: Numbers, side: int, reading: _Reading, shares: Shares, taken_out: float) -> None:
    """What is usual for one person after the day, and the mood it leaves."""
    (reach, reach_hard, reach_good), (draw, draw_hard, draw_good), mildly_reach, mildly_draw, hard, good = shares
    reach, draw = reach + reach_hard + reach_good, draw + draw_hard + draw_good
    reach_squared, draw_squared = reach - (1.0 - MILD) * mildly_reach, draw - (1.0 - MILD) * mildly_draw
    mood_var, leaning_var = reading.mood_var, reading.leaning_var
    mood, leaning = (
        usual - (reach * of_reach + draw * of_draw + hard * of_hard + good * of_good)
        for usual, of_reach, of_draw, of_hard, of_good in (reading.mood, reading.leaning)
    )
    row[MOOD + side] += mood
    for question, asked, spread, deviation, _, unsure, expected_var, to_level, to_offset in reading.seen:
        level, offset, level_var, cross_var, offset_var, squares, weight, load, other, r, d, h, g, unique = asked
        rr, dd, hh, gg, rh, rg, dh, dg = SECOND_MOMENTS[question]
        shift = reach * r + draw * d + hard * h + good * g
        second = reach_squared * rr + draw_squared * dd + hard * hh + good * gg
        second += reach_hard * rh + reach_good * rg + draw_hard * dh + draw_good * dg
        shift_var = max(second - shift * shift, 0.0)
        square = spread * spread
        residual = deviation - taken_out * shift - load * mood - other * leaning
        residual = (CLIP if residual > CLIP else -CLIP if residual < -CLIP else residual) * spread
        total = expected_var + (unique + load * load * mood_var + other * other * leaning_var) * square
        gain_level, gain_offset = to_level / total, to_offset / total
        row[level] += gain_level * residual
        row[offset] += gain_offset * residual
        left_var = (row[level_var] - gain_level * to_level + gain_level * gain_level * shift_var * square) / C.forgetting
        most = MOST_VAR[question]
        row[level_var] = most if left_var > most else left_var
        row[cross_var] -= gain_level * to_offset
        row[offset_var] -= gain_offset * to_offset
        surprise = deviation - shift
        surprise = CLIP if surprise > CLIP else -CLIP if surprise < -CLIP else surprise
        row[squares] = C.forgetting * row[squares] + surprise * surprise / (1.0 + shift_var + unsure) * square
        row[weight] = C.forgetting * row[weight] + 1.0


def _say(row: Numbers, a: float, b: float, apart: float) -> Said:
    """The day's output, and the alert into the row."""
    either = a + b
    bounded = min(max(either, TINY), 1.0 - TINY)
    calibrated = 1.0 / (1.0 + exp(-(C.intercept + C.slope * (log(bounded) - log1p(-bounded)))))
    enough = min(row[ANSWERS], row[ANSWERS + 1]) >= ENOUGH_ANSWERS
    said = PRIOR_EITHER + (1.0 if enough else EARLY_WEIGHT) * (calibrated - PRIOR_EITHER)
    p_a, p_b = said * (a / either), said * (b / either)
    p_apart = (1.0 - said) * (apart / max(1.0 - either, TINY))
    highest = max(p_a, p_b)
    silent_a, silent_b = row[SILENT_DAYS : SILENT_DAYS + 2]
    longest = max(silent_a, silent_b)
    heard = min(silent_a, silent_b) == 0.0 and longest <= SILENT_DAYS_AT_MOST
    added = C.silence * (1.0 - C.silence_decay**longest) / (1.0 - C.silence_decay)
    opens = heard and highest * exp(-C.slope * added) * (1.0 - ALERT_ON) >= ALERT_ON * (1.0 - highest)
    alert = enough and (opens or (row[ALERT] > 0 and highest >= ALERT_OFF))
    row[ALERT] = float(alert)
    return p_a, p_b, p_apart, max(1.0 - (p_a + p_b) - p_apart, 0.0), enough, alert
