"""A check-in is kept: once per day and person, whatever phones and networks do."""

import random
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from backend.consents import services as consents
from backend.errors import Invalid, NotFound, StaleVersion, VersionRequired
from checkins.models import CheckIn, Submission
from checkins.queries import check_in_of
from checkins.services import IdReused, Kept, TooOld, delete_check_in, submit_batch, submit_check_in
from tests import cast
from tests.answering import full, item, keep, quick

pytestmark = pytest.mark.django_db

DAY, NOW, ONE = cast.TODAY, cast.EVENING, timedelta(days=1)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def alice():
    return cast.person("Alice")


def standing():
    return CheckIn.objects.get()


# Kept once


def test_a_first_answer_is_kept(alice):
    kept = keep(alice, DAY, full(7, 8, 2, tension=3, feelings=("calm",), note="a note", shared_line="a line"), now=NOW)
    assert kept.created
    assert check_in_of(standing()) == {
        "date": "2026-03-04",
        "kind": "full",
        "closeness_felt": 7,
        "closeness_wanted": 8,
        "space_wanted": 2,
        "tension": 3,
        "quick": None,
        "feelings": ["calm"],
        "note": "a note",
        "shared_line": "a line",
        "version": 1,
        "answered_at": NOW.isoformat(),
        "kept_private": False,
    }


def test_c1_a_retry_returns_what_stands_and_changes_nothing(alice):
    first = item(DAY, full(7))
    submit_check_in(person=alice, item=first, now=NOW)
    for n in range(5):
        again = submit_check_in(person=alice, item=first, now=NOW + n * MINUTE)
        assert not again.created
        assert check_in_of(again.check_in) == check_in_of(standing())
    assert (standing().version, standing().answered_at) == (1, NOW)


def test_c1_a_retry_after_an_amendment_returns_the_amendment(alice):
    first = item(DAY, full(7))
    submit_check_in(person=alice, item=first, now=NOW)
    keep(alice, DAY, full(2), now=NOW, version=1)
    assert submit_check_in(person=alice, item=first, now=NOW).check_in.closeness_felt == 2
    assert standing().version == 2


@pytest.mark.parametrize("other", [full(8), full(7, note="x"), quick()])
def test_c1_the_same_id_with_other_content_is_refused(alice, other):
    client_id = uuid4()
    keep(alice, DAY, full(7), now=NOW, client_id=client_id)
    with pytest.raises(IdReused):
        keep(alice, DAY, other, now=NOW, client_id=client_id, version=1)
    with pytest.raises(IdReused):
        keep(alice, DAY - ONE, full(7), now=NOW, client_id=client_id)
    assert standing().closeness_felt == 7


def test_an_id_belongs_to_one_person(alice):
    client_id = uuid4()
    keep(alice, DAY, full(7), now=NOW, client_id=client_id)
    keep(cast.person("Bob"), DAY, full(2), now=NOW, client_id=client_id)
    assert CheckIn.objects.count() == 2


def test_a_write_that_failed_leaves_its_id_free(alice):
    keep(alice, DAY, full(7), now=NOW)
    late = item(DAY, full(3))
    with pytest.raises(VersionRequired):
        submit_check_in(person=alice, item=late, now=NOW)
    keep(alice, DAY, full(3), now=NOW, client_id=late.client_id, version=1)
    assert standing().closeness_felt == 3


def test_the_fingerprint_of_a_write_says_nothing_without_the_key(alice, settings):
    client_id = uuid4()
    keep(alice, DAY, full(7), now=NOW, client_id=client_id)
    before = bytes(Submission.objects.get().fingerprint)
    Submission.objects.all().delete()
    CheckIn.objects.all().delete()
    settings.CODE_KEY = "another key"
    keep(alice, DAY, full(7), now=NOW, client_id=client_id)
    assert bytes(Submission.objects.get().fingerprint) != before


def test_the_database_holds_one_check_in_per_person_and_day(alice):
    keep(alice, DAY, now=NOW)
    row = standing()
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


# Amending


def test_c2_a_second_answer_without_a_version_is_refused(alice):
    keep(alice, DAY, full(7), now=NOW)
    with pytest.raises(VersionRequired):
        keep(alice, DAY, full(3), now=NOW)
    assert standing().closeness_felt == 7


def test_an_amendment_names_the_version_it_changes(alice):
    keep(alice, DAY, full(7, note="old", feelings=("calm",)), now=NOW)
    kept = keep(alice, DAY, full(3), now=NOW + MINUTE, version=1)
    assert (kept.created, kept.check_in.version) == (False, 2)
    assert check_in_of(standing()) | {"answered_at": ""} == check_in_of(kept.check_in) | {"answered_at": ""}
    assert (standing().note, standing().feelings, standing().closeness_felt) == (None, [], 3)


