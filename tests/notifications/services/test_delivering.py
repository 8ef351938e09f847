"""What leaves, what stays, and that nothing leaves twice."""

import itertools
import time as time_of_day
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, time, timedelta
from uuid import UUID

import pytest
from django.core import mail
from django.db import IntegrityError, transaction

from backend.accounts.models import User
from backend.consents import services as consents
from backend.couples import services as couples
from notifications import services
from notifications.channels.base import ChannelError, MemoryAddress, Message, NotBegun, Sent
from notifications.channels.memory import MemoryChannel
from notifications.gate import Facts, ask
from notifications.models import Delivery, Device, Preference, Prompt, ReminderSlot, ServiceLimit
from notifications.services import delivering, endings, limits, passing
from notifications.services.passing import LEASE
from tests.cast import EVENING, TODAY, Cast, full_cast, person
from tests.notifications.post import at_once, copies, deliver, phone, preference, prompt_for, remind, shown, states

MORNING = datetime.fromisoformat("2026-03-05T06:10+00:00")
SLOT = datetime.fromisoformat("2026-03-05T07:30+00:00")
BEFORE_EIGHT = EVENING - timedelta(hours=2)
EIGHT = EVENING - timedelta(minutes=30)


@pytest.fixture
def cast() -> Cast:
    people = full_cast(now=EVENING - timedelta(days=30))
    phone(people.alice, "alice", now=BEFORE_EIGHT)
    phone(people.bob, "bob", now=BEFORE_EIGHT)
    return people


@pytest.fixture
def prompts(cast: Cast) -> dict[str, UUID]:
    alice, bob = prompt_for(cast.alice, cast.bob, couple_id=cast.couple.pk, now=MORNING)
    return {"alice": alice.pk, "bob": bob.pk}


def the_delivery(**which: object) -> Delivery:
    return Delivery.objects.get(**which)


@pytest.mark.django_db
class TestSending:
    def test_both_partners_receive_their_prompt_at_the_slot_and_not_before(self, prompts):
        deliver(SLOT - timedelta(seconds=1))
        assert MemoryChannel.sent == []
        deliver(SLOT)
        assert [len(shown(name)) for name in ("alice", "bob")] == [1, 1]
        assert states() == ["sent", "sent"]

    def test_a_message_says_nothing_about_what_it_brings(self, cast, prompts):
        deliver(SLOT)
        (message,) = shown("alice")
        assert message.payload == {}
        assert 0 < message.ttl_seconds <= 6 * 3600
        delivery = the_delivery(person=cast.alice)
        assert message.collapse_key == delivery.collapse_key == prompts["alice"].hex
        assert message.delivery_id == delivery.pk

    def test_a_reminder_carries_a_token_for_its_one_answer(self, cast):
        remind(EIGHT)
        deliver(EIGHT)
        (message,) = shown("alice")
        owner = services.redeem_answer_token(token=message.payload["answer_token"], client_id=UUID(int=1), now=EVENING)
        assert (owner.person_id, str(owner.day)) == (cast.alice.pk, "2026-03-04")

    def test_mail_carries_no_token(self, cast):
        services.change_preference(person=cast.alice, email_on=True, now=BEFORE_EIGHT)
        remind(EIGHT)
        deliver(EIGHT)
        (letter,) = mail.outbox
        assert letter.to == [cast.alice.email]
        assert states(person=cast.alice) == ["sent", "sent"]

    def test_nothing_is_sent_a_second_time(self, prompts):
        deliver(SLOT)
        deliver(SLOT + timedelta(minutes=5))
        assert len(MemoryChannel.sent) == 2

    def test_what_waited_too_long_expires_instead(self, cast, prompts):
        deliver(SLOT + timedelta(hours=6))
        assert MemoryChannel.sent == []
        assert states() == ["expired", "expired"]

    def test_what_was_put_off_past_its_end_expires_at_its_end(self, cast, prompts):
        end = the_delivery(person=cast.alice).expires_at
        Delivery.objects.update(due_at=end + timedelta(seconds=3))
        deliver(end)
        assert states() == ["expired", "expired"]

    def test_a_sweep_that_finds_nothing_is_one_statement(self, prompts, django_assert_num_queries):
        with django_assert_num_queries(1):
            deliver(SLOT - timedelta(seconds=1))

    def test_the_database_refuses_a_send_after_the_end(self, cast, prompts):
        late = the_delivery(person=cast.alice)
        with pytest.raises(IntegrityError), transaction.atomic():
            Delivery.objects.filter(pk=late.pk).update(state="sent", sent_at=late.expires_at, handed_over_at=late.expires_at)

    def test_a_batch_costs_the_same_number_of_statements_whatever_its_size(self, django_assert_max_num_queries):
        people = [person(f"Reader{number}") for number in range(8)]
        for one in people:
            phone(one, one.name, now=BEFORE_EIGHT)
            prompt_for(one, now=MORNING)
        with django_assert_max_num_queries(34):
            deliver(SLOT)
        assert len(MemoryChannel.sent) == 8


