"""Rows are their person's own, states move by their tables, and the database holds what must never be false."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.apps import apps
from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, models, transaction

from notifications import services
from notifications.models import AnswerToken, Delivery, Device, Preference, Prompt, ReminderSlot, Retirement, ServiceLimit
from notifications.models.deliveries import DELIVERY_MOVES, DeliveryState
from notifications.models.preferences import SLOT_MOVES, SlotState
from tests.cast import EVENING, Cast, full_cast
from tests.notifications.post import deliver, phone, prompt_for, remind

# Which words rest says nothing of any person; operators see it.
OURS: list[Any] = [model for model in apps.get_app_config("notifications").get_models() if model is not Retirement]
EIGHT = EVENING - timedelta(minutes=30)


@pytest.fixture
def cast() -> Cast:
    """Alice has one row of everything."""
    people = full_cast(now=EVENING - timedelta(days=30))
    phone(people.alice, "alice", now=EVENING - timedelta(hours=8))
    remind(EIGHT)
    deliver(EIGHT)
    prompt_for(people.alice, couple_id=people.couple.pk, now=EVENING)
    services.mute(person=people.alice, days=0, now=EVENING)
    return people


@pytest.mark.django_db
@pytest.mark.parametrize("model", [model for model in OURS if model is not ServiceLimit])
def test_a_row_is_visible_to_its_person_alone(cast, model):
    assert model.objects.visible_to(cast.alice).exists()
    cast.dana.is_superuser = True
    for other in (cast.bob, cast.charlie, cast.dana, AnonymousUser()):
        assert not model.objects.visible_to(other).exists()


@pytest.mark.django_db
def test_what_a_service_asked_of_us_is_visible_to_nobody(cast):
    ServiceLimit.objects.create(channel="webpush", service="https://push.example.org", stopped_at=EVENING)
    for who in (cast.alice, cast.dana, AnonymousUser()):
        assert not ServiceLimit.objects.visible_to(who).exists()


def test_every_model_says_to_whom_it_is_visible():
    assert len(OURS) == 7
    assert all(hasattr(model.objects, "visible_to") for model in OURS)


def test_nothing_reaches_these_rows_through_a_person():
    """No reverse accessor goes around visible_to."""
    for model in OURS:
        for field in model._meta.get_fields():
            if isinstance(field, models.ForeignKey):
                assert field.remote_field.related_name == "+"


@pytest.mark.parametrize("states, moves", [(DeliveryState, DELIVERY_MOVES), (SlotState, SLOT_MOVES)])
def test_the_table_of_moves_knows_every_state(states, moves):
    assert set(moves) == set(states)
    assert all(targets <= set(states) and state not in targets for state, targets in moves.items())


@pytest.mark.django_db
class TestMoves:
    @pytest.mark.parametrize("state, targets", sorted(DELIVERY_MOVES.items()))
    def test_a_delivery_moves_only_as_the_table_says(self, cast, state, targets):
        delivery = Delivery.objects.get(kind="prompt")
        lease = {"lease_token": uuid4(), "leased_until": EVENING}
        free: dict[str, Any] = {"lease_token": None, "leased_until": None}
        sent = {"sent_at": EVENING, "handed_over_at": EVENING}
        extras = {DeliveryState.SENDING: lease, DeliveryState.SENT: free | sent}
        for target in DeliveryState:
            begin = {"sent_at": None, "reason": "for a reason"} | extras.get(state, free)
            Delivery.objects.filter(pk=delivery.pk).update(state=state, **begin)
            moved = Delivery.objects.filter(pk=delivery.pk).move(target, **(extras.get(target, free)))
            assert moved == (1 if target in targets else 0)

    def test_an_answer_can_follow_every_end_of_a_reminder_and_nothing_follows_an_answer(self, cast):
        slot = ReminderSlot.objects.filter(person=cast.alice)
        for state in SlotState:
            slot.update(state=state, reason="for a reason")
            assert slot.move(SlotState.ANSWERED) == (state != SlotState.ANSWERED)
            assert slot.move(SlotState.SENT) == 0


@pytest.mark.django_db
class TestNeverFalse:
    @pytest.mark.parametrize(
        "changes",
        [
            {"state": "sending"},
            {"lease_token": uuid4()},
            {"leased_until": EVENING},
            {"state": "sent"},
            {"state": "failed", "reason": ""},
            {"sent_at": EVENING},
            {"kind": "reminder"},
            {"kind": "test"},
            {"prompt": None},
        ],
    )
    def test_a_delivery_does_not_contradict_itself(self, cast, changes):
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.filter(kind="prompt").update(**changes)

    def test_a_prompt_goes_to_a_device_once(self, cast):
        delivery = Delivery.objects.get(kind="prompt")
        delivery.pk = uuid4()
        with pytest.raises(IntegrityError), transaction.atomic():
            delivery.save(force_insert=True)

    def test_a_prompt_goes_to_a_mailbox_once(self, cast):
        for expected in (True, False):
            delivery = Delivery.objects.get(kind="prompt", channel="memory")
            delivery.pk, delivery.device, delivery.channel = uuid4(), None, "email"
            try:
                with transaction.atomic():
                    delivery.save(force_insert=True)
                kept = True
            except IntegrityError:
                kept = False
            assert kept is expected

    @pytest.mark.parametrize(
        "model, changes",
        [
            (Preference, {"next_reminder_at": None}),
            (Preference, {"reminders_on": False}),
            (Preference, {"last_reminder_day": None}),
            (Device, {"revoked_at": EVENING}),
            (Device, {"revoked_reason": "gone"}),
            (Device, {"endpoint": ""}),
            (Prompt, {"reaction": "helped"}),
            (Prompt, {"expires_at": EVENING}),
            (AnswerToken, {"spent_at": EVENING}),
        ],
    )
    def test_half_a_fact_is_refused(self, cast, model, changes):
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.update(**changes)

    def test_a_person_has_one_slot_for_a_day(self, cast):
        slot = ReminderSlot.objects.get()
        with pytest.raises(IntegrityError), transaction.atomic():
            ReminderSlot.objects.create(person=slot.person, day=slot.day)
