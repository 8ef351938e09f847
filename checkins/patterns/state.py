"""What the detector remembers of a couple: one small fixed array of numbers, and its form as bytes.

States are kept as 32-bit floats [C, STATE_SIZE], the very numbers that a day computes with, so that packing loses nothing
and a replay from a stored day gives the numbers of an unbroken run.
"""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import NDArray

from checkins.patterns.answers import Floats
from checkins.patterns.baseline import Levels, Spreads, initial_levels, initial_spreads
from checkins.patterns.constants import MODEL_VERSION
from checkins.patterns.couple_filter import initial_cells
from checkins.patterns.model import CELLS, KINDS, MODEL, Model

States = NDArray[np.float32]

BYTES_VERSION = 1
KEPT_DAYS = 8
CELLS_SIZE = CELLS * KINDS
LEARNED_SIZE = 4 * 2
STATE_SIZE = CELLS_SIZE + (len(fields(Levels)) + len(fields(Spreads))) * LEARNED_SIZE + 3 * 2 + 2
TURNED_AT_ONCE = 400
HEADER = struct.Struct("<BHBH")
DAY_NUMBER = struct.Struct("<i")


class UnreadableStates(ValueError):
    """Stored states that this version of the model cannot continue from; rebuild them from the answers."""


@dataclass(frozen=True)
class Memory:
    """A state unfolded for computing: the last axis is the couple, the one before it the side.

    `cells` [13, 3, C] probabilities; `levels` and `spreads` arrays [4, 2, C]; `mood` [2, C] yesterday's mood in own spreads;
    `silent_days` [2, C] days in a row without an answer; `answers` [2, C] how many were given; `lately` [C] the share of
    late days in the pattern, 0-1; `alert` [C] 0 or 1.
    """

    cells: Floats
    levels: Levels
    spreads: Spreads
    mood: Floats
    silent_days: Floats
    answers: Floats
    lately: Floats
    alert: Floats


def initial_states(count: int, model: Model = MODEL) -> States:
    """The states [count, STATE_SIZE] of couples of whom nothing is known yet."""
    return fold(initial_memory(model, count))


def initial_memory(model: Model, count: int) -> Memory:
    """The same, unfolded."""
    sides = np.zeros((2, count))
    levels, spreads = initial_levels(model.constants, count), initial_spreads(count)
    return Memory(initial_cells(model, count), levels, spreads, sides, sides, sides, np.zeros(count), np.zeros(count))


def fold(memory: Memory) -> States:
    """One row per couple, in the bits that states are kept in."""
    return np.ascontiguousarray(rows_of(memory, np.float32).T)


def rows_of(memory: Memory, bits: type[np.floating[Any]] = np.float64) -> Floats:
    """All numbers of a state in their order [STATE_SIZE, C]."""
    count = len(memory.alert)
    parts = [memory.cells.reshape(-1, count)]
    for learned in (memory.levels, memory.spreads):
        parts += [getattr(learned, field.name).reshape(-1, count) for field in fields(learned)]
    parts += [memory.mood, memory.silent_days, memory.answers, memory.lately[None], memory.alert[None]]
    rows: Floats = np.concatenate(parts, dtype=bits)
    return rows


def unfold(states: States) -> Memory:
    """The inverse of `fold`."""
    count = len(states)
    rows = np.empty((STATE_SIZE, count), states.dtype)
    # Some at a time, and copied first: memory is read in its order, and what is being turned is in the cache.
    for start in range(0, count, TURNED_AT_ONCE):
        rows[:, start : start + TURNED_AT_ONCE] = states[start : start + TURNED_AT_ONCE].copy().T
    start = CELLS_SIZE

    def take(size: int) -> Floats:
        nonlocal start
        start += size
        return rows[start - size : start]

    levels = Levels(*(take(LEARNED_SIZE).reshape(4, 2, count) for _ in fields(Levels)))
    spreads = Spreads(*(take(LEARNED_SIZE).reshape(4, 2, count) for _ in fields(Spreads)))
    return Memory(
        cells=rows[:CELLS_SIZE].reshape(CELLS, KINDS, count),
        levels=levels,
        spreads=spreads,
        mood=take(2),
        silent_days=take(2),
        answers=take(2),
        lately=take(1)[0],
        alert=take(1)[0],
    )


@dataclass(frozen=True)
class DatedState:
    """The state of one couple at the end of a day: `numbers` [STATE_SIZE]."""

    day: date
    numbers: States


def pack_states(states: Sequence[DatedState]) -> bytes:
    """The last `KEPT_DAYS` of a couple's daily states as bytes, oldest first."""
    kept = sorted(states, key=lambda state: state.day)[-KEPT_DAYS:]
    packed = [HEADER.pack(BYTES_VERSION, MODEL_VERSION, len(kept), STATE_SIZE)]
    for state in kept:
        numbers = np.asarray(state.numbers, dtype="<f4")
        if numbers.shape != (STATE_SIZE,) or not np.isfinite(numbers).all():
            raise ValueError(f"a state is {STATE_SIZE} finite numbers")
        packed.append(DAY_NUMBER.pack(state.day.toordinal()) + numbers.tobytes())
    return b"".join(packed)


def unpack_states(packed: bytes) -> list[DatedState]:
    """The states that `pack_states` wrote, oldest first; [] for no bytes.

    Raises `UnreadableStates` for bytes of another form, another model or cut short.
    """
    if not packed:
        return []
    if len(packed) < HEADER.size:
        raise UnreadableStates("the states are cut short")
    form, model, count, size = HEADER.unpack_from(packed)
    if form != BYTES_VERSION:
        raise UnreadableStates(f"states of form {form}, this is form {BYTES_VERSION}")
    if model != MODEL_VERSION or size != STATE_SIZE:
        raise UnreadableStates(f"states of model {model} with {size} numbers, this is model {MODEL_VERSION} with {STATE_SIZE}")
    step = DAY_NUMBER.size + 4 * size
    if len(packed) != HEADER.size + count * step:
        raise UnreadableStates("the states are cut short")
    states = []
    for start in range(HEADER.size, len(packed), step):
        numbers = np.frombuffer(packed, "<f4", size, start + DAY_NUMBER.size).astype(np.float32)
        if not np.isfinite(numbers).all():
            raise UnreadableStates("the states hold something that is not a number")
        states.append(DatedState(date.fromordinal(DAY_NUMBER.unpack_from(packed, start)[0]), numbers))
    return states