@pytest.mark.django_db
class TestTheGate:
    def test_pausing_after_queueing_stops_it(self, cast, prompts):
        consents.pause(person=cast.alice, now=SLOT)
        deliver(SLOT)
        assert (shown("alice"), len(shown("bob"))) == ([], 1)
        assert states(person=cast.alice) == ["suppressed"]

    def test_muting_after_queueing_stops_it_and_the_other_cannot_tell(self, cast, prompts):
        services.mute(person=cast.alice, days=7, now=MORNING)
        deliver(SLOT)
        assert (shown("alice"), len(shown("bob"))) == ([], 1)

    def test_the_safety_state_lets_solo_words_through_only(self, cast):
        prompt_for(cast.alice, couple_id=cast.couple.pk, voice="reaching", now=MORNING)
        prompt_for(cast.bob, couple_id=cast.couple.pk, voice="solo", now=MORNING)
        for one in (cast.alice, cast.bob):
            consents.enter_safety(person=one, now=MORNING)
        deliver(SLOT)
        assert (shown("alice"), len(shown("bob"))) == ([], 1)

    @pytest.mark.parametrize("quietly", [True, False])
    def test_leaving_stops_what_is_about_the_couple_for_both(self, cast, prompts, quietly):
        couples.leave(person=cast.alice, quietly=quietly, now=SLOT)
        deliver(SLOT)
        assert MemoryChannel.sent == []
        assert states() == ["cancelled", "cancelled"]

    def test_an_answer_just_before_stops_the_reminder(self, cast):
        remind(EIGHT)
        ReminderSlot.objects.filter(person=cast.alice).update(state="answered", reason="answered")
        deliver(EIGHT)
        assert (shown("alice"), len(shown("bob"))) == ([], 1)
        assert states(person=cast.alice) == ["cancelled"]

    def test_new_quiet_hours_are_kept_although_it_was_queued_before(self, cast, prompts):
        services.change_preference(person=cast.alice, quiet_until=time(9), now=MORNING)
        deliver(SLOT)
        assert (shown("alice"), len(shown("bob"))) == ([], 1)
        deliver(SLOT + timedelta(minutes=30))
        assert len(shown("alice")) == 1
        assert the_delivery(person=cast.alice).attempts == 1

    def test_a_deleted_person_is_sent_nothing(self, cast):
        remind(EIGHT)
        cast.alice.delete()
        deliver(EIGHT)
        assert (shown("alice"), len(shown("bob"))) == ([], 1)

    def test_somebody_whose_account_is_switched_off_is_sent_nothing(self, cast, prompts):
        cast.alice.is_active = False
        cast.alice.save()
        deliver(SLOT)
        assert shown("alice") == []

    def test_mail_stops_when_it_is_switched_off(self, cast):
        services.change_preference(person=cast.alice, email_on=True, now=MORNING)
        prompt_for(cast.alice, now=MORNING)
        Preference.objects.filter(person=cast.alice).update(email_on=False)
        deliver(SLOT)
        assert mail.outbox == []
        assert states(person=cast.alice) == ["undeliverable", "sent"]

    def test_a_device_revoked_since_is_not_sent_to(self, cast, prompts):
        gone = {"revoked_at": SLOT, "revoked_reason": "person", "endpoint": ""}
        Device.objects.filter(person=cast.alice).update(**gone)
        deliver(SLOT)
        assert states(person=cast.alice) == ["undeliverable"]

    def test_a_service_that_asked_for_patience_since_the_claim_is_not_called(self, prompts):
        claimed = services.claim_due(now=SLOT, limit=10)
        ServiceLimit.objects.create(channel="memory", service="memory", not_before=SLOT + timedelta(minutes=1))
        assert passing.pass_gate(claimed, clock=lambda: SLOT) == passing.Passed()
        assert list(Delivery.objects.values_list("state", "attempts")) == [("queued", 0)] * 2

    def test_a_send_that_cannot_start_in_time_asks_again_and_then_waits(self, prompts, monkeypatch):
        with monkeypatch.context() as busy:
            busy.setattr(passing, "GATE_HOLDS", -1.0)
            deliver(SLOT)
        assert MemoryChannel.sent == []
        assert states() == ["queued", "queued"]
        deliver(SLOT + delivering.BUSY_PAUSE)
        assert states() == ["sent", "sent"]

    def test_a_send_whose_way_there_took_too_long_asks_again_and_counts_as_no_try(self, prompts, monkeypatch):
        begun = the_first_time_the_way_is_long(monkeypatch)
        deliver(SLOT)
        assert len(begun) == 4
        assert list(Delivery.objects.values_list("state", "attempts")) == [("sent", 1)] * 2

    def test_whoever_pauses_while_the_way_there_is_long_is_sent_nothing(self, cast, prompts, monkeypatch):
        begun, ask_gate = the_first_time_the_way_is_long(monkeypatch), passing.pass_gate_or_leave

        def pause_before_it_is_asked_again(handful, *, clock):
            if len(begun) == 2:
                consents.pause(person=cast.alice, now=SLOT)
            return ask_gate(handful, clock=clock)

        monkeypatch.setattr(delivering, "pass_gate_or_leave", pause_before_it_is_asked_again)
        deliver(SLOT)
        assert (len(begun), len(MemoryChannel.sent)) == (3, 1)
        assert states(person=cast.alice) == ["suppressed"]


