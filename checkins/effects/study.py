"""From the decision log to a trial: outcome, what was frozen before the decision, who takes part, and the estimates.

The outcome of a decision is how close both feel on the day whose morning it was, each minus their own usual level as of that
morning, the mean of both. It is known where both answered in full.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from checkins.effects.answering import estimate_weighted, taken
from checkins.effects.wcls import Bools, Effect, Floats, Ints, TooFew, Trial, estimate

BASELINE_DAYS = 28
BASELINE_ANSWERS = 4
LATELY_DAYS = 7
# Fewer than this, and nothing is said: no figure rests on fewer couples, and intervals are not to be trusted with fewer.
LEAST_COUPLES = 20
COLLINEAR = 1e-9
CONTROLS = ("alert", "chance", "lately", "regularity")


@dataclass(frozen=True, kw_only=True)
class Coin:
    """One available decision inside the trial. `chance` is what the detector said of either pattern, 0 where it said nothing."""

    couple: int
    day: date
    decided_at: datetime
    probability: float
    sent: bool
    alert: bool
    chance: float


@dataclass(frozen=True, kw_only=True)
class Felt:
    """How close a member (side 0 or 1) of a couple felt on a day, and when that stood."""

    couple: int
    side: int
    day: date
    felt: float
    received_at: datetime


@dataclass(frozen=True, kw_only=True)
class Study:
    """N decisions that take part, with everything known before the coin and the outcome (nan where it is not known)."""

    couple: Ints
    day: Ints
    sent: Floats
    probability: Floats
    alert: Floats
    chance: Floats
    lately: Floats
    regularity: Floats
    outcome: Floats

    @property
    def known(self) -> Bools:
        return np.asarray(~np.isnan(self.outcome))

    def columns(self, *names: str) -> Floats:
        """Ones and the named columns [N, 1 + names]."""
        return np.column_stack([np.ones(len(self.sent)), *(getattr(self, name) for name in names)])


@dataclass(frozen=True, kw_only=True)
class Line:
    """One estimate: on which days, of which outcomes, in points of the scale."""

    days: str
    outcomes: str
    estimate: float
    error: float
    low: float
    high: float
    couples: int
    decisions: int


@dataclass(frozen=True, kw_only=True)
class Answered:
    """How many of one arm's outcomes are known."""

    arm: str
    decisions: int
    known: int

    @property
    def share(self) -> float:
        return self.known / self.decisions if self.decisions else float("nan")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What can be said. `lines` is empty where there are too few couples, and `refused` then says so in a sentence."""

    couples: int
    decisions: int
    answered: Sequence[Answered] = ()
    lines: Sequence[Line] = ()
    refused: str = ""
    left_out: str = ""


def study_of(coins: Iterable[Coin], felt: Iterable[Felt]) -> Study:
    """The decisions for which both members had a usual level by then. Which these are, no coin decides."""
    answers: dict[int, list[Felt]] = {}
    for one in felt:
        answers.setdefault(one.couple, []).append(one)
    rows = [row for couple, tossed in _by_couple(coins).items() for row in _rows(tossed, answers.get(couple, []))]
    columns = np.array(rows, np.float64).reshape(-1, 9).T
    return Study(
        couple=columns[0].astype(np.int64), day=columns[1].astype(np.int64), sent=columns[2], probability=columns[3], alert=columns[4],
        chance=columns[5], lately=columns[6], regularity=columns[7], outcome=columns[8],
    )  # fmt: skip


def report_of(study: Study) -> Report:
    """Everything that is printed: in aggregate, or the sentence that there are too few."""
    couples, decisions = _count(study), len(study.sent)
    carrying = min(_count(study, study.known & (study.sent == arm)) for arm in (0, 1)) if decisions else 0
    if carrying < LEAST_COUPLES:
        return Report(
            couples=couples,
            decisions=decisions,
            refused=f"Too few to say anything: {carrying} couples have outcomes with and without a prompt, and it takes {LEAST_COUPLES}.",
        )
    answered = [
        Answered(arm=name, decisions=int((study.sent == arm).sum()), known=int((study.known & (study.sent == arm)).sum()))
        for name, arm in (("prompt", 1), ("no prompt", 0))
    ]
    lines = _lines(study, marginal_trial(study), {"all days": (1.0,)})
    in_episodes = min(_count(study, study.known & (study.alert > 0) & (study.sent == arm)) for arm in (0, 1))
    left_out = ""
    if in_episodes < LEAST_COUPLES:
        left_out = (
            f"Days of an episode are not told apart: {in_episodes} couples have outcomes of both kinds there, and it takes {LEAST_COUPLES}."
        )
    else:
        by_state = {"calm days": (1.0, 0.0), "days of an episode": (1.0, 1.0), "the difference": (0.0, 1.0)}
        lines += _lines(study, moderated_trial(study), by_state)
    return Report(couples=couples, decisions=decisions, answered=answered, lines=lines, left_out=left_out)


def marginal_trial(study: Study) -> Trial:
    """The effect over all days: centred at one number, the mean probability."""
    return _trial(study, np.full(len(study.sent), study.probability.mean()), study.columns())


def moderated_trial(study: Study) -> Trial:
    """The effect by state: centred at the mean probability of each state."""
    numerator = np.empty(len(study.sent))
    for state in (0.0, 1.0):
        here = study.alert == state
        if here.any():
            numerator[here] = study.probability[here].mean()
    return _trial(study, numerator, study.columns("alert"))


def answering_columns(study: Study) -> Floats:
    """What answering may depend on: everything known before the coin, the arm, and the arm with each of the others."""
    before = study.columns(*CONTROLS)
    return independent(np.hstack([before, before * study.sent[:, None]]), study.known)


def complete_cases(trial: Trial, study: Study) -> Effect:
    """The estimate from the outcomes that are known, as they are."""
    return estimate(taken(trial, study.known))


def weighted_cases(trial: Trial, study: Study) -> Effect:
    """The estimate with known outcomes weighted for those that are missing. Couples without any known outcome are left out."""
    has = np.isin(study.couple, np.unique(study.couple[study.known]))
    known = study.known.astype(np.float64)
    return estimate_weighted(taken(trial, has), known=known[has], columns=answering_columns(study)[has])


def independent(columns: Floats, looked_at: Bools) -> Floats:
    """The columns without those that the ones before them already tell in the rows looked at: a log in which nothing varies."""
    seen = columns[looked_at]
    size = np.sqrt((seen**2).sum(axis=0))
    alike = (seen.T @ seen) / np.maximum(np.outer(size, size), 1e-300)
    kept: list[int] = []
    for place in np.flatnonzero(size):
        tried = [*kept, int(place)]
        if np.linalg.eigvalsh(alike[np.ix_(tried, tried)])[0] > COLLINEAR:
            kept = tried
    return columns[:, kept]


def _trial(study: Study, numerator: Floats, moderators: Floats) -> Trial:
    return Trial(
        cluster=study.couple,
        outcome=np.where(study.known, study.outcome, 0.0),
        treated=study.sent,
        probability=study.probability,
        numerator=numerator,
        moderators=moderators,
        controls=independent(study.columns(*CONTROLS), study.known),
        weight=np.ones(len(study.sent)),
    )


def _lines(study: Study, trial: Trial, at: Mapping[str, Sequence[float]]) -> list[Line]:
    lines = []
    for outcomes, method in (("as answered", complete_cases), ("weighted for missing answers", weighted_cases)):
        try:
            found = method(trial, study)
        except TooFew:
            continue
        for days, place in at.items():
            value, error, low, high = found.interval(np.array(place))
            lines.append(
                Line(
                    days=days, outcomes=outcomes, estimate=value, error=error, low=low, high=high,
                    couples=found.clusters, decisions=found.decisions,
                )
            )  # fmt: skip
    return lines


def _count(study: Study, chosen: Bools | None = None) -> int:
    return len(np.unique(study.couple if chosen is None else study.couple[chosen]))


def _by_couple(coins: Iterable[Coin]) -> dict[int, list[Coin]]:
    found: dict[int, list[Coin]] = {}
    for coin in coins:
        found.setdefault(coin.couple, []).append(coin)
    return found


def _rows(coins: Sequence[Coin], answers: Sequence[Felt]) -> Floats:
    """The decisions of one couple that take part [n, 9], in the order of the fields of `Study`."""
    coins = sorted(coins, key=lambda one: one.day)
    first = coins[0].day - timedelta(days=BASELINE_DAYS)
    days = (coins[-1].day - first).days + 1
    felt, stood = np.full((days, 2), np.nan), np.full((days, 2), np.inf)
    for one in answers:
        at = (one.day - first).days
        if 0 <= at < days:
            felt[at, one.side], stood[at, one.side] = one.felt, one.received_at.timestamp()
    today = np.array([(coin.day - first).days for coin in coins])
    decided_at = np.array([coin.decided_at.timestamp() for coin in coins])
    window = today[:, None] + np.arange(-BASELINE_DAYS, 0)
    # What came in after the decision, of whichever day, was not known then.
    given = stood[window] <= decided_at[:, None, None]
    before = np.where(given, felt[window], 0.0)
    usual = before.sum(axis=1) / np.maximum(given.sum(axis=1), 1)
    recent = given[:, -LATELY_DAYS:]
    moved = np.where(recent, before[:, -LATELY_DAYS:] - usual[:, None], 0.0)
    told = [(coin.sent, coin.probability, coin.alert, coin.chance) for coin in coins]
    rows = np.column_stack(
        [
            np.full(len(coins), coins[0].couple),
            today - BASELINE_DAYS,
            np.array(told, np.float64),
            moved.sum(axis=(1, 2)) / np.maximum(recent.sum(axis=(1, 2)), 1),
            recent.mean(axis=(1, 2)),
            (felt[today] - usual).mean(axis=1),
        ]
    )
    return np.asarray(rows[given.sum(axis=1).min(axis=1) >= BASELINE_ANSWERS])
