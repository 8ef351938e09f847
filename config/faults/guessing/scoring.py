"""How well probabilities rank days: the area under the ROC curve, over all days and within couples."""

import numpy as np

from checkins.patterns.answers import Bools, Floats, Ints

DRAWS = 300


def auc(said: Floats, truth: Bools) -> float:
    """The probability that a day on which it was so was given the higher number, ties halved; nan where all days are alike."""
    wins, pairs = _wins(said, truth)
    return wins / pairs if pairs else float("nan")


def auc_within(said: Floats, truth: Bools) -> float:
    """The same [C, T], comparing only days of one couple with each other; every pair of days counts alike."""
    counted = [_wins(*one) for one in zip(said, truth, strict=True)]
    pairs = sum(count for _, count in counted)
    return sum(wins for wins, _ in counted) / pairs if pairs else float("nan")


def gain(with_prompts: Floats, without: Floats, truth: Bools, *, within: bool) -> float:
    """By how much prompts raise the area, [C, T] each."""
    if within:
        return auc_within(with_prompts, truth) - auc_within(without, truth)
    return auc(with_prompts.ravel(), truth.ravel()) - auc(without.ravel(), truth.ravel())


def gain_error(with_prompts: Floats, without: Floats, truth: Bools, *, within: bool, seed: int) -> float:
    """The standard error of `gain`, by drawing couples again."""
    rng = np.random.default_rng([seed, 2])
    drawn = []
    for _ in range(DRAWS):
        chosen: Ints = rng.integers(0, len(truth), len(truth))
        drawn.append(gain(with_prompts[chosen], without[chosen], truth[chosen], within=within))
    return float(np.nanstd(drawn, ddof=1))


def _wins(said: Floats, truth: Bools) -> tuple[float, int]:
    yes, no = int(truth.sum()), int((~truth).sum())
    if not yes or not no:
        return 0.0, 0
    _, place, count = np.unique(said, return_inverse=True, return_counts=True)
    rank = (np.cumsum(count) - (count - 1) / 2)[place]
    return float(rank[truth].sum() - yes * (yes + 1) / 2), yes * no
