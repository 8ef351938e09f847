"""The couple filter: a hidden Markov model, forward recursion only.

Hidden, per couple and day: one of thirteen cells (the own states of both, `model.CELL_STATES`) times the kind of day both
share. Arrays lead with the cell: [13, 3, C]. One step is Rabiner 1989, equations 19-20, normalised each day.

Swapping the partners must swap the result to the last bit, and floating-point addition depends on its order, so every
sum over cells adds mirror pairs first and the pairs in one fixed order; nothing here goes through BLAS or a reduction
whose order might depend on the number of couples.
"""

import numpy as np

from checkins.patterns.answers import Floats
from checkins.patterns.model import (
    A_REACHES,
    A_REACHES_YOUNG,
    B_REACHES,
    B_REACHES_YOUNG,
    CELL_STATES,
    CELLS,
    KINDS,
    MIRROR,
    MIRROR_PAIRS,
    OWN_MIRRORS,
    STATES,
    Model,
    Moves,
)

STATES_OF_A = np.array([of_a for of_a, _ in CELL_STATES])
STATES_OF_B = np.array([of_b for _, of_b in CELL_STATES])


def initial_cells(model: Model, count: int) -> Floats:
    """The probabilities [13, 3, count] before any answer: the chain's long-run distribution."""
    cells: Floats = np.zeros((CELLS, KINDS, 1))
    cells[0, 0] = 1.0
    for _ in range(200):
        cells = predict(cells, model.couple_moves, model.kind_moves)
        cells = cells / cell_total(cells)
    return np.repeat(cells, count, axis=2)


def predict(cells: Floats, couple_moves: Moves, kind_moves: Moves) -> Floats:
    """Probabilities of today's cells [13, 3, C] from yesterday's, cell by cell: most moves never happen."""
    moved, ahead = np.empty_like(cells), np.empty_like(cells)
    for kind, moves in enumerate(kind_moves):
        moved[:, kind] = _flow(cells.swapaxes(0, 1), moves)
    for cell, moves in enumerate(couple_moves):
        ahead[cell] = _flow(moved, moves)
    return ahead


def _flow(before: Floats, moves: tuple[tuple[tuple[int, float], ...], ...]) -> Floats | float:
    """What arrives from `before` [n, ...] by these moves; the two of a pair are added to each other first."""
    total: Floats | float = 0.0
    for number, term in enumerate(moves):
        flow = before[term[0][0]] * term[0][1]
        for index, rate in term[1:]:
            flow += before[index] * rate
        total = np.add(total, flow, out=flow) if number else flow
    return total


def update(predicted: Floats, log_likelihood: Floats) -> tuple[Floats, Floats]:
    """Probabilities after today's answers [13, 3, C], and the log of the normaliser [C].

    `log_likelihood` [13, 3, C] may be tempered and need not be normalised.
    """
    peak = log_likelihood.max(axis=(0, 1))
    joint = predicted * np.exp(log_likelihood - peak)
    total = cell_total(joint)
    return joint / total, np.log(total) + peak


def cell_total(cells: Floats) -> Floats:
    """The sum over cells and kinds [C], mirror pairs first."""
    per_kind: Floats = cells[0]
    for index in range(1, OWN_MIRRORS):
        per_kind = per_kind + cells[index]
    for one, other in MIRROR_PAIRS:
        per_kind = per_kind + (cells[one] + cells[other])
    total: Floats = per_kind[0] + per_kind[1] + per_kind[2]
    return total


def joint_log_likelihood(by_person: Floats) -> Floats:
    """[13, 3, C] from each person's own [5 states, 3 kinds, 2 sides, C]: given cell and kind the two answer apart."""
    joint: Floats = by_person[STATES_OF_A, :, 0] + by_person[STATES_OF_B, :, 1]
    return joint


def person_weights(cells: Floats) -> Floats:
    """The probability of each own state and kind of day [5 states, 3 kinds, 2 sides, C]."""
    weights = np.zeros((STATES, KINDS, 2, cells.shape[2]), cells.dtype)
    for index, (state, _) in enumerate(CELL_STATES):
        # The cells of b are read in mirrored order, so that both sums are made alike.
        weights[state, :, 0] += cells[index]
        weights[state, :, 1] += cells[MIRROR[index]]
    return weights


def over_kinds(cells: Floats, index: int) -> Floats:
    """The probability of one cell [C], whatever the kind of day."""
    row: Floats = cells[index, 0] + cells[index, 1] + cells[index, 2]
    return row


def pattern(cells: Floats) -> tuple[Floats, Floats]:
    """The probabilities [C] that a reaches while b draws back, and the mirror, young episodes included."""
    return (
        over_kinds(cells, A_REACHES) + over_kinds(cells, A_REACHES_YOUNG),
        over_kinds(cells, B_REACHES) + over_kinds(cells, B_REACHES_YOUNG),
    )
