"""What prompts can tell about a week, worked out from every week there is: no formula, only the policy's own probabilities."""

import itertools
import math
from dataclasses import dataclass
from functools import cache

from checkins.policy import WINDOW_DAYS, Chances, leak_between_any, leak_from_calm, log_probability_of


@dataclass(frozen=True, kw_only=True)
class Tells:
    """By how much the odds of what somebody believed can move, at most, as factors; `formula` are the bounds that are claimed.

    `prompt` and `silence`: one morning, with and without a prompt. `calm_week`: a calm week against any other, `any_weeks`: any
    two weeks against each other, after all that seven mornings brought.
    """

    prompt: float
    silence: float
    calm_week: float
    any_weeks: float
    calm_week_formula: float
    any_weeks_formula: float
    patterns: int

    @property
    def holds(self) -> bool:
        """Whether no week tells more than the formulas allow."""
        slack = 1 + 1e-9
        return self.calm_week <= self.calm_week_formula * slack and self.any_weeks <= self.any_weeks_formula * slack


def tells(chances: Chances, days: int = WINDOW_DAYS) -> Tells:
    """Every row of sent and silent mornings that the cap allows, under every row of calm days and days of an episode."""
    rows = list(itertools.product((False, True), repeat=days))
    calm = any_ = 0.0
    patterns = 0
    for sent in rows:
        if sum(sent) > chances.cap:
            continue
        logs = [log_probability_of(sent=sent, in_episode=truth, chances=chances) for truth in rows]
        patterns += len(logs)
        calm = max(calm, *(abs(logs[0] - other) for other in logs))
        any_ = max(any_, max(logs) - min(logs))
    cap, q, p = chances.cap, chances.episode, chances.calm
    return Tells(
        prompt=chances.episode / chances.calm,
        silence=(1 - chances.calm) / (1 - chances.episode),
        calm_week=math.exp(calm),
        any_weeks=math.exp(any_),
        calm_week_formula=math.exp(leak_from_calm(cap=cap, episode=q, calm=p, days=days)),
        any_weeks_formula=math.exp(leak_between_any(cap=cap, episode=q, calm=p, days=days)),
        patterns=patterns,
    )


@cache
def told_of(chances: Chances) -> dict[str, float]:
    """The numbers of a mode as people read them: mornings of a hundred, and factors."""
    found = tells(chances)
    hundred = {name: round(100 * getattr(chances, name)) for name in ("episode", "calm")}
    factors = {"prompt": found.prompt, "silence": found.silence, "week": found.calm_week, "weeks": found.any_weeks}
    return hundred | {"cap": chances.cap} | {name: round(factor, 2) for name, factor in factors.items()}
