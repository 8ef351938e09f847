"""Phones that write at the very same moment."""

from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from uuid import uuid4

import pytest
from django.db import transaction

from backend.errors import StaleVersion, VersionRequired
from checkins.models import CheckIn, Submission
from checkins.services import Kept, delete_check_in, submit_check_in
from tests import cast
from tests.answering import evening, full, item, keep
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

DAY, NOW, ONE = cast.TODAY, cast.EVENING, timedelta(days=1)
MINUTE = timedelta(minutes=1)


def standing():
    return CheckIn.objects.get()


def test_c1_the_same_write_many_times_at_once():
    alice = cast.person("Alice")
    write = item(DAY, full(7))
    results = at_once([partial(submit_check_in, person=alice, item=write, now=NOW)] * 6)
    assert [one.created for one in results].count(True) == 1
    assert {one.check_in.closeness_felt for one in results} == {7}
    assert standing().version == 1


@pytest.mark.parametrize("of_a_caller", [False, True], ids=["own", "of a caller"])
def test_c1_one_id_for_two_days_at_once_is_kept_once(of_a_caller):
    """Whoever comes second fails as a whole, also within a transaction of somebody else, which goes on."""
    alice = cast.person("Alice")

    def write(one):
        with transaction.atomic() if of_a_caller else nullcontext():
            return submit_check_in(person=alice, item=one, now=NOW)

    for n in range(1, 6):
        client_id = uuid4()
        results = at_once([partial(write, item(DAY - back * ONE, full(n), client_id=client_id)) for back in range(2)])
        assert sorted(type(one).__name__ for one in results) == ["IdReused", "Kept"], results
        assert CheckIn.objects.count() == Submission.objects.count() == 1
        CheckIn.objects.all().delete()
        Submission.objects.all().delete()


def test_c2_first_answers_of_two_phones_at_once():
    alice = cast.person("Alice")
    results = at_once([partial(keep, alice, DAY, full(n), now=NOW) for n in range(5)])
    kept = [one for one in results if isinstance(one, Kept)]
    assert len(kept) == 1
    assert all(isinstance(one, Kept | VersionRequired) for one in results)
    assert standing().closeness_felt == kept[0].check_in.closeness_felt


def test_c4_of_two_phones_amending_at_once_one_wins_and_the_other_is_told():
    alice = cast.person("Alice")
    keep(alice, DAY, full(10), now=NOW)
    for version in range(1, 26):
        results = at_once([partial(keep, alice, DAY, full(n, tension=version % 11), now=NOW, version=version) for n in range(2)])
        won = [one for one in results if isinstance(one, Kept)]
        lost = [one for one in results if isinstance(one, StaleVersion)]
        assert (len(won), len(lost)) == (1, 1), results
        assert standing().version == version + 1
        assert standing().closeness_felt == won[0].check_in.closeness_felt
        assert lost[0].current.version == version + 1


def test_c5_both_partners_write_at_once():
    team = cast.full_cast(now=NOW - 8 * ONE)
    for back in range(7):
        results = at_once(
            [partial(keep, who, DAY - back * ONE, full(back), now=evening(DAY - back * ONE, who)) for who in (team.alice, team.bob)]
        )
        assert all(isinstance(one, Kept) for one in results), results
    assert CheckIn.objects.count() == 14


def test_deleting_and_amending_at_once_ends_in_one_of_the_two():
    alice = cast.person("Alice")
    for _ in range(5):
        version = keep(alice, DAY, full(1), now=NOW).check_in.version
        results = at_once(
            [partial(keep, alice, DAY, full(2), now=NOW, version=version), partial(delete_check_in, person=alice, day=DAY, now=NOW)]
        )
        assert isinstance(results[0], Kept | StaleVersion)
        assert results[1] is None
        assert not CheckIn.objects.exists()


def test_c4_a_phone_that_knows_what_was_deleted_never_writes_over_what_was_made_anew():
    alice = cast.person("Alice")
    known = {keep(alice, DAY, full(1), now=NOW).check_in.version}
    for _ in range(10):
        fresh = item(DAY, full(7))
        deleted, made = at_once(
            [
                partial(delete_check_in, person=alice, day=DAY, now=NOW),
                partial(submit_check_in, person=alice, item=fresh, now=NOW),
            ]
        )
        assert deleted is None
        if isinstance(made, VersionRequired | StaleVersion):  # it met what was about to be deleted
            made = submit_check_in(person=alice, item=fresh, now=NOW)
        assert made.created
        assert made.check_in.version > max(known)
        late = at_once([partial(keep, alice, DAY, full(2), now=NOW, version=version) for version in sorted(known)[-3:]])
        assert all(isinstance(one, StaleVersion) for one in late), late
        assert standing().closeness_felt == 7
        known.add(made.check_in.version)
