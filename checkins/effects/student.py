"""Student's distribution for whole degrees of freedom, in closed form (Abramowitz and Stegun 1964, 26.7.3 and 26.7.4)."""

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

HALVINGS = 80


def cumulative(value: NDArray[np.float64], degrees: int) -> NDArray[np.float64]:
    """The probability of at most `value`."""
    angle = np.arctan(np.asarray(value, np.float64) / math.sqrt(degrees))
    sine, square = np.sin(angle), np.cos(angle) ** 2
    odd = degrees % 2 == 1
    term = np.cos(angle) if odd else np.ones_like(angle)
    total = np.zeros_like(angle)
    for step in range(degrees // 2):
        total = total + term
        n = 2 * step + (2 if odd else 1)
        term = term * square * n / (n + 1)
    between = 2.0 / math.pi * (angle + sine * total) if odd else sine * total
    result: NDArray[np.float64] = 0.5 + 0.5 * between
    return result


@lru_cache(maxsize=256)
def quantile(probability: float, degrees: int) -> float:
    """The value that is not passed with this probability, 0.5 or more."""
    if not 0.5 <= probability < 1 or degrees < 1:
        raise ValueError("a quantile needs a probability from 0.5 to below 1 and at least one degree of freedom")
    low, high = 0.0, 1.0
    while cumulative(np.array(high), degrees) < probability:
        high *= 2
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if cumulative(np.array(middle), degrees) < probability else (low, middle)
    return (low + high) / 2
