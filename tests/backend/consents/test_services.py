from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, transaction

from backend.consents import services
from backend.consents.models import Choice, Hold
from backend.consents.queries import choice_of, holds_of, in_safety, is_held, is_paused, running_holds
from backend.couples import services as couples
from backend.couples.queries import active_membership
from tests import cast
from tests.threads import at_once

NOW = cast.EVENING
HOUR = timedelta(hours=1)


@pytest.fixture
def team(db):
    return cast.full_cast(now=NOW)


def member(person):
    membership = active_membership(person)
    assert membership is not None
    return membership


def since(choice):
    return choice.weekly_since, choice.levels_since


def test_nothing_is_chosen_at_first(team):
    assert choice_of(member(team.alice)) is None


def test_sharing_begins_when_it_is_chosen(team):
    choice = services.choose(person=team.alice, sharing="weekly", now=NOW)
    assert since(choice) == (NOW, None)
    choice = services.choose(person=team.alice, sharing="levels", now=NOW + HOUR)
    assert since(choice) == (NOW, NOW + HOUR)


def test_choosing_the_same_again_changes_no_beginning(team):
    services.choose(person=team.alice, sharing="levels", now=NOW)
    assert since(services.choose(person=team.alice, sharing="levels", now=NOW + HOUR)) == (NOW, NOW)


def test_sharing_less_and_then_more_begins_anew(team):
    services.choose(person=team.alice, sharing="levels", now=NOW)
    assert since(services.choose(person=team.alice, sharing="weekly", now=NOW + HOUR)) == (NOW, None)
    assert since(services.choose(person=team.alice, sharing="levels", now=NOW + 2 * HOUR)) == (NOW, NOW + 2 * HOUR)
    assert since(services.choose(person=team.alice, sharing="nothing", now=NOW + 3 * HOUR)) == (None, None)
    assert since(services.choose(person=team.alice, sharing="weekly", now=NOW + 4 * HOUR)) == (NOW + 4 * HOUR, None)


def test_other_choices_leave_sharing_alone(team):
    services.choose(person=team.alice, sharing="levels", now=NOW)
    choice = services.choose(person=team.alice, prompt_mode="discreet", show_pattern=True, now=NOW + HOUR)
    assert (choice.sharing, choice.prompt_mode, choice.show_pattern) == ("levels", "discreet", True)
    assert since(choice) == (NOW, NOW)


def test_each_chooses_for_themselves(team):
    services.choose(person=team.alice, sharing="levels", now=NOW)
    assert choice_of(member(team.bob)) is None


def test_choices_belong_to_a_couple(team):
    services.choose(person=team.alice, sharing="levels", prompt_mode="responsive", now=NOW)
    couples.leave(person=team.alice, quietly=False, now=NOW + HOUR)
    with pytest.raises(services.NotPaired):
        services.choose(person=team.alice, sharing="nothing", now=NOW + HOUR)
    cast.pair(team.alice, team.charlie, now=NOW + HOUR)
    assert choice_of(member(team.alice)) is None


def test_somebody_alone_chooses_nothing(team):
    with pytest.raises(services.NotPaired):
        services.choose(person=team.charlie, prompt_mode="none", now=NOW)
    assert not Choice.objects.exists()


def test_the_database_refuses_sharing_without_a_beginning(team):
    membership = member(team.alice)
    with pytest.raises(IntegrityError), transaction.atomic():
        Choice.objects.create(membership=membership, sharing="levels", changed_at=NOW)


def test_a_pause_lasts_until_it_is_ended(team):
    services.pause(person=team.alice, now=NOW)
    assert (is_paused(team.alice), in_safety(team.alice), is_held(team.alice)) == (True, False, True)
    assert not is_held(team.bob)
    services.resume(person=team.alice, now=NOW + HOUR)
    assert not is_held(team.alice)
    assert holds_of(team.alice) == [(NOW, NOW + HOUR)]


def test_pause_and_safety_may_overlap(team):
    services.pause(person=team.alice, now=NOW)
    services.enter_safety(person=team.alice, now=NOW + HOUR)
    services.resume(person=team.alice, now=NOW + 2 * HOUR)
    assert is_held(team.alice)
    assert running_holds([team.alice.pk, team.bob.pk]) == {team.alice.pk: {"safety"}}


def test_pausing_twice_is_pausing_once(team):
    services.pause(person=team.alice, now=NOW)
    services.pause(person=team.alice, now=NOW + HOUR)
    assert holds_of(team.alice) == [(NOW, None)]


def test_ending_what_never_began_changes_nothing(team):
    services.resume(person=team.alice, now=NOW)
    services.leave_safety(person=team.alice, now=NOW)
    assert not Hold.objects.exists()


def test_somebody_alone_may_pause_and_be_safe(team):
    services.enter_safety(person=team.charlie, now=NOW)
    assert in_safety(team.charlie)


def test_choices_and_holds_are_visible_to_oneself_alone(team):
    services.choose(person=team.alice, sharing="levels", now=NOW)
    services.pause(person=team.alice, now=NOW)
    for who in (team.bob, team.charlie, team.dana, AnonymousUser()):
        assert not Choice.objects.visible_to(who).exists()
        assert not Hold.objects.visible_to(who).exists()
    assert Choice.objects.visible_to(team.alice).exists()
    assert Hold.objects.visible_to(team.alice).exists()


@pytest.mark.django_db(transaction=True)
def test_two_devices_pausing_and_choosing_at_once():
    team = cast.full_cast(now=NOW)
    acts: list[Callable[[], object]] = [lambda: services.pause(person=team.alice, now=NOW)] * 3
    acts += [lambda: services.choose(person=team.alice, sharing="levels", now=NOW)] * 3
    assert not [one for one in at_once(acts) if isinstance(one, Exception)]
    assert Hold.objects.count() == 1
    assert Choice.objects.count() == 1
