"""The peer of `assess` works out the same numbers, and each promise is measured."""

import numpy as np

from checkins.patterns.detector import advance_memory
from checkins.patterns.model import MODEL
from checkins.patterns.simulate import simulate
from checkins.patterns.state import initial_memory
from config.benchmarks.assess import plain
from config.benchmarks.assess.bench import result_of
from config.benchmarks.assess.rounds import measure


def test_a_day_number_by_number_is_the_day_of_the_arrays():
    course = simulate("regimes", couples=6, days=60, seed=31, taps=0.2).course
    memory = initial_memory(MODEL, 6)
    for index in range(60):
        day = course.day(index)
        couples = plain.couples_of(memory)
        memory, output = advance_memory(memory, day, MODEL)
        said = [
            plain.advance(couple, values, quick, weekday)
            for couple, values, quick, weekday in zip(couples, day.values.tolist(), day.quick.tolist(), day.weekday.tolist(), strict=True)
        ]
        np.testing.assert_allclose([one[0] for one in said], output.p_a_reaches, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose([one[1] for one in said], output.p_b_reaches, rtol=1e-9, atol=1e-12)
        assert [one[2] for one in said] == output.alert.tolist()
        for name, array in [
            *((name, getattr(memory.levels, name)) for name in ("level", "offset", "level_var", "cross_var", "offset_var")),
            *((name, getattr(memory.spreads, name)) for name in ("squares", "weight")),
            *((name, getattr(memory, name)) for name in ("cells", "mood", "silent_days", "answers", "lately", "alert")),
        ]:
            np.testing.assert_allclose([one[name] for one in couples], np.moveaxis(array, -1, 0), rtol=1e-9, atol=1e-12)


def test_every_promise_has_its_figure():
    result = result_of(measure(600, 1), work="a few")
    assert set(result.contenders) >= {"ebb", "memory moved", "a plain loop", "200 at once", "one alone"}
    assert len(result.promises) == 5
    assert all(promise.value > 0 for promise in result.promises)