def the_first_time_the_way_is_long(monkeypatch) -> list[UUID]:
    """Whose sends had their turn: none of them has begun at its first."""
    turns: list[UUID] = []
    whole = MemoryChannel.send

    def slow(channel, message):
        turns.append(message.delivery_id)
        if turns.count(message.delivery_id) == 1:
            raise NotBegun
        return whole(channel, message)

    monkeypatch.setattr(MemoryChannel, "send", slow)
    return turns


@pytest.mark.django_db
class TestRoom:
    """What one service is asked at a time and in a second, over all workers."""

    @pytest.fixture
    def claimed(self) -> list[Delivery]:
        for number in range(3):
            reader = person(f"Reader{number}")
            for place in range(10):
                phone(reader, f"{number} {place}", now=BEFORE_EIGHT)
            prompt_for(reader, now=MORNING)
        return services.claim_due(now=SLOT, limit=30)

    def test_no_more_than_ten_calls_are_under_way_at_a_time(self, claimed):
        assert len(passing.pass_gate(claimed[:6], clock=lambda: SLOT).going) == 6
        second = passing.pass_gate(claimed[6:12], clock=lambda: SLOT)
        assert (len(second.going), len(second.crowded)) == (4, 2)
        assert passing.pass_gate(claimed[12:], clock=lambda: SLOT).going == []

    def test_a_call_that_ended_makes_room(self, claimed):
        first = passing.pass_gate(claimed[:10], clock=lambda: SLOT).going
        delivering._record({one.delivery: Sent() for one in first[:3]}, now=SLOT)
        assert len(passing.pass_gate(claimed[10:], clock=lambda: SLOT).going) == 3

    def test_a_call_of_a_lost_worker_takes_up_room_only_while_it_can_last(self, claimed):
        passing.pass_gate(claimed[:10], clock=lambda: SLOT)
        assert len(passing.pass_gate(claimed[10:], clock=lambda: SLOT + limits.CALL_LASTS).going) == 10

    def test_calls_begin_one_after_another_at_the_pace_of_the_cap(self, claimed):
        first = passing.pass_gate(claimed[:10], clock=lambda: SLOT).going
        gaps = [later.start - earlier.start for earlier, later in itertools.pairwise(first)]
        assert gaps == [pytest.approx(1 / limits.SENDS_IN_A_SECOND)] * 9
        assert ServiceLimit.objects.get().next_send_at == SLOT + 10 * limits.PACE

    def test_the_next_worker_begins_where_the_last_one_ends(self, claimed):
        passing.pass_gate(claimed[:4], clock=lambda: SLOT)
        before = time_of_day.monotonic()
        (next_one,) = passing.pass_gate(claimed[4:5], clock=lambda: SLOT).going
        assert next_one.start >= before + (4 * limits.PACE).total_seconds()

    def test_a_clock_that_is_put_back_holds_nobody_up(self, claimed):
        passing.pass_gate(claimed[:4], clock=lambda: SLOT)
        ServiceLimit.objects.update(next_send_at=SLOT + timedelta(minutes=5))
        (next_one,) = passing.pass_gate(claimed[4:5], clock=lambda: SLOT).going
        assert next_one.start <= time_of_day.monotonic()
        assert ServiceLimit.objects.get().next_send_at == SLOT + limits.PACE

    def test_what_found_no_room_for_a_while_goes_back_untried(self, claimed, monkeypatch):
        monkeypatch.setattr(delivering, "A_TURN", 0.05)
        passing.pass_gate(claimed[:10], clock=lambda: SLOT)
        with ThreadPoolExecutor() as senders:
            delivering._bring(claimed[10:], clock=lambda: SLOT, senders=senders)
        waiting = Delivery.objects.filter(state="queued")
        assert set(waiting.values_list("reason", "attempts")) == {("busy", 0)}
        assert waiting.count() == 20
        assert len(set(waiting.values_list("due_at", flat=True))) > 1
        assert MemoryChannel.sent == []


