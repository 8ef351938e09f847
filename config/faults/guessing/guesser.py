"""A Bayesian filter over made-up lives: what one partner can know of the other's day from their own answers and prompts.

The guesser is side a. They know the simulator, every true parameter of both, the detector, the policy and its cap; they see their
own answers and whether a prompt came. What they do not see, the other's answers, each of P lives per couple makes up for itself and
carries through the detector, so that it knows with which probability it would have been sent the prompt.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from checkins.effects.student import cumulative
from checkins.patterns.answers import Bools, DayAnswers, Floats, Ints, no_answers
from checkins.patterns.detector import advance
from checkins.patterns.simulate import Simulated
from checkins.patterns.state import States, initial_states
from checkins.policy import DAYS_BEFORE_FIRST, WINDOW_DAYS, Chances
from config.faults.guessing import lives as living
from config.faults.guessing.lives import ERROR_DEGREES, ERROR_SCALE

ME, YOU = 0, 1
LAG = 7
LEAST = 1e-12
# So many lives a day begin an episode, whatever the couple's own rate.
BEGIN_AT_LEAST = 0.08


@dataclass(frozen=True)
class Prompts:
    """What came on the morning after each day [C, T]: 1 or 0, and whether one could have come."""

    sent: Ints
    open: Ints


@dataclass(frozen=True)
class Guesses:
    """The probability of each truth [C, T, 3] as known on the morning after, its prompt seen; and a week later."""

    that_morning: Floats
    a_week_later: Floats


def prompts_of(simulated: Simulated, chances: Chances, rng: np.random.Generator, *, tell_truth: bool = False) -> Prompts:
    """The prompts that made-up couples really get: their answers through the detector, one coin a morning, the cap.

    `tell_truth` plants a leak: episodes are then what they are in truth, whatever the detector says.
    """
    couples, days = simulated.truth.shape
    states = initial_states(couples)
    sent, is_open = np.zeros((2, couples, days), np.int64)
    for day in range(days):
        states, said = advance(states, simulated.course.day(day))
        if day + 1 < DAYS_BEFORE_FIRST:
            continue
        is_open[:, day] = sent[:, max(0, day - WINDOW_DAYS + 1) : day].sum(axis=1) < chances.cap
        in_episode = simulated.truth[:, day] > 0 if tell_truth else said.alert
        probability = np.where(in_episode, chances.episode, chances.calm)
        sent[:, day] = is_open[:, day] * (rng.random(couples) < probability)
    return Prompts(sent, is_open)


def guess(simulated: Simulated, *, lives: int, seed: int, prompts: Prompts | None, chances: Chances, tell_truth: bool = False) -> Guesses:
    """The guesser's probabilities, with the prompts or, where these are None, without. They know of a planted leak."""
    rng = np.random.default_rng([seed, 1])
    couples, days = simulated.truth.shape
    habits = simulated.habits
    many = living.begin(rng, couples, lives)
    states = initial_states(couples * lives) if prompts is not None else None
    log_weight = np.zeros((couples, lives))
    history = np.zeros((couples, lives, LAG + 1), np.int8)
    that_morning, later = np.zeros((2, couples, days, 3))
    for day in range(days):
        log_weight += living.go_on(rng, many, habits, day, at_least=BEGIN_AT_LEAST)
        truth = living.truth_of(many, day)
        history = np.concatenate([history[:, :, 1:], truth[:, :, None].astype(np.int8)], axis=2)
        weekend = simulated.course.weekday[:, day] >= 5
        log_weight += _of_own_day(simulated, many, truth, day, weekend)
        if states is not None and prompts is not None:
            states, alert = _of_the_other(rng, states, simulated=simulated, many=many, truth=truth, day=day, weekend=weekend)
            probability = np.where(truth > 0 if tell_truth else alert, chances.episode, chances.calm)
            came, could = prompts.sent[:, day, None], prompts.open[:, day, None]
            log_weight += could * np.log(np.where(came, probability, 1.0 - probability))
        weight = _normalised(log_weight)
        for kind in range(3):
            that_morning[:, day, kind] = (weight * (truth == kind)).sum(axis=1)
            if day >= LAG:
                later[:, day - LAG, kind] = (weight * (history[:, :, 0] == kind)).sum(axis=1)
        _draw_again(rng, many, log_weight, weight, [history] if states is None else [history, states.reshape(couples, lives, -1)])
    later[:, days - LAG :] = that_morning[:, days - LAG :]
    return Guesses(that_morning, later)


