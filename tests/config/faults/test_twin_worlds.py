"""I1 in small: every kind of couple for two days, and leaks that only prompts and the reveal show. `manage.py faults I1` tells a month."""

import pytest
from django.db import connection

from backend.couples.models import Couple
from config.faults.runs.twin_worlds import Seen, is_found, live_twice, quiet_settings
from config.faults.twins.leaks import FOUND_BY_READING
from config.faults.twins.lives import KINDS

pytestmark = pytest.mark.django_db


@pytest.mark.slow
def test_i1_mute_pause_and_the_safety_state_look_like_calm_days_without_answers():
    seen = Seen()
    with quiet_settings(1):
        live_twice(seen, first=0, count=len(KINDS), days=2, seed=1)
    assert seen.found == []
    assert seen.answers > 10 * len(KINDS)
    assert (seen.alerts_hidden > 0, seen.alerts_calm, seen.unshown) == (True, 0, 0)
    assert not Couple.objects.exists(), "a story leaves nothing behind"
    assert connection.is_usable()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["in a pause that holds nothing back", "in a day that does not count as calm"])
def test_i1_a_planted_leak_tells_the_worlds_apart(name: str):
    with quiet_settings(1):
        assert is_found(FOUND_BY_READING[name], seed=1)


def test_every_planted_leak_has_couples_who_can_find_it():
    kinds = {kind.name for kind in KINDS}
    assert all(set(planted.kinds) <= kinds for planted in FOUND_BY_READING.values())