@pytest.mark.django_db
class TestFailures:
    def test_a_passing_failure_is_tried_again_under_the_same_collapse_key(self, cast):
        (prompt,) = prompt_for(cast.alice, now=MORNING)
        MemoryChannel.fail_next(ChannelError.later("timeout"))
        services.deliver_due(clock=lambda: SLOT)
        delivery = the_delivery(prompt=prompt)
        if delivery.state == "queued":  # the wait is drawn by chance and may be next to nothing
            assert SLOT <= delivery.due_at <= SLOT + timedelta(seconds=15)
            deliver(SLOT + timedelta(seconds=15))
        assert [message.collapse_key for message in shown("alice")] == [prompt.pk.hex]

    def test_five_tries_are_enough(self, cast):
        prompt_for(cast.alice, now=MORNING)
        MemoryChannel.fail_next(*[ChannelError.later("timeout")] * 9)
        for minutes in range(0, 100, 10):
            deliver(SLOT + timedelta(minutes=minutes))
        delivery = the_delivery()
        assert (delivery.state, delivery.reason, delivery.attempts) == ("failed", "timeout", 5)
        assert len(MemoryChannel._script) == 4

    def test_a_refused_message_fails_at_once_and_the_device_stays(self, cast):
        prompt_for(cast.alice, now=MORNING)
        MemoryChannel.fail_next(ChannelError.refused("http-400"))
        deliver(SLOT)
        assert states() == ["failed"]
        assert Device.objects.live().filter(person=cast.alice).exists()

    def test_a_device_that_is_gone_is_retired_with_all_that_waits_for_it(self, cast):
        prompt_for(cast.alice, now=MORNING)
        prompt_for(cast.alice, now=MORNING + timedelta(days=1))
        MemoryChannel.fail_next(ChannelError.gone("http-410"))
        deliver(SLOT)
        device = Device.objects.get(person=cast.alice)
        assert (device.revoked_reason, device.endpoint) == ("gone", "")
        assert sorted(states()) == ["failed", "undeliverable"]

    def test_a_device_that_registered_again_since_is_kept(self, cast):
        prompt_for(cast.alice, now=MORNING)
        phone(cast.alice, "alice", now=SLOT + timedelta(seconds=1))
        MemoryChannel.fail_next(ChannelError.gone("http-410"))
        deliver(SLOT)
        assert Device.objects.live().filter(person=cast.alice).exists()

    @pytest.mark.parametrize("seconds, stays", [(-1, True), (1, False)])
    def test_a_device_that_registered_after_the_service_lost_it_stays(self, cast, seconds, stays):
        remind(EIGHT)
        MemoryChannel.fail_next(ChannelError.gone("Unregistered", BEFORE_EIGHT + timedelta(seconds=seconds)))
        deliver(EIGHT)
        assert Device.objects.live().count() == (2 if stays else 1)

    def test_many_devices_gone_at_once_stop_the_service_instead(self):
        people = [person(f"Reader{number}") for number in range(12)]
        for one in people:
            phone(one, one.name, now=BEFORE_EIGHT)
            prompt_for(one, now=MORNING)
        MemoryChannel.fail_next(*[ChannelError.gone("http-404")] * 12)
        deliver(SLOT)
        assert Device.objects.live().count() >= 4
        assert ServiceLimit.objects.get().reason == "many-devices-gone"

    def test_ten_phones_of_one_person_stop_nothing(self):
        reader = person("Reader")
        for number in range(10):
            phone(reader, f"Phone{number}", now=BEFORE_EIGHT)
        prompt_for(reader, now=MORNING)
        MemoryChannel.fail_next(*[ChannelError.gone("http-404")] * 10)
        deliver(SLOT)
        assert not Device.objects.live().exists()
        assert not ServiceLimit.objects.stopped().exists()

    def test_a_service_that_is_believed_may_lose_them_all(self):
        ServiceLimit.objects.create(channel="memory", service="memory", believed_until=SLOT + timedelta(minutes=1))
        for number in range(12):
            one = person(f"Reader{number}")
            phone(one, one.name, now=BEFORE_EIGHT)
            prompt_for(one, now=MORNING)
        MemoryChannel.fail_next(*[ChannelError.gone("http-404")] * 12)
        deliver(SLOT)
        assert not Device.objects.live().exists()
        assert not ServiceLimit.objects.stopped().exists()

    def test_a_service_that_asks_for_patience_is_left_alone_by_every_delivery(self, cast, prompts):
        MemoryChannel.fail_next(
            ChannelError.later("http-429", timedelta(minutes=10)), ChannelError.later("http-429", timedelta(minutes=10))
        )
        deliver(SLOT)
        prompt_for(cast.charlie, now=MORNING)
        phone(cast.charlie, "charlie", now=MORNING)
        deliver(SLOT + timedelta(minutes=10) - timedelta(seconds=1))
        assert MemoryChannel.sent == []
        deliver(SLOT + timedelta(minutes=11))
        assert [len(shown(name)) for name in ("alice", "bob", "charlie")] == [1, 1, 1]

    def test_a_service_that_refuses_our_credentials_is_not_called_until_it_is_resumed(self, cast, prompts):
        MemoryChannel.fail_next(*[ChannelError.stopped("http-403")] * 2)
        deliver(SLOT)
        deliver(SLOT + timedelta(hours=1))
        assert MemoryChannel.sent == []
        assert states() == ["queued", "queued"]
        assert Device.objects.live().count() == 2
        services.resume_service(channel="memory", service="memory")
        deliver(SLOT + timedelta(hours=2))
        assert len(MemoryChannel.sent) == 2

    def test_a_message_that_a_channel_chokes_on_harms_no_neighbour(self, prompts, monkeypatch, cast):
        send = MemoryChannel.send

        def choke(self: MemoryChannel, message: Message) -> Sent:
            if message.address == MemoryAddress("alice"):
                raise KeyError("surprise")
            return send(self, message)

        monkeypatch.setattr(MemoryChannel, "send", choke)
        for minutes in range(0, 100, 10):
            deliver(SLOT + timedelta(minutes=minutes))
        assert len(shown("bob")) == 1
        delivery = the_delivery(person=cast.alice)
        assert (delivery.state, delivery.reason, delivery.attempts) == ("failed", "unexpected", 5)

    def test_a_delivery_about_which_the_gate_cannot_be_asked_harms_no_neighbour(self, cast, prompts, monkeypatch):
        def choke(facts: Facts, now: datetime) -> object:
            if facts.voice == "reaching":
                raise KeyError("surprise")
            return ask(facts, now)

        monkeypatch.setattr(passing, "ask", choke)
        Prompt.objects.filter(person=cast.alice).update(voice="reaching")
        for minutes in range(0, 30, 3):
            deliver(SLOT + timedelta(minutes=minutes))
        assert (shown("alice"), len(shown("bob"))) == ([], 1)
        assert [states(person=who) for who in (cast.alice, cast.bob)] == [["failed"], ["sent"]]

    def test_a_channel_that_is_no_longer_listed_ends_its_deliveries(self, prompts, settings):
        settings.CHANNELS = {}
        deliver(SLOT)
        assert states() == ["failed", "failed"]