@pytest.mark.parametrize("version", [2, 99])
def test_a_stale_version_is_told_what_stands(alice, version):
    keep(alice, DAY, full(7), now=NOW)
    with pytest.raises(StaleVersion) as caught:
        keep(alice, DAY, full(3), now=NOW, version=version)
    assert caught.value.current.closeness_felt == 7
    assert standing().closeness_felt == 7


@pytest.mark.parametrize("version", [0, 1])
def test_a_version_of_a_day_that_was_never_answered_is_stale_and_makes_nothing(alice, version):
    with pytest.raises(StaleVersion) as caught:
        keep(alice, DAY, full(3), now=NOW, version=version)
    assert caught.value.current is None
    assert not CheckIn.objects.exists()


def test_amending_what_was_deleted_elsewhere_is_stale_and_brings_nothing_back(alice):
    keep(alice, DAY, now=NOW)
    delete_check_in(person=alice, day=DAY, now=NOW)
    with pytest.raises(StaleVersion) as caught:
        keep(alice, DAY, full(3), now=NOW, version=1)
    assert caught.value.current is None
    assert not CheckIn.objects.exists()


def test_a_full_answer_replaces_a_quick_one(alice):
    keep(alice, DAY, quick("closer"), now=NOW)
    kept = keep(alice, DAY, full(3), now=NOW)
    assert (kept.created, kept.check_in.kind, kept.check_in.quick, kept.check_in.version) == (False, "full", None, 2)


@pytest.mark.parametrize("version", [None, 1])
def test_a_quick_answer_never_replaces_a_full_one(alice, version):
    keep(alice, DAY, full(7), now=NOW)
    kept = keep(alice, DAY, quick("closer"), now=NOW, version=version)
    assert (kept.check_in.kind, kept.check_in.closeness_felt, kept.check_in.version) == ("full", 7, 1)


def test_of_two_quick_answers_the_first_stands(alice):
    keep(alice, DAY, quick("closer"), now=NOW)
    assert keep(alice, DAY, quick("more_room"), now=NOW).check_in.quick == "closer"


# Days


@pytest.mark.parametrize(
    "hour, minute, day", [(22, 0, DAY), (23, 59, DAY), (24, 30, DAY), (27, 59, DAY), (28, 0, DAY + ONE), (31, 0, DAY + ONE)]
)
def test_the_day_rolls_over_at_four(alice, hour, minute, day):
    """Hours of the clock in Madrid, counted on past midnight."""
    now = datetime(2026, 3, 3, 23, tzinfo=UTC) + timedelta(hours=hour, minutes=minute)
    assert keep(alice, day, now=now).created
    with pytest.raises(Invalid) as caught:
        keep(alice, day + ONE, now=now)
    assert [(one.pointer, one.code) for one in caught.value.errors] == [("/date", "in-the-future")]


def test_a_day_is_the_persons_own():
    kiri = cast.person("Kiri", zone="Pacific/Auckland")
    assert keep(kiri, DAY + ONE, now=NOW).created


def test_yesterday_may_be_filled_in_until_the_end_of_today(alice):
    last_moment = datetime(2026, 3, 5, 2, 59, 59, tzinfo=UTC)
    assert keep(alice, DAY - ONE, now=last_moment).created
    with pytest.raises(TooOld):
        keep(alice, DAY - ONE - ONE, now=last_moment)


def test_yesterdays_answer_is_not_changed_any_more(alice):
    keep(alice, DAY - ONE, full(7))
    with pytest.raises(TooOld):
        keep(alice, DAY - ONE, full(3), now=NOW, version=1)
    assert standing().closeness_felt == 7


def test_an_answer_given_offline_arrives_up_to_seven_days_late(alice):
    given = NOW - 7 * ONE
    assert keep(alice, DAY - 7 * ONE, now=NOW, answered_at=given).created
    assert standing().answered_at == given
    assert standing().received_at == NOW
    with pytest.raises(TooOld):
        keep(alice, DAY - 8 * ONE, now=NOW, answered_at=NOW - 8 * ONE)


@pytest.mark.parametrize("given", [NOW - 2 * ONE, NOW - 5 * ONE, NOW])
def test_an_offline_answer_was_given_on_its_day_or_the_next(alice, given):
    with pytest.raises(TooOld):
        keep(alice, DAY - 4 * ONE, now=NOW, answered_at=given)


