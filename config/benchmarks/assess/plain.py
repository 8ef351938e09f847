"""The peer: one couple's day as one would first write it, number by number, in plain Python. It knows the same model."""

from math import exp, inf, isnan, log, sqrt
from typing import Any

from checkins.patterns import alert, calibration
from checkins.patterns.constants import LATE_DAYS, LEAST_SPREAD
from checkins.patterns.detector import EARLY_WEIGHT, LATELY_POWER, LONGEST_SILENCE
from checkins.patterns.model import (
    A_REACHES,
    A_REACHES_YOUNG,
    B_REACHES,
    B_REACHES_YOUNG,
    CELL_STATES,
    CELLS,
    DRAWING_BACK,
    KINDS,
    MILDLY_DRAWING_BACK,
    MODEL,
    STATES,
    mean_shifts,
)
from checkins.patterns.state import Memory

C = MODEL.constants
CHAIN = MODEL.couple_chain.tolist()
KIND_CHAIN = MODEL.kind_chain.tolist()
SHIFTS = mean_shifts(C).tolist()
TAPS = MODEL.tap_table.tolist()
UNIQUE = MODEL.unique_var.ravel().tolist()

Couple = dict[str, Any]


def couples_of(memory: Memory) -> list[Couple]:
    """Each couple's numbers as lists of Python's own, the couple's place left out."""

    def of(array: Any, place: int) -> Any:
        return array[..., place].tolist()

    return [
        {
            "cells": of(memory.cells, place),
            **{name: of(getattr(memory.levels, name), place) for name in ("level", "offset", "level_var", "cross_var", "offset_var")},
            **{name: of(getattr(memory.spreads, name), place) for name in ("squares", "weight")},
            **{name: of(getattr(memory, name), place) for name in ("mood", "silent_days", "answers", "lately", "alert")},
        }
        for place in range(len(memory.alert))
    ]


def advance(couple: Couple, values: list[list[float]], quick: list[int], weekday: int) -> tuple[float, float, bool]:
    """Takes a couple through one day, in place. `values` [2][4], nan where not answered. Returns both probabilities and the alert."""
    weekend = 1.0 if weekday >= 5 else 0.0
    readings = [_read(couple, side, values[side], quick[side], weekend) for side in range(2)]
    _weigh(couple, readings)
    for side in range(2):
        _learn(couple, side, values[side], readings[side], weekend)
    cells = couple["cells"]
    a, b = (sum(cells[old]) + sum(cells[young]) for old, young in ((A_REACHES, A_REACHES_YOUNG), (B_REACHES, B_REACHES_YOUNG)))
    couple["lately"] += (a + b - couple["lately"]) / LATE_DAYS
    return _say(couple, a, b)


