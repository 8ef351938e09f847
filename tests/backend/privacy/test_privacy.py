"""Everything that is kept of a person can be taken along and deleted, and the partner's own data stay."""

from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import OperationalError
from psycopg.errors import DeadlockDetected

from backend.accounts.models import User
from backend.couples import services as couples
from backend.couples.queries import active_membership
from backend.privacy import services
from checkins.answers import Answers
from checkins.models import CheckIn, PatternState
from checkins.services import Item, submit_check_in
from tests import cast

OURS = ("accounts", "audit", "care", "couples", "consents", "checkins", "notifications", "privacy", "config", "backend", "web")
NOT_OF_A_PERSON = {"backend.ClockOffset"}


def test_every_model_has_a_provider_that_answers_for_it() -> None:
    covered = {model for provider in services.providers() for model in provider.COVERED}
    kept = {model for model in apps.get_models() if model._meta.app_label in OURS and model._meta.label not in NOT_OF_A_PERSON}
    assert kept - covered == set()


def test_every_provider_can_export_and_erase() -> None:
    assert len(list(services.providers())) == len(settings.PRIVACY_PROVIDERS)
    for provider in services.providers():
        assert callable(provider.export)
        assert callable(provider.erase)


def _keep(person: User, note: str) -> None:
    answers = Answers(kind="full", closeness_felt=3, closeness_wanted=9, space_wanted=1, note=note)
    submit_check_in(person=person, item=Item(day=cast.TODAY, client_id=cast.client_id(), answers=answers), now=cast.EVENING)


@pytest.mark.django_db
def test_an_export_holds_ones_own_notes_and_nothing_of_the_partners() -> None:
    people = cast.full_cast()
    _keep(people.alice, "what Alice wrote")
    _keep(people.bob, "what Bob wrote")
    copy = str(services.export_of(people.alice))
    assert "what Alice wrote" in copy
    assert "what Bob wrote" not in copy
    assert people.bob.email not in copy
    assert people.bob.name not in copy


@pytest.mark.django_db
def test_erasing_removes_the_person_and_what_was_derived_from_both_but_not_the_partners_answers() -> None:
    people = cast.full_cast()
    _keep(people.alice, "gone")
    _keep(people.bob, "stays")
    PatternState.objects.create(couple=people.couple, first_day=cast.TODAY)
    services.erase(person=people.alice, now=cast.EVENING)
    assert not User.objects.filter(email="alice@example.org").exists()
    assert [row.person_id for row in CheckIn.objects.all()] == [people.bob.pk]
    assert not PatternState.objects.exists()
    assert active_membership(people.bob) is None


@pytest.mark.django_db
def test_deleting_after_leaving_quietly_ends_the_pair_for_the_other_too() -> None:
    people = cast.full_cast()
    couples.leave(person=people.alice, quietly=True, now=cast.EVENING)
    services.erase(person=people.alice, now=cast.EVENING)
    assert active_membership(people.bob) is None
    answer = cast.signed_in(people.bob).get("/api/v1/dashboard/")
    assert (answer.status_code, answer.json()["pattern"]) == (200, None)


@pytest.mark.django_db
def test_deleting_asks_who_it_is_when_that_was_not_confirmed_lately() -> None:
    people = cast.full_cast()
    answer = cast.signed_in(people.charlie).post("/api/v1/me/deletion/")
    assert (answer.status_code, answer.json()["code"]) == (403, "reauth-required")
    assert User.objects.filter(pk=people.charlie.pk).exists()


@pytest.mark.django_db
def test_whoever_deletes_and_meets_somebody_writing_for_them_tries_again(monkeypatch: pytest.MonkeyPatch) -> None:
    alice = cast.person("Alice")
    providers = services.providers
    met: list[str] = []

    def busy() -> Iterator[services.Provider]:
        if not met:
            met.append("a writer")
            raise OperationalError("deadlock detected") from DeadlockDetected()
        return providers()

    monkeypatch.setattr(services, "providers", busy)
    services.erase(person=alice, now=cast.EVENING)
    assert not User.objects.exists()


@pytest.mark.django_db
def test_any_other_trouble_of_the_database_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Iterator[services.Provider]:
        raise OperationalError("the server is away")

    monkeypatch.setattr(services, "providers", away)
    with pytest.raises(OperationalError):
        services.erase(person=cast.person("Alice"), now=cast.EVENING)