def test_a_clock_that_runs_ahead_is_taken_as_now(alice):
    keep(alice, DAY, now=NOW, answered_at=NOW + timedelta(hours=5))
    assert standing().answered_at == NOW


def test_a_time_far_ahead_is_refused(alice):
    with pytest.raises(Invalid) as caught:
        keep(alice, DAY, now=NOW, answered_at=NOW + timedelta(days=1, seconds=1))
    assert caught.value.errors[0].pointer == "/answered_at"


@pytest.mark.parametrize(
    "given", [datetime(1, 1, 1, tzinfo=UTC), datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 31, 23, 59, tzinfo=UTC)]
)
@pytest.mark.parametrize("zone", ["Europe/Madrid", "Pacific/Auckland", "America/Los_Angeles"])
def test_a_time_at_the_edge_of_the_calendar_is_refused(given, zone):
    with pytest.raises((TooOld, Invalid)):
        keep(cast.person("Edge", zone=zone), DAY, now=NOW, answered_at=given)


# What is revealed stays as it is until the next reveal


def test_a_late_answer_does_not_change_one_that_may_have_been_seen(alice):
    keep(alice, DAY, full(7))
    with pytest.raises(TooOld):
        keep(alice, DAY, full(2), now=NOW + ONE, answered_at=NOW + MINUTE, version=1)
    assert standing().closeness_felt == 7


def test_a_late_full_answer_replaces_a_quick_one_and_counts_as_arrived_then(alice):
    keep(alice, DAY, quick("closer"))
    keep(alice, DAY, full(2), now=NOW + ONE, answered_at=NOW + MINUTE)
    assert (standing().kind, standing().received_at) == ("full", NOW + ONE)


# Deleting


def test_a_deleted_answer_is_gone_and_a_late_retry_does_not_bring_it_back(alice):
    first = item(DAY)
    submit_check_in(person=alice, item=first, now=NOW)
    delete_check_in(person=alice, day=DAY, now=NOW)
    with pytest.raises(NotFound):
        submit_check_in(person=alice, item=first, now=NOW)
    assert not CheckIn.objects.exists()


def test_a_deleted_day_may_be_answered_anew(alice):
    keep(alice, DAY, full(7), now=NOW)
    delete_check_in(person=alice, day=DAY, now=NOW)
    assert keep(alice, DAY, full(2), now=NOW).created


def test_c4_a_version_never_comes_again(alice):
    seen: set[int] = set()
    for _ in range(3):
        made = keep(alice, DAY, full(7), now=NOW).check_in.version
        amended = keep(alice, DAY, full(2), now=NOW, version=made).check_in.version
        assert {made, amended}.isdisjoint(seen)
        seen |= {made, amended}
        delete_check_in(person=alice, day=DAY, now=NOW)
    keep(alice, DAY, full(5), now=NOW)
    for version in seen:
        with pytest.raises(StaleVersion):
            keep(alice, DAY, full(9), now=NOW, version=version)
    assert standing().closeness_felt == 5
    assert keep(alice, DAY - ONE, now=NOW).check_in.version == 1


def test_any_day_may_be_deleted_at_any_time(alice):
    keep(alice, DAY - 30 * ONE)
    delete_check_in(person=alice, day=DAY - 30 * ONE, now=NOW)
    assert not CheckIn.objects.exists()


def test_nobody_deletes_what_is_somebody_elses(alice):
    keep(alice, DAY, now=NOW)
    with pytest.raises(NotFound):
        delete_check_in(person=cast.person("Bob"), day=DAY, now=NOW)
    assert CheckIn.objects.exists()


# Held answers


@pytest.mark.parametrize("hold, release", [(consents.pause, consents.resume), (consents.enter_safety, consents.leave_safety)])
def test_what_is_answered_while_held_stays_private_afterwards_too(alice, hold, release):
    hold(person=alice, now=NOW - MINUTE)
    keep(alice, DAY, now=NOW)
    release(person=alice, now=NOW + MINUTE)
    assert standing().kept_private


def test_what_was_given_offline_during_a_pause_stays_private(alice):
    consents.pause(person=alice, now=NOW - ONE)
    consents.resume(person=alice, now=NOW - timedelta(hours=3))
    keep(alice, DAY - ONE, now=NOW, answered_at=NOW - ONE + MINUTE)
    keep(alice, DAY, now=NOW)
    assert {one.day: one.kept_private for one in CheckIn.objects.all()} == {DAY - ONE: True, DAY: False}


def test_an_answer_changed_while_held_becomes_private(alice):
    keep(alice, DAY, full(7), now=NOW)
    consents.pause(person=alice, now=NOW)
    keep(alice, DAY, full(3), now=NOW, version=1)
    assert standing().kept_private