def _read(couple: Couple, side: int, values: list[float], quick: int, weekend: float) -> dict[str, Any]:
    """How likely one person's answers are in each state, and what of them is to be learned."""
    seen = [not isnan(value) for value in values]
    full = any(seen)
    tap = 0 if full else quick
    silent = 0.0 if full or tap else min(couple["silent_days"][side] + 1.0, LONGEST_SILENCE)
    couple["silent_days"][side] = silent
    spreads = _spreads(couple, side)
    carried = C.mood_persistence * couple["mood"][side]
    deviation, precision, unsure = [0.0] * 4, [0.0] * 4, [0.0] * 4
    for q in range(4):
        expected = couple["level"][q][side] + weekend * couple["offset"][q][side]
        variance = couple["level_var"][q][side] + 2 * weekend * couple["cross_var"][q][side] + weekend * couple["offset_var"][q][side]
        unsure[q] = variance / spreads[q] ** 2
        deviation[q] = (values[q] if seen[q] else 0.0) - expected
        deviation[q] = deviation[q] / spreads[q] - C.mood[q] * carried
        precision[q] = 1.0 / (UNIQUE[q] + unsure[q]) if seen[q] else 0.0
    of_mood = 1.0 + sum(C.mood[q] ** 2 * precision[q] for q in range(4))
    of_leaning = 1.0 + sum(C.leaning[q] ** 2 * precision[q] for q in range(4))
    both = sum(C.mood[q] * C.leaning[q] * precision[q] for q in range(4))
    determinant = of_mood * of_leaning - both**2
    trust = min((1.0 + couple["weight"][0][side]) / C.trusted_after, 1.0) ** C.trust_power
    quiet = C.silence * C.silence_decay ** (silent - 1.0) if silent else 0.0
    likelihood = [[0.0] * KINDS for _ in range(STATES)]
    moods = [[0.0] * KINDS for _ in range(STATES)]
    leanings = [[0.0] * KINDS for _ in range(STATES)]
    for state in range(STATES):
        for kind in range(KINDS):
            gap = [(deviation[q] if seen[q] else 0.0) - SHIFTS[state][kind][q] for q in range(4)]
            along_mood = sum(C.mood[q] * precision[q] * gap[q] for q in range(4))
            along_leaning = sum(C.leaning[q] * precision[q] * gap[q] for q in range(4))
            mood = (of_leaning * along_mood - both * along_leaning) / determinant
            leaning = (of_mood * along_leaning - both * along_mood) / determinant
            tails = 0.0
            for q in range(4):
                left = gap[q] - C.mood[q] * mood - C.leaning[q] * leaning
                tails += log(1.0 + left**2 * precision[q] / C.tail)
            said = -0.5 * C.temper * ((C.tail + 1.0) * tails + mood**2 + leaning**2)
            likelihood[state][kind] = said * trust * full + C.temper * TAPS[state][kind][tap]
            if state in (DRAWING_BACK, MILDLY_DRAWING_BACK):
                likelihood[state][kind] += quiet
            moods[state][kind], leanings[state][kind] = mood, leaning
    couple["answers"][side] += full or tap > 0
    return {
        "seen": seen,
        "full": full,
        "carried": carried,
        "spreads": spreads,
        "deviation": deviation,
        "unsure": unsure,
        "likelihood": likelihood,
        "moods": moods,
        "leanings": leanings,
        "mood_var": of_leaning / determinant,
        "leaning_var": of_mood / determinant,
    }


def _spreads(couple: Couple, side: int) -> list[float]:
    squares, weights = ([couple[name][q][side] for q in range(4)] for name in ("squares", "weight"))
    pooled = (C.pooled_spread_weight * C.prior_spread**2 + sum(squares)) / (C.pooled_spread_weight + sum(weights))
    own = [(C.prior_spread_weight * pooled + squares[q]) / (C.prior_spread_weight + weights[q]) for q in range(4)]
    return [max(sqrt(one), LEAST_SPREAD) for one in own]


def _weigh(couple: Couple, readings: list[dict[str, Any]]) -> None:
    """The forward recursion."""
    before = couple["cells"]
    moved = [[sum(before[cell][old] * KIND_CHAIN[old][new] for old in range(KINDS)) for new in range(KINDS)] for cell in range(CELLS)]
    joint = []
    highest = -inf
    for cell, (of_a, of_b) in enumerate(CELL_STATES):
        row = []
        for kind in range(KINDS):
            ahead = sum(moved[old][kind] * CHAIN[old][cell] for old in range(CELLS))
            said = readings[0]["likelihood"][of_a][kind] + readings[1]["likelihood"][of_b][kind]
            highest = max(highest, said)
            row.append((ahead, said))
        joint.append(row)
    weights = [[ahead * exp(said - highest) for ahead, said in row] for row in joint]
    total = sum(map(sum, weights))
    couple["cells"] = [[weight / total for weight in row] for row in weights]