@pytest.mark.django_db
class TestALostWorker:
    def test_its_deliveries_come_back_when_the_lease_runs_out(self, prompts):
        services.claim_due(now=SLOT, limit=10)
        deliver(SLOT + LEASE - timedelta(seconds=1))
        assert MemoryChannel.sent == []
        deliver(SLOT + LEASE)
        assert len(MemoryChannel.sent) == 2

    def test_what_it_records_after_losing_the_lease_changes_nothing(self, prompts):
        lost = services.claim_due(now=SLOT, limit=10)
        endings.take_back_lapsed(now=SLOT + LEASE)
        taken = services.claim_due(now=SLOT + LEASE, limit=10)
        assert {one.pk for one in taken} == {one.pk for one in lost}
        delivering._record({one: Sent() for one in lost}, now=SLOT + LEASE)
        assert states() == ["sending", "sending"]

    def test_it_sends_nothing_after_losing_the_lease(self, prompts):
        lost = services.claim_due(now=SLOT, limit=10)
        endings.take_back_lapsed(now=SLOT + LEASE)
        assert passing.pass_gate(lost, clock=lambda: SLOT + LEASE) == passing.Passed()

    def test_mail_that_may_have_left_is_not_sent_again(self, cast):
        services.change_preference(person=cast.alice, email_on=True, now=MORNING)
        prompt_for(cast.alice, now=MORNING)
        claimed = services.claim_due(now=SLOT, limit=10)
        passing.pass_gate([one for one in claimed if one.device is None], clock=lambda: SLOT)
        deliver(SLOT + 2 * LEASE)
        assert mail.outbox == []
        assert states(person=cast.alice) == ["failed", "sent"]

    def test_mail_that_had_not_left_is_sent(self, cast):
        services.change_preference(person=cast.alice, email_on=True, now=MORNING)
        prompt_for(cast.alice, now=MORNING)
        services.claim_due(now=SLOT, limit=10)
        deliver(SLOT + LEASE)
        assert len(mail.outbox) == 1

    def test_what_was_under_way_when_five_workers_were_lost_is_given_up(self, cast):
        prompt_for(cast.alice, now=MORNING)
        for round_ in range(5):
            now = SLOT + round_ * LEASE
            assert passing.pass_gate(services.claim_due(now=now, limit=10), clock=itertools.repeat(now).__next__).going
            endings.take_back_lapsed(now=now + LEASE)
        delivery = the_delivery()
        assert (delivery.state, delivery.reason) == ("failed", "lease-lapsed")

    def test_what_only_waited_beside_it_has_not_been_tried(self, cast):
        prompt_for(cast.alice, now=MORNING)
        for round_ in range(7):
            assert services.claim_due(now=SLOT + round_ * LEASE, limit=10)
            endings.take_back_lapsed(now=SLOT + (round_ + 1) * LEASE)
        delivery = the_delivery()
        assert (delivery.state, delivery.reason, delivery.attempts) == ("queued", "waited", 0)

    def test_what_may_have_cost_a_worker_its_life_goes_alone(self, cast, prompts, monkeypatch):
        passing.pass_gate(services.claim_due(now=SLOT, limit=10), clock=lambda: SLOT)
        asked = []
        pass_gate = passing.pass_gate

        def listening(handful, *, clock):
            asked.append(len(handful))
            return pass_gate(handful, clock=clock)

        monkeypatch.setattr(passing, "pass_gate", listening)
        deliver(SLOT + LEASE)
        assert asked == [1, 1]
        assert states() == ["sent", "sent"]


