"""Every number the model assumes, with its unit.

Nothing here was measured on people: no public diary asks these questions of both partners. The values stand in
`constants.json`, which `manage.py fit_patterns` rebuilds from simulated couples (`simulate.py`); the defaults below are
where that fit begins and what it is held near. Shifts are in own spreads, rates are per day. A change of a value is a
new model version.
"""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

STORED = Path(__file__).with_name("constants.json")

Four = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Constants:
    """What is fitted. Tuples of four are by question: closeness felt, closeness wanted, room wanted, tension."""

    # Own baseline, in points of the 0-10 scale.
    prior_level: Four = (6.3, 6.2, 3.6, 2.4)
    prior_level_sd: Four = (1.3, 1.3, 1.4, 1.2)
    prior_spread: float = 1.15
    prior_spread_weight: float = 20.0  # answers that the prior spread of a question counts for
    pooled_spread_weight: float = 8.0  # answers that it counts for in the spread of all questions of one person
    weekend_sd: float = 0.3  # of the own spread
    forgetting: float = 0.985  # per answer
    clip: float = 3.0  # own spreads; a further residual teaches no more than this
    taken_out: float = 0.9  # share of the expected shift that learning takes out, so that no episode explains all for ever
    most_lately: float = 0.6  # share of late days in the pattern at which half of that is learned after all, and soon most of it

    # Mean shifts of a person, and of a day that both share, in own spreads.
    reaching: Four = (-1.3, 1.65, -0.25, 0.5)
    drawing_back: Four = (-0.45, -1.0, 1.5, 0.45)
    mild: float = 0.6  # share of the shift while an episode is young, and while it fades
    hard_day: Four = (-0.8, 0.15, 0.7, 1.1)
    good_day: Four = (0.15, 0.4, -0.3, -0.2)
    hard_begins: float = 0.05
    hard_ends: float = 0.45
    good_begins: float = 0.04
    good_ends: float = 0.25

    # Two ways in which the answers of one person and day vary together: a mood, part of which is left the next day, and
    # a leaning. Loadings in own spreads.
    mood: Four = (0.30, 0.10, -0.20, -0.35)
    mood_persistence: float = 0.5
    leaning: Four = (-0.15, 0.25, -0.25, 0.05)
    tail: float = 16.0  # degrees of freedom of the Student-like tails of each question
    temper: float = 0.8  # answers of one day, and of one day after the other, are less independent than the model says
    trusted_after: float = 4.5  # full answers of a person; until then they are read with less weight
    trust_power: float = 2.0

    # Silence: log-odds of drawing back against usual on the first silent day, and the share left on each further one.
    silence: float = 0.4
    silence_decay: float = 0.5
    # One-tap answers: contrast of closeness wanted and room wanted at which one is given, and slips of the thumb.
    tap_line: float = 1.0
    tap_slip: float = 0.06

    # Rates per day at which a couple's cell changes: "one" is a move of one side alone, "pair" the pattern, young at
    # first; what fades is no longer counted as the pattern.
    one_begins: float = 0.003
    pair_begins: float = 0.003
    both_begin: float = 0.0015
    one_answered: float = 0.45
    one_joined: float = 0.02
    one_ends: float = 0.2
    pair_settles: float = 0.4
    young_ends: float = 0.1
    pair_ends: float = 0.1
    pair_fades: float = 0.08
    fade_ends: float = 0.5
    pair_loosens: float = 0.035
    pair_turns: float = 0.008
    both_end: float = 0.28
    both_loosen: float = 0.03

    # Calibration (Platt 1999): logistic in the filter's own log-odds that the couple is in the pattern.
    intercept: float = -0.1
    slope: float = 1.0


@dataclass(frozen=True)
class Stored:
    """The constants in use: of which model, set when, fitted on which seeds."""

    model_version: int
    set_on: str
    fit_seeds: tuple[int, ...]
    calibration_seeds: tuple[int, ...]
    constants: Constants

    def as_json(self) -> str:
        """The text of `constants.json`."""
        values = {field.name: getattr(self.constants, field.name) for field in fields(Constants)}
        head = {"model_version": self.model_version, "set_on": self.set_on}
        seeds = {"fit_seeds": self.fit_seeds, "calibration_seeds": self.calibration_seeds}
        return json.dumps({**head, **seeds, "constants": values}, indent=2) + "\n"


def from_json(text: str) -> Stored:
    """The inverse of `Stored.as_json`. Raises ValueError, KeyError or TypeError where the text is something else."""
    read: dict[str, Any] = json.loads(text)
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in read["constants"].items()}
    return Stored(
        model_version=int(read["model_version"]),
        set_on=str(read["set_on"]),
        fit_seeds=tuple(read["fit_seeds"]),
        calibration_seeds=tuple(read["calibration_seeds"]),
        constants=Constants(**values),
    )


def stored() -> Stored:
    """The constants that ship with this code."""
    return from_json(STORED.read_text(encoding="utf-8"))


IN_USE = stored()
CONSTANTS = IN_USE.constants
MODEL_VERSION = IN_USE.model_version
LATE_DAYS = 28.0  # "lately" is a running mean with this time constant
LEAST_SPREAD = 0.4  # points; rounding alone gives about .3
