"""The couple filter: a hidden Markov model, forward recursion only.

Hidden, per couple and day: one of nine cells (each person usual, reaching or drawing back) times the kind of day both
share. Arrays lead with the cell: [9, 3, C]. One step is Rabiner 1989, equations 19-20, normalised each day.

Swapping the partners must swap the result to the last bit, and floating-point addition depends on its order, so every
sum over cells adds mirror pairs first and the pairs in one fixed order; nothing here goes through BLAS or a reduction
whose order might depend on the number of couples.
"""

import numpy as np

from checkins.patterns import constants as c
from checkins.patterns.answers import Floats

CELLS = 9
KINDS = 3
DIAGONAL = (0, 4, 8)
MIRROR_PAIRS = ((1, 3), (2, 6), (5, 7))
A_REACHES = c.cell(c.REACHING, c.DRAWING_BACK)
B_REACHES = c.cell(c.DRAWING_BACK, c.REACHING)
BOTH_APART = c.cell(c.DRAWING_BACK, c.DRAWING_BACK)

COUPLE_CHAIN = c.couple_chain()


def initial_cells(count: int) -> Floats:
    """The probabilities [9, 3, count] before any answer: the chain's long-run distribution."""
    cells: Floats = np.zeros((CELLS, KINDS, 1))
    cells[0, 0] = 1.0
    for _ in range(200):
        cells = predict(cells)
        cells = cells / cell_total(cells)
    return np.repeat(cells, count, axis=2)


def predict(cells: Floats, couple_chain: Floats = COUPLE_CHAIN, kind_chain: Floats = c.KIND_CHAIN) -> Floats:
    """Probabilities of today's cells [9, 3, C] from yesterday's."""
    moved: Floats = cells[:, 0, None] * kind_chain[0, :, None]
    for kind in range(1, KINDS):
        moved = moved + cells[:, kind, None] * kind_chain[kind, :, None]
    flow = couple_chain[:, :, None, None]
    ahead: Floats = flow[0] * moved[0]
    for index in DIAGONAL[1:]:
        ahead = ahead + flow[index] * moved[index]
    for one, other in MIRROR_PAIRS:
        ahead = ahead + (flow[one] * moved[one] + flow[other] * moved[other])
    return ahead


def update(predicted: Floats, log_likelihood: Floats) -> tuple[Floats, Floats]:
    """Probabilities after today's answers [9, 3, C], and the log of the normaliser [C].

    `log_likelihood` [9, 3, C] may be tempered and need not be normalised.
    """
    peak = log_likelihood.max(axis=(0, 1))
    joint = predicted * np.exp(log_likelihood - peak)
    total = cell_total(joint)
    return joint / total, np.log(total) + peak


def cell_total(cells: Floats) -> Floats:
    """The sum over cells and kinds [C], mirror pairs first."""
    per_kind: Floats = cells[0] + cells[4] + cells[8]
    for one, other in MIRROR_PAIRS:
        per_kind = per_kind + (cells[one] + cells[other])
    total: Floats = per_kind[0] + per_kind[1] + per_kind[2]
    return total


def joint_log_likelihood(by_person: Floats) -> Floats:
    """[9, 3, C] from each person's own [3 states, 3 kinds, 2 sides, C]: given cell and kind the two answer apart."""
    of_a, of_b = by_person[:, None, :, 0], by_person[None, :, :, 1]
    joint: Floats = (of_a + of_b).reshape(CELLS, KINDS, -1)
    return joint


def person_weights(cells: Floats) -> Floats:
    """The probability of each own state and kind of day [3 states, 3 kinds, 2 sides, C]."""
    grid = cells.reshape(3, 3, KINDS, -1)
    of_a = grid[:, 0] + grid[:, 1] + grid[:, 2]
    of_b = grid[0] + grid[1] + grid[2]
    return np.stack([of_a, of_b], axis=2)


def over_kinds(cells: Floats, index: int) -> Floats:
    """The probability of one cell [C], whatever the kind of day."""
    row: Floats = cells[index, 0] + cells[index, 1] + cells[index, 2]
    return row
