import math

import numpy as np
import pytest

from checkins.effects.student import cumulative, quantile


# Published tables.
@pytest.mark.parametrize(
    "probability, degrees, value",
    [
        (0.975, 1, 12.7062047),
        (0.975, 2, 4.3026527),
        (0.975, 7, 2.3646243),
        (0.975, 30, 2.0422725),
        (0.95, 10, 1.8124611),
        (0.995, 34, 2.7283944),
        (0.975, 1000, 1.9623391),
    ],
)
def test_quantiles_are_those_of_the_tables(probability, degrees, value):
    assert quantile(probability, degrees) == pytest.approx(value, abs=1e-7)


@pytest.mark.parametrize("degrees", [1, 2, 3, 7, 20])
def test_the_distribution_is_the_integral_of_its_density(degrees):
    grid = np.linspace(-4.0, 4.0, 40001)
    scale = math.gamma((degrees + 1) / 2) / (math.sqrt(degrees * math.pi) * math.gamma(degrees / 2))
    density = scale * (1 + grid**2 / degrees) ** (-(degrees + 1) / 2)
    area = np.concatenate([[0.0], np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(grid))])
    said = cumulative(grid, degrees)
    assert np.max(np.abs(said - said[0] - area)) < 1e-8


@pytest.mark.parametrize("probability, degrees", [(0.3, 5), (1.0, 5), (0.9, 0)])
def test_what_no_quantile_belongs_to_is_refused(probability, degrees):
    with pytest.raises(ValueError, match="quantile"):
        quantile(probability, degrees)