def _of_own_day(simulated: Simulated, many: living.Lives, truth: Ints, day: int, weekend: Bools) -> Floats:
    """How well each life explains the guesser's own day [C, P], in logs."""
    habits = simulated.habits
    silence = living.silence_of(many, habits, ME, truth)
    points = simulated.course.values[:, day, ME]
    answered = np.asarray(~np.isnan(points).all(axis=1))
    means = living.means_of(many, habits, ME, day, weekend)
    level, noise = habits.level[:, None, ME], habits.noise[:, None, ME]
    given = np.nan_to_num(points)[:, None]
    above = _below(np.where(given >= 10, np.inf, given + 0.5), level, noise, means)
    below = _below(np.where(given <= 0, -np.inf, given - 0.5), level, noise, means)
    logs = np.log(np.maximum(above - below, LEAST)) * ~np.isnan(points)[:, None]
    spoke = np.log(np.maximum(1.0 - silence, LEAST)) + logs.sum(axis=2)
    return np.where(answered[:, None], spoke, np.log(np.maximum(silence, LEAST)))


def _below(points: Floats, level: Floats, noise: Floats, means: Floats) -> Floats:
    """The probability of an answer below `points`, before rounding."""
    finite = np.clip(points, -1e6, 1e6)
    return cumulative(((finite - level) / noise - means) / ERROR_SCALE, ERROR_DEGREES)


def _of_the_other(
    rng: np.random.Generator, states: States, *, simulated: Simulated, many: living.Lives, truth: Ints, day: int, weekend: Bools
) -> tuple[States, Bools]:
    """The detector after the day in every life, the other's answers made up; and whether it alerts [C, P]."""
    couples, count = truth.shape
    means = living.means_of(many, simulated.habits, YOU, day, weekend)
    silence = living.silence_of(many, simulated.habits, YOU, truth)
    weekday = np.repeat(simulated.course.weekday[:, day], count)
    answers = no_answers(weekday)
    answers.values[:, ME] = np.repeat(simulated.course.values[:, day, ME], count, axis=0)
    answers.values[:, YOU] = living.answers_of(rng, means, silence, simulated.habits, YOU).reshape(-1, 4)
    states, said = advance(states, DayAnswers(answers.values, answers.quick, weekday))
    return states, said.alert.reshape(couples, count)


def _normalised(log_weight: Floats) -> Floats:
    weight = np.exp(log_weight - log_weight.max(axis=1, keepdims=True))
    return np.asarray(weight / weight.sum(axis=1, keepdims=True))


def _draw_again(
    rng: np.random.Generator,
    many: living.Lives,
    log_weight: Floats,
    weight: Floats,
    along: Sequence[np.ndarray[tuple[int, ...], np.dtype[np.generic]]],
) -> None:
    """Systematic resampling of the couples whose weight has gathered on few lives."""
    lives = weight.shape[1]
    poor = np.flatnonzero(1.0 / (weight**2).sum(axis=1) < lives / 2)
    if not len(poor):
        return
    upto = np.cumsum(weight[poor], axis=1)
    at = (rng.random((len(poor), 1)) + np.arange(lives)) / lives
    chosen = np.stack([np.minimum(np.searchsorted(row, places), lives - 1) for row, places in zip(upto, at, strict=True)])
    many.take(poor, chosen)
    for column in along:
        column[poor] = column[poor[:, None], chosen]
    log_weight[poor] = 0.0
