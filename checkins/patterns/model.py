"""The constants as the tables that a day needs, worked out once.

Own states: usual, reaching, drawing back, and the mild forms of the last two in which an episode begins and fades. Couple
cells are pairs of own states, ordered so that partners exchanged are cells exchanged: first those that are their own
mirror, then mirror pairs side by side. An episode that is young counts as the pattern, one that fades no longer does.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from checkins.patterns.answers import QUESTIONS, ROOM, WANTED, Floats, Quick
from checkins.patterns.constants import CONSTANTS, Constants

STATES = 5
USUAL, REACHING, DRAWING_BACK, MILDLY_REACHING, MILDLY_DRAWING_BACK = range(STATES)
KINDS = 3
ORDINARY, HARD, GOOD = range(KINDS)
# What moves the answers of a day: each own state and kind of day is a share of some of these, and shares add up.
DIRECTIONS = 4
TO_REACH, TO_DRAW_BACK, TO_HARD, TO_GOOD = range(DIRECTIONS)
# The ways in which the answers of one person and day vary together: a mood and a leaning.
FACTORS = 2
MOOD, LEANING = range(FACTORS)

# For each kind of day the kinds that lead into it, with their rates.
KindMoves = tuple[tuple[tuple[int, float], ...], ...]

CELL_STATES = (
    (USUAL, USUAL),
    (REACHING, REACHING),
    (DRAWING_BACK, DRAWING_BACK),
    (REACHING, USUAL),
    (USUAL, REACHING),
    (DRAWING_BACK, USUAL),
    (USUAL, DRAWING_BACK),
    (REACHING, DRAWING_BACK),
    (DRAWING_BACK, REACHING),
    (MILDLY_REACHING, MILDLY_DRAWING_BACK),
    (MILDLY_DRAWING_BACK, MILDLY_REACHING),
    (MILDLY_REACHING, MILDLY_DRAWING_BACK),
    (MILDLY_DRAWING_BACK, MILDLY_REACHING),
)
CELLS = len(CELL_STATES)
OWN_MIRRORS = 3  # the first cells, unchanged when the partners are exchanged
MIRROR = (*range(OWN_MIRRORS), *(at for one in range(OWN_MIRRORS, CELLS, 2) for at in (one + 1, one)))
MIRROR_PAIRS = tuple((index, index + 1) for index in range(OWN_MIRRORS, CELLS, 2))

(
    CALM,
    BOTH_REACH,
    BOTH_APART,
    ONE_REACHES,
    _,
    ONE_DRAWS_BACK,
    _,
    A_REACHES,
    B_REACHES,
    A_REACHES_YOUNG,
    B_REACHES_YOUNG,
    A_FADES,
    B_FADES,
) = range(CELLS)


@dataclass(frozen=True)
class CoupleMoves:
    """The chain of the couple cells without the moves that never happen, each move and its mirror as one.

    `stays` [13, 1, 1]: the chance to stay. `others`: into which cells (one, or both of a pair), out of which rows (one, a pair,
    a pair exchanged, or the sum of a pair: rows from 13 on, in the order of `MIRROR_PAIRS`), at which rate.
    """

    stays: Floats
    others: tuple[tuple[slice, slice, float], ...]


@dataclass(frozen=True)
class Model:
    """`shifts` [4, 4, 1, 1]: the full shift by direction and question, ready to broadcast over sides and couples.

    `loads` [2, 4, 1, 1]: loadings of mood and leaning, `loads_squared` their squares; `unique_var` [4, 1, 1]: the variance that
    is a question's own (squared own spreads). `second_moments` [8, 4, 1, 1]: what of the squared shift goes with the
    shares that `detector.expected_shift` makes. `couple_chain` [13, 13] and `kind_chain` [3, 3]: probabilities from a row to a column, per day;
    `couple_moves` and `kind_moves` are the same without the moves that never happen. `tap_table` [5, 3, 4]: log P(one-tap answer | state, kind).
    """

    constants: Constants
    shifts: Floats
    loads: Floats
    loads_squared: Floats
    unique_var: Floats
    second_moments: Floats
    couple_chain: Floats
    kind_chain: Floats
    couple_moves: CoupleMoves
    kind_moves: KindMoves
    tap_table: Floats


def build(c: Constants, bits: type[np.floating[Any]] = np.float64) -> Model:
    """The tables of these constants, in numbers of so many bits."""
    shifts = np.array([c.reaching, c.drawing_back, c.hard_day, c.good_day])
    loads = np.array([c.mood, c.leaning])
    pairs = [2.0 * shifts[own] * shifts[kind] for own in (TO_REACH, TO_DRAW_BACK) for kind in (TO_HARD, TO_GOOD)]
    kind_chain = np.array(
        [
            [1.0 - c.hard_begins - c.good_begins, c.hard_begins, c.good_begins],
            [c.hard_ends, 1.0 - c.hard_ends, 0.0],
            [c.good_ends, 0.0, 1.0 - c.good_ends],
        ]
    )
    chain = couple_chain(c)
    return Model(
        constants=c,
        shifts=shifts[..., None, None].astype(bits),
        loads=loads[..., None, None].astype(bits),
        loads_squared=(loads**2)[..., None, None].astype(bits),
        # However much the answers of a day vary together, each keeps some variance of its own.
        unique_var=np.maximum(1.0 - (loads**2).sum(axis=0), 0.2)[:, None, None].astype(bits),
        second_moments=np.stack([*shifts**2, *pairs])[..., None, None].astype(bits),
        couple_chain=chain,
        kind_chain=kind_chain,
        couple_moves=couple_moves(chain, bits),
        kind_moves=kind_moves(kind_chain),
        tap_table=_tap_table(c).astype(bits),
    )


def mean_shifts(c: Constants) -> Floats:
    """The mean shift [5 states, 3 kinds, 4 questions], in own spreads."""
    reaching, drawing_back = np.array(c.reaching), np.array(c.drawing_back)
    own = np.stack([np.zeros(len(QUESTIONS)), reaching, drawing_back, c.mild * reaching, c.mild * drawing_back])
    kinds = np.array([[0.0] * len(QUESTIONS), c.hard_day, c.good_day])
    return np.asarray(own[:, None] + kinds[None])


def kind_moves(chain: Floats) -> KindMoves:
    """For each column of a chain the rows that lead to it, with their rates."""
    return tuple(tuple((index, rate) for index, rate in enumerate(column) if rate) for column in chain.T.tolist())


def couple_moves(chain: Floats, bits: type[np.floating[Any]] = np.float64) -> CoupleMoves:
    """The moves of a chain [13, 13] that is its own mirror."""
    others = []
    for into in range(OWN_MIRRORS):
        others += [(_rows(into), _rows(old), chain[old, into]) for old in range(OWN_MIRRORS) if old != into]
        others += [(_rows(into), _rows(CELLS + place), chain[one, into]) for place, (one, _) in enumerate(MIRROR_PAIRS)]
    for into, _ in MIRROR_PAIRS:
        both = _rows(into, into + 1)
        others += [(both, _rows(old), chain[old, into]) for old in range(OWN_MIRRORS)]
        others += [(both, _rows(one, other), chain[one, into]) for one, other in MIRROR_PAIRS if one != into]
        others += [(both, _rows(other, one), chain[other, into]) for one, other in MIRROR_PAIRS]
    stays = np.diag(chain)[:, None, None].astype(bits)
    return CoupleMoves(stays, tuple((into, old, float(rate)) for into, old, rate in others if rate))


def _rows(first: int, last: int | None = None) -> slice:
    """One row, or two beside each other in either order."""
    last = first if last is None else last
    return slice(first, last + 1) if last >= first else slice(first, last - 1, -1)


def couple_chain(c: Constants) -> Floats:
    """The chain of the couple cells [from, to], rows summing to 1, mirror-symmetric to the last bit.

    The coupling is here: a one-sided move is answered by the opposite move at `one_answered` a day. An episode is young
    before it settles, so that its length is a sum of two waits (a semi-Markov length in two phases) rather than one, and
    may fade before all is usual again.
    """
    chain = np.zeros((CELLS, CELLS))
    _set(chain, CALM, A_REACHES_YOUNG, c.pair_begins)
    _set(chain, A_REACHES_YOUNG, A_REACHES, c.pair_settles)
    _set(chain, A_REACHES_YOUNG, CALM, c.young_ends)
    _set(chain, A_REACHES, CALM, c.pair_ends)
    _set(chain, A_REACHES, A_FADES, c.pair_fades)
    _set(chain, A_FADES, CALM, c.fade_ends)
    _set(chain, A_REACHES, B_REACHES, c.pair_turns)
    for one, both, pair in ((ONE_REACHES, BOTH_REACH, A_REACHES), (ONE_DRAWS_BACK, BOTH_APART, B_REACHES)):
        young = A_REACHES_YOUNG if pair == A_REACHES else B_REACHES_YOUNG
        _set(chain, CALM, one, c.one_begins)
        _set(chain, CALM, both, c.both_begin)
        _set(chain, one, young, c.one_answered)
        _set(chain, one, both, c.one_joined)
        _set(chain, one, CALM, c.one_ends)
        _set(chain, pair, one, c.pair_loosens)
        _set(chain, both, CALM, c.both_end)
        _set(chain, both, one, c.both_loosen)
    for index in range(CELLS):
        # Leaving rates are summed in mirror pairs, so that the chance to stay is the same number on both sides.
        row = [chain[index, alone] for alone in range(OWN_MIRRORS)]
        row += [chain[index, one] + chain[index, other] for one, other in MIRROR_PAIRS]
        chain[index, index] = 1.0 - sum(row)
    if (np.diag(chain) <= 0).any():
        raise ValueError("the rates of a day leave no chance to stay")
    return chain


def _set(chain: Floats, old: int, new: int, rate: float) -> None:
    """Writes one move and its mirror."""
    chain[old, new] = rate
    chain[MIRROR[old], MIRROR[new]] = rate


def _tap_table(c: Constants) -> Floats:
    """log P(one-tap answer | state, kind) [5, 3, 4]; the column of `Quick.NONE` is 0.

    The same latent deviation as in a full answer, read coarsely: the contrast of closeness wanted and room wanted,
    standardised, beyond a line on either side; a small share of taps is a slip.
    """
    means = mean_shifts(c)
    contrast = (means[..., WANTED] - means[..., ROOM]) / math.sqrt(2.0)
    table = np.zeros((STATES, KINDS, len(Quick)))
    for index in np.ndindex(STATES, KINDS):
        closer = _normal_cdf(float(contrast[index]) - c.tap_line)
        more_room = _normal_cdf(-float(contrast[index]) - c.tap_line)
        for code, chance in ((Quick.CLOSER, closer), (Quick.MORE_ROOM, more_room), (Quick.AS_USUAL, 1 - closer - more_room)):
            table[(*index, code)] = math.log((1 - c.tap_slip) * chance + c.tap_slip / 3)
    return table


def _normal_cdf(value: float) -> float:
    return 0.5 * math.erfc(-value / math.sqrt(2.0))


MODEL = build(CONSTANTS)
# The same for couples in their days: states are of 32 bits, and twice as many numbers of 32 go through a processor.
MODEL_OF_DAYS = build(CONSTANTS, np.float32)