def test_a_private_answer_changed_later_stays_private(alice):
    consents.pause(person=alice, now=NOW - MINUTE)
    keep(alice, DAY, full(7), now=NOW)
    consents.resume(person=alice, now=NOW)
    keep(alice, DAY, full(3), now=NOW + MINUTE, version=1)
    assert standing().kept_private


# Sealed


def test_a_note_is_sealed_in_its_row_and_opens_nowhere_else(alice):
    keep(alice, DAY, full(note="canary-note", shared_line="canary-line"), now=NOW)
    keep(alice, DAY - ONE, full(note="other", shared_line="other"), now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT t::text, note, shared_line FROM checkins_checkin t ORDER BY day DESC")
        (text, note, line), _other = cursor.fetchall()
    assert "canary" not in text
    assert b"canary" not in bytes(note) + bytes(line)
    for swapped in ("note = shared_line", "note = (SELECT note FROM checkins_checkin o WHERE o.day <> t.day)"):
        with connection.cursor() as cursor:
            cursor.execute(f"UPDATE checkins_checkin t SET {swapped} WHERE day = %s", [DAY])
        with pytest.raises(Exception, match="sealed for another row"):
            check_in_of(CheckIn.objects.get(day=DAY))


# Batches


def test_c3_a_batch_ends_the_same_in_any_order():
    """Two phones' offline evenings of a week: fulls over quicks, quicks over fulls, two fulls, retries, a filled-in yesterday."""
    chance = random.Random(7)
    items = []
    for back in range(7):
        day, given = DAY - back * ONE, NOW - back * ONE
        for n in range(chance.randint(1, 4)):
            answers = full(chance.randint(0, 10)) if chance.random() < 0.6 else quick(chance.choice(["closer", "as_usual", "more_room"]))
            items.append(item(day, answers, answered_at=given - n * MINUTE))
    items.append(item(DAY - ONE, full(1), answered_at=NOW))
    items.append(items[0])
    ends = set()
    for n in range(50):
        person = cast.person(f"Person{n}")
        order = items if n == 0 else chance.sample(items, len(items))
        submit_batch(person=person, items=order, now=NOW)
        rows = CheckIn.objects.filter(person=person).order_by("day")
        ends.add(tuple((r.day, r.kind, r.closeness_felt, r.quick, r.version, r.answered_at) for r in rows))
    assert len(ends) == 1
    assert len(ends.pop()) == 7


def test_each_of_a_batch_stands_or_fails_alone(alice):
    keep(alice, DAY - 2 * ONE, full(7))
    results = submit_batch(
        person=alice,
        items=[
            item(DAY, full(5)),
            item(DAY + ONE),
            item(DAY - 9 * ONE, answered_at=NOW - 9 * ONE),
            item(DAY - 2 * ONE, full(1), answered_at=NOW - 2 * ONE),
            item(DAY - ONE, quick(), answered_at=NOW - ONE),
        ],
        now=NOW,
    )
    assert [type(one) for one in results] == [Kept, Invalid, TooOld, TooOld, Kept]
    assert CheckIn.objects.count() == 3


@pytest.mark.parametrize("off", [-25 * HOUR, 40 * HOUR, -400 * ONE])
def test_a_clock_that_is_set_wrong_loses_no_answer(alice, off):
    given = NOW - 5 * MINUTE
    kept, before = submit_batch(
        person=alice,
        items=[item(DAY, full(5), answered_at=given + off), item(DAY - ONE, full(4), answered_at=given - ONE + off)],
        now=NOW,
        sent_at=NOW + off,
    )
    assert isinstance(kept, Kept)
    assert isinstance(before, Kept)
    assert (kept.check_in.answered_at, before.check_in.answered_at) == (given, given - ONE)


def test_what_a_call_takes_to_arrive_moves_no_answer(alice):
    (kept,) = submit_batch(person=alice, items=[item(DAY, full(5), answered_at=NOW - HOUR)], now=NOW, sent_at=NOW - 30 * SECOND)
    assert isinstance(kept, Kept)
    assert kept.check_in.answered_at == NOW - HOUR


def test_a_batch_sent_again_changes_nothing(alice):
    items = [item(DAY, full(5)), item(DAY - ONE, quick(), answered_at=NOW - ONE)]
    submit_batch(person=alice, items=items, now=NOW)
    before = list(CheckIn.objects.values())
    assert [one.created for one in submit_batch(person=alice, items=items, now=NOW + MINUTE)] == [False, False]
    assert list(CheckIn.objects.values()) == before
