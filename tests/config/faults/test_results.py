"""When a fault run counts as good."""

import pytest

from config.faults.results import Invariant, Result, none_of


@pytest.mark.parametrize(
    "value, sign, bound, is_kept",
    [(3, "=", 3, True), (2, "=", 3, False), (3, "<=", 3, True), (4, "<=", 3, False), (3, ">=", 3, True), (2, ">=", 3, False)],
)
def test_an_invariant_compares_with_its_bound(value, sign, bound, is_kept):
    assert Invariant("x", value, sign, bound).is_kept is is_kept


def test_a_run_is_good_when_all_held():
    assert Result({}, [none_of("lost", 0), none_of("late", 0)]).is_kept
    assert not Result({}, [none_of("lost", 0), none_of("late", 1)]).is_kept


def test_a_run_that_looked_at_nothing_is_not_good():
    assert not Result({"rows": 10}).is_kept


def test_the_record_says_what_held():
    record = Result({"rows": 2}, [none_of("lost", 1)]).as_json()
    assert record == {
        "figures": {"rows": 2},
        "invariants": [{"name": "lost", "value": 1, "sign": "=", "bound": 0, "is_kept": False}],
        "is_kept": False,
    }
