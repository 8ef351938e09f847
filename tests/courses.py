"""Any course of answers at all, for what must hold of the detector whatever people answer."""

import numpy as np
from hypothesis import strategies as st

from checkins.patterns import Course


@st.composite
def any_course(draw, most_days=40):
    """Full, tapped or none, from corner to corner of the scale."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    couples, days = draw(st.integers(1, 4)), draw(st.integers(2, most_days))
    values = rng.integers(0, 11, (couples, days, 2, 4)).astype(float)
    if draw(st.booleans()):
        values = np.clip(np.round(rng.normal(rng.uniform(0, 10, (couples, 1, 2, 4)), 1.2, values.shape)), 0, 10)
    values[..., 3][rng.random(values.shape[:3]) < 0.5] = np.nan
    if draw(st.booleans()):
        values[rng.random(values.shape) < 0.3] = np.nan
    full = rng.random(values.shape[:3]) < draw(st.sampled_from([0.2, 0.7, 1.0]))
    quick = np.where(full, 0, rng.integers(0, 4, full.shape) * (rng.random(full.shape) < 0.5))
    values[~full] = np.nan
    return Course(values, quick, (draw(st.integers(0, 6)) + np.arange(days)[None].repeat(couples, axis=0)) % 7)
