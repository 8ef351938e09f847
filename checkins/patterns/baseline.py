"""What is usual for one person: level, weekend offset and spread of each question, learned answer by answer.

Level and offset are a two-dimensional Kalman filter per question (West & Harrison 1997, chapter 4, with a discount as
slow forgetting). The spread is a discounted sum of squares with the weight of a few answers as its prior, pulled towards
the spread of the person's other questions, because how wide someone uses a scale is a habit of the person.

Arrays are [4 questions, 2 sides, C]; every operation is element by element, so that both sides are computed alike.
"""

from dataclasses import dataclass

import numpy as np

from checkins.patterns.answers import Bools, Floats
from checkins.patterns.constants import LEAST_SPREAD, Constants


@dataclass(frozen=True)
class Levels:
    """Level and weekend offset (points) and their covariance (points squared)."""

    level: Floats
    offset: Floats
    level_var: Floats
    cross_var: Floats
    offset_var: Floats

    def expected(self, weekend: Floats) -> Floats:
        """The expected answer in points; `weekend` is 1 or 0."""
        return self.level + weekend * self.offset

    def expected_var(self, weekend: Floats) -> Floats:
        """How unsure that expectation is, in points squared."""
        return self.level_var + 2.0 * weekend * self.cross_var + weekend * self.offset_var


@dataclass(frozen=True)
class Spreads:
    """Discounted sums of squared residuals (points squared) and of answers."""

    squares: Floats
    weight: Floats

    def spread(self, c: Constants) -> Floats:
        """The own spread in points [4, 2, C]."""
        squares = self.squares[0] + self.squares[1] + self.squares[2] + self.squares[3]
        weight = self.weight[0] + self.weight[1] + self.weight[2] + self.weight[3]
        pooled = (c.pooled_spread_weight * c.prior_spread**2 + squares) / (c.pooled_spread_weight + weight)
        own: Floats = c.prior_spread_weight * pooled + self.squares
        own /= c.prior_spread_weight + self.weight
        np.sqrt(own, out=own)
        return np.maximum(own, LEAST_SPREAD, out=own)


def initial_levels(c: Constants, count: int) -> Levels:
    """The population prior for both sides of `count` couples."""

    def fill(values: Floats) -> Floats:
        return np.broadcast_to(values[:, None, None], (4, 2, count)).copy()

    zeros = np.zeros(4)
    return Levels(
        level=fill(np.array(c.prior_level)),
        offset=fill(zeros),
        level_var=fill(np.array(c.prior_level_sd) ** 2),
        cross_var=fill(zeros),
        offset_var=fill(np.full(4, (c.weekend_sd * c.prior_spread) ** 2)),
    )


def initial_spreads(count: int) -> Spreads:
    """No answers yet."""
    return Spreads(np.zeros((4, 2, count)), np.zeros((4, 2, count)))


def learn(
    c: Constants,
    levels: Levels,
    *,
    residual: Floats,
    noise_var: Floats,
    weekend: Floats,
    seen: Bools,
    limit: Floats,
    between_var: Floats | float = 0.0,
) -> Levels:
    """One Kalman step for each question that was answered (`seen`), on the residual in points.

    `residual` is the answer minus what was expected, after taking out the expected shift of the episode and the mood of
    the day; `noise_var` (points squared) is the variance of what is left where the state is known. A residual beyond
    `limit` (points) teaches no more than the limit. `between_var` (points squared) is the variance of the shift over
    the states: the posterior is a mixture with one Kalman step per state, and the gain times that is what its variance
    has beyond each of them (moment matching: the mixture's mean and variance are kept, its shape is not). With no forgetting, no limit and one
    state this is the textbook filter.
    """
    residual = np.minimum(np.maximum(residual, -limit), limit)
    to_level = levels.level_var + weekend * levels.cross_var
    to_offset = levels.cross_var + weekend * levels.offset_var
    # What is not answered has no gain and forgets nothing, so it stays as it is.
    taught = seen.astype(levels.level.dtype)
    gain = taught / (to_level + weekend * to_offset + noise_var)
    gain_level, gain_offset = to_level * gain, to_offset * gain
    most = np.array(c.prior_level_sd, levels.level_var.dtype)[:, None, None] ** 2
    level_var = levels.level_var - gain_level * to_level + gain_level * gain_level * between_var
    level_var *= 1.0 + taught * (1.0 / c.forgetting - 1.0)
    # The offset is not forgotten: it is seen on two days in seven only, and its prior is narrow.
    return Levels(
        level=levels.level + gain_level * residual,
        offset=levels.offset + gain_offset * residual,
        level_var=np.minimum(level_var, most),
        cross_var=levels.cross_var - gain_level * to_offset,
        offset_var=levels.offset_var - gain_offset * to_offset,
    )


def learn_spreads(c: Constants, spreads: Spreads, *, square: Floats, seen: Bools) -> Spreads:
    """The sums after one answer.

    `square` [4, 2, C] (points squared): the squared residual with the expected shift taken out but not the mood, which is
    part of the own spread, over its variance in squared own spreads (above 1 while baseline or state is unsure).
    """
    taught = seen.astype(square.dtype)
    kept = 1.0 - taught * (1.0 - c.forgetting)
    return Spreads(squares=kept * spreads.squares + taught * square, weight=kept * spreads.weight + taught)
