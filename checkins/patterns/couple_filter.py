"""The couple filter: a hidden Markov model, forward recursion only.

Hidden, per couple and day: one of thirteen cells (the own states of both, `model.CELL_STATES`) times the kind of day both
share. Arrays lead with the cell: [13, 3, C]. One step is Rabiner 1989, equations 19-20, normalised each day.

Swapping the partners must swap the result to the last bit, and floating-point addition depends on its order, so sums over
cells that are their own mirror add mirror pairs first, both cells of a pair are worked out as one, and all goes in one fixed order;
nothing here goes through BLAS or a reduction whose order might depend on the number of couples.
"""

import numpy as np

from checkins.patterns.answers import Floats
from checkins.patterns.model import (
    A_REACHES,
    A_REACHES_YOUNG,
    CELL_STATES,
    CELLS,
    KINDS,
    MIRROR,
    MIRROR_PAIRS,
    OWN_MIRRORS,
    STATES,
    CoupleMoves,
    KindMoves,
    Model,
)

PAIRS = len(MIRROR_PAIRS)
FIRST_OF_PAIRS, SECOND_OF_PAIRS = slice(OWN_MIRRORS, CELLS, 2), slice(OWN_MIRRORS + 1, CELLS, 2)
STATES_OF_A, STATES_OF_B = np.array(CELL_STATES).T
# The cells in which each side is in a state; those of b in mirrored order, so that both sums are made alike.
CELLS_OF_A = [[cell for cell, (of_a, _) in enumerate(CELL_STATES) if of_a == state] for state in range(STATES)]
CELLS_OF_B = [[MIRROR[cell] for cell in cells] for cells in CELLS_OF_A]


def initial_cells(model: Model, count: int) -> Floats:
    """The probabilities [13, 3, count] before any answer: the chain's long-run distribution."""
    cells: Floats = np.zeros((CELLS, KINDS, 1))
    cells[0, 0] = 1.0
    for _ in range(200):
        cells = predict(cells, model.couple_moves, model.kind_moves)
        cells /= cell_total(cells)
    return np.repeat(cells, count, axis=2)


def predict(cells: Floats, couple_moves: CoupleMoves, kind_moves: KindMoves) -> Floats:
    """Probabilities of today's cells [13, 3, C] from yesterday's, move by move: most moves never happen."""
    moved = np.empty((CELLS + PAIRS, *cells.shape[1:]), cells.dtype)
    flow = np.empty_like(cells[:, 0])
    for kind, moves in enumerate(kind_moves):
        into = moved[:CELLS, kind]
        for number, (old, rate) in enumerate(moves):
            np.multiply(cells[:, old], rate, out=flow if number else into)
            if number:
                into += flow
    np.add(moved[FIRST_OF_PAIRS], moved[SECOND_OF_PAIRS], out=moved[CELLS:])
    ahead: Floats = moved[:CELLS] * couple_moves.stays
    for to, out_of, rate in couple_moves.others:
        into = ahead[to]
        into += moved[out_of] * rate
    return ahead


def update(predicted: Floats, log_likelihood: Floats) -> Floats:
    """Probabilities after today's answers [13, 3, C].

    `log_likelihood` [5 states, 3 kinds, 2 sides, C] is each person's own: given cell and kind the two answer apart. It may be
    tempered and need not be normalised.
    """
    likelihood = log_likelihood - log_likelihood.max(axis=(0, 1))
    np.exp(likelihood, out=likelihood)
    joint: Floats = likelihood[STATES_OF_A, :, 0] * likelihood[STATES_OF_B, :, 1]
    joint *= predicted
    joint /= cell_total(joint)
    return joint


def cell_total(cells: Floats) -> Floats:
    """The sum over cells and kinds [C], mirror pairs first."""
    rows = [*cells[:OWN_MIRRORS], *(cells[FIRST_OF_PAIRS] + cells[SECOND_OF_PAIRS])]
    per_kind = rows[0] + rows[1]
    for row in rows[2:]:
        per_kind += row
    total: Floats = per_kind[0] + per_kind[1] + per_kind[2]
    return total


def person_weights(cells: Floats) -> Floats:
    """The probability of each own state and kind of day [5 states, 3 kinds, 2 sides, C]."""
    weights = np.empty((STATES, KINDS, 2, cells.shape[2]), cells.dtype)
    for side, cells_of in enumerate((CELLS_OF_A, CELLS_OF_B)):
        for state, (first, second, *others) in enumerate(cells_of):
            total = weights[state, :, side]
            np.add(cells[first], cells[second], out=total)
            for cell in others:
                total += cells[cell]
    return weights


def over_kinds(cells: Floats, index: int) -> Floats:
    """The probability of one cell [C], whatever the kind of day."""
    row: Floats = cells[index, 0] + cells[index, 1] + cells[index, 2]
    return row


def pattern(cells: Floats) -> tuple[Floats, Floats]:
    """The probabilities [C] that a reaches while b draws back, and the mirror, young episodes included."""
    # The cells of b stand right after those of a.
    both = cells[A_REACHES : A_REACHES + 2] + cells[A_REACHES_YOUNG : A_REACHES_YOUNG + 2]
    a, b = both[:, 0] + both[:, 1] + both[:, 2]
    return a, b
