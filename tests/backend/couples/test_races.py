"""Steps of pairing at the very same moment, on connections of their own."""

from functools import partial

import pytest

from backend.couples import services
from backend.couples.models import CodeAttempt, Couple, Membership
from backend.couples.queries import partner_of
from backend.errors import DomainError, NotFound, SlowDown
from tests import cast
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

NOW = cast.EVENING


def accept(person, code, address="203.0.113.9"):
    return services.accept_invitation(person=person, code=code, address=address, now=NOW)


def confirm(person, invitation):
    return services.confirm_invitation(person=person, invitation_id=invitation.pk, now=NOW)


def assert_only_domain_errors(results):
    surprises = [one for one in results if isinstance(one, Exception) and not isinstance(one, DomainError)]
    assert not surprises


def test_two_people_with_one_code():
    alice = cast.person("Alice")
    others = [cast.person(name) for name in ("Bob", "Charlie", "Erin", "Frank")]
    _, code = services.invite(person=alice, now=NOW)
    results = at_once([partial(accept, who, code) for who in others])
    assert_only_domain_errors(results)
    assert sum(not isinstance(one, Exception) for one in results) == 1


def test_one_confirmation_sent_twice():
    alice, bob = cast.person("Alice"), cast.person("Bob")
    invitation, code = services.invite(person=alice, now=NOW)
    accept(bob, code)
    results = at_once([lambda: confirm(alice, invitation)] * 4)
    assert sum(isinstance(one, Couple) for one in results) == 1
    assert sum(isinstance(one, NotFound) for one in results) == 3
    assert Couple.objects.count() == 1


def test_a_ring_in_which_everybody_confirms():
    """Each invited the next and each accepted the one before: at most one couple per person, and nobody waits for ever."""
    for round_ in range(5):
        ring = [cast.person(f"{name}{round_}") for name in ("Ann", "Ben", "Cas")]
        invitations = [services.invite(person=who, now=NOW) for who in ring]
        for index, who in enumerate(ring):
            accept(who, invitations[index - 1][1], address=f"203.0.113.{index}")
        results = at_once([partial(confirm, who, one[0]) for who, one in zip(ring, invitations, strict=True)])
        assert_only_domain_errors(results)
        assert sum(isinstance(one, Couple) for one in results) == 1
        assert Membership.objects.filter(person__in=ring).count() == 2


def test_a_new_invitation_while_the_last_is_confirmed():
    for round_ in range(5):
        alice, bob = cast.person(f"Alice{round_}"), cast.person(f"Bob{round_}")
        invitation, code = services.invite(person=alice, now=NOW)
        accept(bob, code, address=f"203.0.113.{round_}")
        results = at_once([partial(confirm, alice, invitation), partial(services.invite, person=alice, now=NOW)])
        assert_only_domain_errors(results)
        assert sum(isinstance(one, Exception) for one in results) == 1


def test_accepting_another_while_the_first_is_confirmed():
    for round_ in range(5):
        alice, bob, charlie = (cast.person(f"{name}{round_}") for name in ("Alice", "Bob", "Charlie"))
        first, first_code = services.invite(person=alice, now=NOW)
        _, second_code = services.invite(person=charlie, now=NOW)
        accept(bob, first_code, address=f"203.0.113.{round_}")
        results = at_once([partial(confirm, alice, first), partial(accept, bob, second_code, f"203.0.113.{round_}")])
        assert_only_domain_errors(results)
        assert Membership.objects.filter(person=bob).count() == (1 if isinstance(results[0], Couple) else 0)


def test_both_leave_at_once():
    alice, bob = cast.person("Alice"), cast.person("Bob")
    cast.pair(alice, bob)
    results = at_once([partial(services.leave, person=who, quietly=True, now=NOW) for who in (alice, bob)])
    assert_only_domain_errors(results)
    assert not Membership.objects.filter(ended_at=None).exists()


def test_leaving_quietly_pressed_twice_stays_quiet():
    for round_ in range(5):
        alice, bob = cast.person(f"Alice{round_}"), cast.person(f"Bob{round_}")
        cast.pair(alice, bob)
        results = at_once([partial(services.leave, person=alice, quietly=True, now=NOW)] * 3)
        assert_only_domain_errors(results)
        assert partner_of(alice) is None
        assert partner_of(bob) == alice


def test_tries_at_once_are_counted_one_by_one():
    bob = cast.person("Bob")
    results = at_once([lambda: accept(bob, "WRONG-WRONG")] * 10)
    assert sum(isinstance(one, SlowDown) for one in results) == 5
    assert CodeAttempt.objects.count() == 5


def test_tries_at_once_from_one_address_are_counted_one_by_one():
    guessers = [cast.person(f"Guesser{n}") for n in range(24)]
    results = at_once([partial(accept, who, "WRONG-WRONG") for who in guessers])
    assert sum(isinstance(one, SlowDown) for one in results) == 4
    assert CodeAttempt.objects.count() == 20