@pytest.mark.django_db(transaction=True)
class TestManyWorkers:
    def test_two_that_claim_at_once_share_out_the_work(self):
        alice = person("Alice")
        for number in range(10):
            phone(alice, f"phone {number}", now=BEFORE_EIGHT)
        prompt_for(alice, now=MORNING)
        claims = at_once(*copies(lambda: [one.pk for one in services.claim_due(now=SLOT, limit=3)], 4))
        taken = [pk for claim in claims for pk in claim]
        assert len(taken) == len(set(taken)) == 10

    def test_copies_of_one_task_send_once(self):
        alice = person("Alice")
        for number in range(10):
            phone(alice, f"phone {number}", now=BEFORE_EIGHT)
        prompt_for(alice, now=MORNING)
        at_once(*copies(lambda: deliver(SLOT), 4))
        assert len(MemoryChannel.sent) == 10
        assert states() == ["sent"] * 10

    def test_leaving_or_answering_while_sending_ends_in_one_clear_state(self):
        cast = full_cast(now=EVENING - timedelta(days=30))
        for one in (cast.alice, cast.bob):
            phone(one, one.name, now=BEFORE_EIGHT)
        remind(EIGHT)
        day = TODAY
        at_once(
            lambda: deliver(EIGHT),
            lambda: deliver(EIGHT),
            lambda: services.close_slot(person_id=cast.alice.pk, day=day, now=EIGHT),
            lambda: services.cancel_person(person_id=cast.bob.pk, now=EIGHT),
        )
        assert set(states()) <= {"sent", "cancelled"}
        assert preference(cast.alice).ignored_in_a_row == 0

    def test_nobody_waits_for_whoever_is_just_deleting_their_account(self):
        cast = full_cast(now=EVENING - timedelta(days=30))
        for one in (cast.alice, cast.bob):
            phone(one, one.name, now=BEFORE_EIGHT)
        remind(EIGHT)
        claimed = services.claim_due(now=EIGHT, limit=10)
        with transaction.atomic():
            User.objects.select_for_update().get(pk=cast.alice.pk)
            ((passed,),) = at_once(lambda: [passing.pass_gate(claimed, clock=lambda: EIGHT)])
            assert [one.delivery.person_id for one in passed.going] == [cast.bob.pk]
            assert [one.person_id for one in passed.crowded] == [cast.alice.pk]
            at_once(lambda: remind(EIGHT + timedelta(days=1)))
            assert ReminderSlot.objects.filter(day=TODAY + timedelta(days=1)).get().person == cast.bob
        remind(EIGHT + timedelta(days=1))
        assert ReminderSlot.objects.filter(day=TODAY + timedelta(days=1)).count() == 2