def _learn(couple: Couple, side: int, values: list[float], reading: dict[str, Any], weekend: float) -> None:
    """What is usual for one person after the day."""
    weights = [[0.0] * KINDS for _ in range(STATES)]
    for cell, states in enumerate(CELL_STATES):
        for kind in range(KINDS):
            weights[states[side]][kind] += couple["cells"][cell][kind]
    everywhere = [(weights[state][kind], state, kind) for state in range(STATES) for kind in range(KINDS)]
    mood = sum(weight * reading["moods"][state][kind] for weight, state, kind in everywhere)
    leaning = sum(weight * reading["leanings"][state][kind] for weight, state, kind in everywhere)
    taken_out = C.taken_out / (1.0 + (couple["lately"] / C.most_lately) ** LATELY_POWER)
    for q in range(4):
        if not reading["seen"][q]:
            continue
        spread, deviation = reading["spreads"][q], reading["deviation"][q]
        shift = sum(weight * SHIFTS[state][kind][q] for weight, state, kind in everywhere)
        shift_var = max(sum(weight * SHIFTS[state][kind][q] ** 2 for weight, state, kind in everywhere) - shift**2, 0.0)
        noise = UNIQUE[q] + C.mood[q] ** 2 * reading["mood_var"] + C.leaning[q] ** 2 * reading["leaning_var"]
        residual = (deviation - taken_out * shift - C.mood[q] * mood - C.leaning[q] * leaning) * spread
        residual = min(max(residual, -C.clip * spread), C.clip * spread)
        level_var, cross_var, offset_var = couple["level_var"][q][side], couple["cross_var"][q][side], couple["offset_var"][q][side]
        to_level, to_offset = level_var + weekend * cross_var, cross_var + weekend * offset_var
        total = level_var + 2 * weekend * cross_var + weekend * offset_var + noise * spread**2
        gain_level, gain_offset = to_level / total, to_offset / total
        couple["level"][q][side] += gain_level * residual
        couple["offset"][q][side] += gain_offset * residual
        level_var = (level_var - gain_level * to_level + gain_level**2 * shift_var * spread**2) / C.forgetting
        couple["level_var"][q][side] = min(level_var, C.prior_level_sd[q] ** 2)
        couple["cross_var"][q][side] = cross_var - gain_level * to_offset
        couple["offset_var"][q][side] = offset_var - gain_offset * to_offset
        surprise = min(max(deviation - shift, -C.clip), C.clip)
        square = surprise**2 / (1.0 + shift_var + reading["unsure"][q]) * spread**2
        couple["squares"][q][side] = C.forgetting * couple["squares"][q][side] + square
        couple["weight"][q][side] = C.forgetting * couple["weight"][q][side] + 1.0
    couple["mood"][side] = reading["carried"] + mood * reading["full"]


def _say(couple: Couple, a: float, b: float) -> tuple[float, float, bool]:
    either = min(max(a + b, calibration.TINY), 1.0 - calibration.TINY)
    calibrated = 1.0 / (1.0 + exp(-(C.intercept + C.slope * (log(either) - log(1.0 - either)))))
    enough = min(couple["answers"]) >= alert.ENOUGH_ANSWERS
    said = calibration.PRIOR_EITHER + (1.0 if enough else EARLY_WEIGHT) * (calibrated - calibration.PRIOR_EITHER)
    p_a, p_b = said * a / (a + b), said * b / (a + b)
    highest, longest = max(p_a, p_b), max(couple["silent_days"])
    heard = min(couple["silent_days"]) == 0 and longest <= alert.SILENT_DAYS_AT_MOST
    added = C.silence * (1.0 - C.silence_decay**longest) / (1.0 - C.silence_decay)
    opens = heard and highest * exp(-C.slope * added) * (1.0 - alert.ALERT_ON) >= alert.ALERT_ON * (1.0 - highest)
    stays = couple["alert"] > 0 and highest >= alert.ALERT_OFF
    couple["alert"] = float(enough and (opens or stays))
    return p_a, p_b, bool(couple["alert"])
