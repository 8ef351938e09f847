"""`read` shows both people and every couple, and each promise is measured."""

import pytest

from config.benchmarks.read.bench import result_of
from config.benchmarks.read.rounds import DAYS, PRACTICE_WEEKS, measure

pytestmark = pytest.mark.django_db


def test_both_are_shown_and_every_promise_has_its_figure():
    measured = measure(1, couples=2, many=3)
    assert 0.7 * DAYS < measured["shown"] < DAYS
    assert measured["pictures"] > 0.8 * 2 * 2 * (PRACTICE_WEEKS - 2)
    result = result_of(measured)
    assert {"ebb", "peer", "floor", "caseload", "its peer", "of 3", "4 weeks", "their peer", "trend"} == set(result.contenders)
    counted = [promise for promise in result.promises if promise.name.startswith("queries more")]
    assert len(counted) == 2
    assert all(promise.is_kept for promise in counted)
    assert all(figures.per_second > 0 for figures in result.contenders.values())
