"""Pairing and leaving, by the verbs."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from backend.couples import codes, services
from backend.couples.models import CodeAttempt, Couple, Invitation, Membership
from backend.couples.queries import active_membership, is_together, partner_of, pending_for
from backend.errors import NotFound, SlowDown
from tests import cast

pytestmark = pytest.mark.django_db

NOW = cast.EVENING
SECOND, HOUR, DAY = timedelta(seconds=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def people():
    return cast.person("Alice"), cast.person("Bob"), cast.person("Charlie")


def accept(person, code, *, now=NOW, address="203.0.113.9"):
    return services.accept_invitation(person=person, code=code, address=address, now=now)


def test_two_people_become_a_couple_step_by_step(people):
    alice, bob, _ = people
    invitation, code = services.invite(person=alice, now=NOW)
    assert partner_of(alice) is None
    accept(bob, code)
    assert partner_of(alice) is None
    couple = services.confirm_invitation(person=alice, invitation_id=invitation.pk, now=NOW)
    assert partner_of(alice) == bob
    assert partner_of(bob) == alice
    assert is_together(couple.pk)
    assert {m.side: m.person for m in Membership.objects.all()} == {"a": alice, "b": bob}
    assert {m.joined_day for m in Membership.objects.all()} == {cast.TODAY}


def test_each_joins_on_their_own_day():
    alice, bob = cast.person("Alice"), cast.person("Bob", zone="Pacific/Auckland")
    cast.pair(alice, bob)
    assert active_membership(bob).joined_day == cast.TODAY + DAY


def test_only_a_keyed_hash_of_the_code_is_kept(people, settings):
    _, code = services.invite(person=people[0], now=NOW)
    stored = bytes(Invitation.objects.get().code_hash)
    assert stored == codes.keyed_hash(codes.typed(code), key=settings.CODE_KEY, purpose="invitation")
    assert codes.typed(code).encode() not in stored


def test_a_code_works_for_a_day_to_the_second(people):
    alice, bob, charlie = people
    _, code = services.invite(person=alice, now=NOW)
    with pytest.raises(services.CodeNotUsable):
        accept(bob, code, now=NOW + DAY)
    assert accept(charlie, code, now=NOW + DAY - SECOND).accepted_by == charlie


def test_an_accepted_invitation_is_confirmed_within_the_same_day(people):
    alice, bob, _ = people
    invitation, code = services.invite(person=alice, now=NOW)
    accept(bob, code)
    with pytest.raises(NotFound):
        services.confirm_invitation(person=alice, invitation_id=invitation.pk, now=NOW + DAY)
    assert services.confirm_invitation(person=alice, invitation_id=invitation.pk, now=NOW + DAY - SECOND)


def test_a_code_is_used_once(people):
    alice, bob, charlie = people
    _, code = services.invite(person=alice, now=NOW)
    accept(bob, code)
    for who in (bob, charlie):
        with pytest.raises(services.CodeNotUsable):
            accept(who, code)


def test_a_declined_or_cancelled_code_is_never_good_again(people):
    alice, bob, charlie = people
    invitation, code = services.invite(person=alice, now=NOW)
    accept(bob, code)
    services.decline_invitation(person=bob, invitation_id=invitation.pk, now=NOW)
    with pytest.raises(services.CodeNotUsable):
        accept(bob, code)
    other, second = services.invite(person=alice, now=NOW)
    services.cancel_invitation(person=alice, invitation_id=other.pk)
    with pytest.raises(services.CodeNotUsable):
        accept(charlie, second)


def test_nobody_pairs_with_themselves(people):
    _, code = services.invite(person=people[0], now=NOW)
    with pytest.raises(services.CodeNotUsable):
        accept(people[0], code)


def test_a_new_invitation_takes_the_place_of_the_last(people):
    alice, bob, _ = people
    _, old = services.invite(person=alice, now=NOW)
    _, new = services.invite(person=alice, now=NOW)
    with pytest.raises(services.CodeNotUsable):
        accept(bob, old)
    assert accept(bob, new)


def test_a_code_is_guessed_five_times_an_hour_at_most(people):
    alice, bob, _ = people
    _, code = services.invite(person=alice, now=NOW)
    for n in range(5):
        with pytest.raises(services.CodeNotUsable):
            accept(bob, "WRONG-WRONG", address=f"203.0.113.{n}")
    with pytest.raises(SlowDown):
        accept(bob, code, now=NOW + HOUR - SECOND, address="203.0.113.100")
    assert accept(bob, code, now=NOW + HOUR)


def test_an_address_guesses_twenty_times_an_hour_at_most(people):
    _, code = services.invite(person=people[0], now=NOW)
    for n in range(4):
        guesser = cast.person(f"Guesser{n}")
        for _ in range(5):
            with pytest.raises(services.CodeNotUsable):
                accept(guesser, "WRONG-WRONG")
    with pytest.raises(SlowDown):
        accept(people[1], code)
    assert accept(people[1], code, address="203.0.113.10")


def test_a_right_code_counts_as_a_try_too_and_no_address_is_stored(people):
    alice, bob, _ = people
    _, code = services.invite(person=alice, now=NOW)
    accept(bob, code)
    attempt = CodeAttempt.objects.get()
    assert attempt.person == bob
    assert b"203.0.113.9" not in bytes(attempt.address_hash)


def test_too_many_tries_of_all_together_raise_an_alarm(people, monkeypatch, caplog):
    monkeypatch.setattr(services, "ALARM_TRIES", 2)
    for who in people[:2]:
        with pytest.raises(services.CodeNotUsable):
            accept(who, "WRONG-WRONG")
    assert [record.levelname for record in caplog.records] == ["ERROR"]


def test_nobody_is_in_two_couples(people):
    alice, bob, charlie = people
    cast.pair(alice, bob)
    _, code = services.invite(person=charlie, now=NOW)
    for attempt in (lambda: services.invite(person=alice, now=NOW), lambda: accept(bob, code)):
        with pytest.raises(services.AlreadyPaired):
            attempt()


def test_the_database_itself_refuses_a_second_couple(people):
    alice, bob, charlie = people
    cast.pair(alice, bob)
    other = Couple.objects.create(created_at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(couple=other, person=bob, side="a", joined_at=NOW, joined_day=cast.TODAY)
    Membership.objects.create(couple=other, person=charlie, side="a", joined_at=NOW, joined_day=cast.TODAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(couple=other, person=cast.person("Erin"), side="a", joined_at=NOW, joined_day=cast.TODAY)


def test_pairing_settles_every_other_invitation_of_the_two(people):
    alice, bob, charlie = people
    mine, mine_code = services.invite(person=alice, now=NOW)
    theirs, their_code = services.invite(person=bob, now=NOW)
    accept(charlie, their_code)
    accept(bob, mine_code)
    services.confirm_invitation(person=alice, invitation_id=mine.pk, now=NOW)
    with pytest.raises(NotFound):
        services.confirm_invitation(person=bob, invitation_id=theirs.pk, now=NOW)
    assert partner_of(charlie) is None
    assert not any(pending_for(who) for who in (alice, bob))
    # Charlie sees an invitation that waits, and then expires.
    assert [one.pk for one in pending_for(charlie)] == [theirs.pk]


def test_accepting_another_invitation_lets_go_of_the_first(people):
    alice, bob, charlie = people
    first, first_code = services.invite(person=alice, now=NOW)
    second, second_code = services.invite(person=charlie, now=NOW)
    accept(bob, first_code)
    accept(bob, second_code)
    with pytest.raises(NotFound):
        services.confirm_invitation(person=alice, invitation_id=first.pk, now=NOW)
    services.confirm_invitation(person=charlie, invitation_id=second.pk, now=NOW)
    assert partner_of(bob) == charlie


@pytest.mark.parametrize("verb", ["confirm_invitation", "decline_invitation"])
def test_an_outsider_settles_nothing(people, verb):
    alice, bob, charlie = people
    invitation, code = services.invite(person=alice, now=NOW)
    accept(bob, code)
    for who, what in ((charlie, invitation.pk), (charlie, uuid4()), (bob, invitation.pk)):
        if who == bob and verb == "decline_invitation":
            continue
        with pytest.raises(NotFound):
            getattr(services, verb)(person=who, invitation_id=what, now=NOW)
    with pytest.raises(NotFound):
        services.cancel_invitation(person=charlie, invitation_id=invitation.pk)
    assert services.confirm_invitation(person=alice, invitation_id=invitation.pk, now=NOW)


def test_an_invitation_that_nobody_accepted_cannot_be_confirmed(people):
    invitation, _ = services.invite(person=people[0], now=NOW)
    with pytest.raises(NotFound):
        services.confirm_invitation(person=people[0], invitation_id=invitation.pk, now=NOW)


def test_leaving_openly_ends_it_for_both_at_once(people):
    alice, bob, _ = people
    couple = cast.pair(alice, bob)
    services.leave(person=alice, quietly=False, now=NOW + HOUR)
    assert partner_of(alice) is None
    assert partner_of(bob) is None
    assert not is_together(couple.pk)
    assert {m.ended_at for m in Membership.objects.all()} == {NOW + HOUR}


def test_leaving_quietly_ends_it_for_oneself_and_leaves_the_others_pages_still(people):
    alice, bob, charlie = people
    couple = cast.pair(alice, bob)
    services.leave(person=alice, quietly=True, now=NOW + HOUR)
    assert partner_of(alice) is None
    assert partner_of(bob) == alice
    assert not is_together(couple.pk)
    assert cast.pair(alice, charlie, now=NOW + 2 * HOUR)
    assert partner_of(bob) == alice


def test_what_was_left_quietly_ends_after_three_days_to_the_second(people):
    alice, bob, _ = people
    cast.pair(alice, bob)
    services.leave(person=alice, quietly=True, now=NOW)
    assert services.end_quietly_left(now=NOW + 3 * DAY - SECOND) == 0
    assert partner_of(bob) == alice
    assert services.end_quietly_left(now=NOW + 3 * DAY) == 1
    assert partner_of(bob) is None
    assert services.end_quietly_left(now=NOW + 3 * DAY) == 0


@pytest.mark.parametrize("quietly", [True, False])
def test_the_one_who_was_left_quietly_leaves_like_anybody(people, quietly):
    alice, bob, charlie = people
    cast.pair(alice, bob)
    services.leave(person=alice, quietly=True, now=NOW)
    services.leave(person=bob, quietly=quietly, now=NOW + HOUR)
    assert partner_of(bob) is None
    assert Couple.objects.get().quiet_until is None
    assert cast.pair(bob, charlie, now=NOW + HOUR)


def test_somebody_alone_cannot_leave(people):
    with pytest.raises(NotFound):
        services.leave(person=people[0], quietly=False, now=NOW)


def test_two_who_parted_may_pair_again(people):
    alice, bob, _ = people
    cast.pair(alice, bob)
    services.leave(person=bob, quietly=False, now=NOW + HOUR)
    again = cast.pair(bob, alice, now=NOW + 2 * HOUR)
    assert is_together(again.pk)


def test_each_sees_what_is_theirs_alone(people):
    alice, bob, charlie = people
    cast.pair(alice, bob)
    assert Couple.objects.visible_to(alice).exists()
    assert Membership.objects.visible_to(alice).get().person == alice
    for who in (charlie, AnonymousUser()):
        assert not Couple.objects.visible_to(who).exists()
        assert not Membership.objects.visible_to(who).exists()
        assert not Invitation.objects.visible_to(who).exists()
