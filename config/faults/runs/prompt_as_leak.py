"""I2: what a prompt tells one partner about the other's day, guessed as well as anybody could.

A guesser with the simulator's true parameters, their own answers and the prompts they got, against the same guesser without the
prompts. First a leak is planted, prompts that follow the truth itself: the guesser must see nearly all of it.
"""

import numpy as np

from checkins.patterns.answers import Floats, Ints
from checkins.patterns.families import A_REACHES, B_REACHES
from checkins.patterns.simulate import simulate
from checkins.policy import CHANCES, DAYS_BEFORE_FIRST, WINDOW_DAYS, Chances, Mode
from config.faults.ground import Ground
from config.faults.guessing.guesser import Guesses, guess, prompts_of
from config.faults.guessing.scoring import auc, auc_within, gain, gain_error
from config.faults.results import Invariant, Result

COUPLES, DAYS, LIVES = 400, 84, 600
BLOCK = 40
"""Couples that are guessed about at once, for memory's sake."""
FAMILY = "regimes"
ALLOWED = {"within couples": 0.04, "overall": 0.08}
# The planted leak: sends as good as always and only on days of an episode.
TELLTALE = Chances(episode=0.98, calm=0.02, cap=WINDOW_DAYS)
SEEN = 0.95
"""The area that the guesser must reach with the planted leak."""
# What the other, side b, did on days of each truth.
EVENTS = {"moved": (A_REACHES, B_REACHES), "drew back": (A_REACHES,), "reached": (B_REACHES,)}


def run(ground: Ground) -> Result:
    couples = ground.count(COUPLES, least=16)
    ground.say("a planted leak, to see that it is noticed")
    telltale = measure(ground, TELLTALE, couples=max(8, couples // 10), tell_truth=True)
    ground.say(f"{couples} couples, the discreet mode")
    discreet = measure(ground, CHANCES[Mode.DISCREET], couples=couples)
    planted = {f"planted leak, {name}": value for name, value in telltale.items() if name.startswith("moved: AUC")}
    figures = {"couples": couples, "days each": DAYS, "lives weighed per couple": LIVES, **planted, **discreet}
    return Result(figures=figures, invariants=[*_is_noticed(telltale), *_is_bounded(discreet, is_full_size=ground.scale >= 1)])


def _is_noticed(telltale: dict[str, float]) -> list[Invariant]:
    return [Invariant(f"planted leak: AUC {which}", telltale[f"moved: AUC {which} with prompts"], ">=", SEEN) for which in ALLOWED]


def _is_bounded(discreet: dict[str, float], *, is_full_size: bool) -> list[Invariant]:
    """Below full size less two standard errors, so that chance alone fails nobody's build."""
    return [
        Invariant(
            f"{event}: gain {which}" + ("" if is_full_size else ", less two standard errors"),
            discreet[f"{event}: gain {which}"] - (0.0 if is_full_size else 2 * discreet[f"{event}: its standard error {which}"]),
            "<=",
            ALLOWED[which],
        )
        for event in EVENTS
        for which in ALLOWED
    ]


def measure(
    ground: Ground, chances: Chances, *, couples: int, lives: int = LIVES, days: int = DAYS, tell_truth: bool = False
) -> dict[str, float]:
    """AUC with and without prompts for each event, as of the morning after and a week later."""
    truths, withs, withouts = [], [], []
    for block, first in enumerate(range(0, couples, BLOCK)):
        seed = 1000 * ground.seed + block
        simulated = simulate(FAMILY, couples=min(BLOCK, couples - first), days=days, seed=seed)
        prompts = prompts_of(simulated, chances, np.random.default_rng([seed, 3]), tell_truth=tell_truth)
        withs.append(guess(simulated, lives=lives, seed=seed, prompts=prompts, chances=chances, tell_truth=tell_truth))
        withouts.append(guess(simulated, lives=lives, seed=seed, prompts=None, chances=chances))
        truths.append(simulated.truth)
        ground.say(f"{first + len(simulated.truth)} of {couples} couples")
    return figures_of(np.concatenate(truths), withs, withouts, seed=ground.seed)


def figures_of(truth: Ints, withs: list[Guesses], withouts: list[Guesses], *, seed: int) -> dict[str, float]:
    """The areas and what prompts add to them, over the days on whose mornings prompts may come."""
    figures: dict[str, float] = {}
    for event, truths in EVENTS.items():
        was = np.isin(truth[:, DAYS_BEFORE_FIRST:], truths)
        mine, bare = (_said([one.that_morning for one in guesses], truths) for guesses in (withs, withouts))
        later, bare_later = (_said([one.a_week_later for one in guesses], truths) for guesses in (withs, withouts))
        figures[f"{event}: AUC overall without prompts"] = auc(bare.ravel(), was.ravel())
        figures[f"{event}: AUC overall with prompts"] = auc(mine.ravel(), was.ravel())
        figures[f"{event}: AUC within couples without prompts"] = auc_within(bare, was)
        figures[f"{event}: AUC within couples with prompts"] = auc_within(mine, was)
        for which in ALLOWED:
            within = which == "within couples"
            figures[f"{event}: gain {which}"] = gain(mine, bare, was, within=within)
            figures[f"{event}: its standard error {which}"] = gain_error(mine, bare, was, within=within, seed=seed)
            figures[f"{event}: gain {which} a week later"] = gain(later, bare_later, was, within=within)
    return figures


def _said(blocks: list[Floats], truths: tuple[int, ...]) -> Floats:
    return np.asarray(np.concatenate(blocks)[:, DAYS_BEFORE_FIRST:, list(truths)].sum(axis=2))
