"""`replay` reads what was written, and each promise is measured."""

import pytest

from config.benchmarks.replay.bench import result_of
from config.benchmarks.replay.rounds import measure

pytestmark = pytest.mark.django_db


def test_what_was_written_is_read_and_every_promise_has_its_figure():
    measured = measure(3, 10, 1)
    assert measured["answers"] > 30
    result = result_of(measured, work="a few")
    assert set(result.contenders) == {"reading", "arithmetic", "row by row"}
    by_name = {promise.name: promise for promise in result.promises}
    assert by_name["answers read otherwise than they were written"].is_kept
    assert all(figures.per_second > 0 for figures in result.contenders.values())
