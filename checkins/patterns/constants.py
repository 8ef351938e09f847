"""Every number the model assumes, in one place, with its unit and where it comes from.

Nothing here was measured on people: no public diary asks these questions of both partners. The numbers began as priors of
plausible size and were then moved, by random search and rounding, to where the detector did best on the simulated couples
of `simulate.py`; around them the result is flat. The constants of the calibration are fitted by `fit.py` and live in
`calibration.py`. Shifts are in own spreads, rates are per day. A change here is a new `MODEL_VERSION`.
"""

from dataclasses import dataclass

import numpy as np

from checkins.patterns.answers import Floats

MODEL_VERSION = 1
SET_ON = "2026-11-21"

# Own baseline, in points of the 0-10 scale, by question: felt, wanted, room, tension.
PRIOR_LEVEL = np.array([6.3, 6.2, 3.6, 2.4])
PRIOR_LEVEL_SD = np.array([1.3, 1.3, 1.4, 1.2])
PRIOR_SPREAD = 1.15
PRIOR_SPREAD_WEIGHT = 20.0  # answers that the prior spread of a question counts for
POOLED_SPREAD_WEIGHT = 8.0  # answers that it counts for in the spread of all questions of one person
LEAST_SPREAD = 0.4  # rounding alone gives about .3
WEEKEND_SD = 0.3  # of the own spread
FORGETTING = 0.985  # per answer
CLIP = 3.0  # own spreads; a further residual teaches no more than this

# Persons: usual, reaching, drawing back. Mean shift by question in own spreads.
USUAL, REACHING, DRAWING_BACK = range(3)
SHIFTS = np.array(
    [
        [0.0, 0.0, 0.0, 0.0],
        [-1.3, 1.65, -0.25, 0.5],
        [-0.45, -1.0, 1.5, 0.45],
    ]
)
# The kind of day both share: ordinary, hard, good.
KIND_SHIFTS = np.array(
    [
        [0.0, 0.0, 0.0, 0.0],
        [-0.8, 0.15, 0.7, 1.1],
        [0.15, 0.4, -0.3, -0.2],
    ]
)
KIND_CHAIN = np.array(
    [
        [0.91, 0.05, 0.04],
        [0.45, 0.54, 0.01],
        [0.25, 0.01, 0.74],
    ]
)

# One mood of the day per person: its loadings by question (own spreads), and how much of it is left the next day.
MOOD_LOADING = np.array([0.30, 0.10, -0.20, -0.35])
MOOD_PERSISTENCE = 0.5

TAIL = 16.0  # degrees of freedom of the Student-like tails
TEMPER = 0.8  # answers of one day, and of one day after the other, are less independent than the model says

TRUSTED_AFTER = 4.5  # full answers of a person; until then they are read with less weight

# Silence: log-odds of drawing back against usual on the first silent day, halved on each further one.
SILENCE = 0.4
SILENCE_DECAY = 0.5

# Quick answers: said when the contrast of closeness wanted and room wanted passes this, or by slip of the thumb.
QUICK_THRESHOLD = 1.0
QUICK_SLIP = 0.06


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Rates per day at which a couple's cell changes; "one" is a move of one side alone, "pair" the pattern."""

    one_begins: float = 0.003
    pair_begins: float = 0.003
    both_begin: float = 0.0015
    one_answered: float = 0.45
    one_joined: float = 0.02
    one_ends: float = 0.2
    pair_ends: float = 0.22
    pair_loosens: float = 0.035
    pair_turns: float = 0.008
    both_end: float = 0.28
    both_loosen: float = 0.03


RATES = Rates()


def cell(state_a: int, state_b: int) -> int:
    """The index of a couple cell: 3 x the state of a plus the state of b."""
    return 3 * state_a + state_b


def couple_chain(rates: Rates = RATES) -> Floats:
    """The chain of the nine couple cells [from, to], rows summing to 1, mirror-symmetric to the last bit.

    The coupling is here: a one-sided move is answered by the opposite move at `one_answered` a day.
    """
    chain = np.zeros((9, 9))
    moves = [(REACHING, DRAWING_BACK), (DRAWING_BACK, REACHING)]
    for own, opposite in moves:
        one, pair, both = (own, USUAL), (own, opposite), (own, own)
        _set(chain, (USUAL, USUAL), one, rates.one_begins)
        _set(chain, (USUAL, USUAL), pair, rates.pair_begins)
        _set(chain, (USUAL, USUAL), both, rates.both_begin)
        _set(chain, one, pair, rates.one_answered)
        _set(chain, one, both, rates.one_joined)
        _set(chain, one, (USUAL, USUAL), rates.one_ends)
        _set(chain, pair, (USUAL, USUAL), rates.pair_ends)
        _set(chain, pair, one, rates.pair_loosens)
        _set(chain, pair, (USUAL, opposite), rates.pair_loosens)
        _set(chain, pair, (opposite, own), rates.pair_turns)
        _set(chain, both, (USUAL, USUAL), rates.both_end)
        _set(chain, both, one, rates.both_loosen)
    for index in range(9):
        # Leaving rates are summed in mirror pairs, so that the chance to stay is the same number on both sides.
        row = [chain[index, diagonal] for diagonal in (0, 4, 8)]
        row += [chain[index, one] + chain[index, other] for one, other in ((1, 3), (2, 6), (5, 7))]
        chain[index, index] = 1.0 - sum(row)
    return chain


def _set(chain: Floats, old: tuple[int, int], new: tuple[int, int], rate: float) -> None:
    """Writes one move and its mirror."""
    chain[cell(*old), cell(*new)] = rate
    chain[cell(old[1], old[0]), cell(new[1], new[0])] = rate
