"""`read` shows both people, and each promise is measured."""

import pytest

from config.benchmarks.read.bench import result_of
from config.benchmarks.read.rounds import DAYS, measure

pytestmark = pytest.mark.django_db


def test_both_are_shown_and_every_promise_has_its_figure():
    measured = measure(1)
    assert 0.7 * DAYS < measured["shown"] < DAYS
    result = result_of(measured)
    assert set(result.contenders) == {"ebb", "peer", "floor"}
    assert {promise.name: promise for promise in result.promises}["queries more for a year than for four weeks"].is_kept
    assert all(figures.per_second > 0 for figures in result.contenders.values())
