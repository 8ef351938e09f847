"""The one reminder of a day: when it is queued, when it is not, and what an answer does to it."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from django.db import connection

from backend.accounts.models import User
from backend.accounts.services import update_profile
from backend.calendar_days import local_day
from backend.consents import services as consents
from backend.errors import Invalid
from notifications import services
from notifications.channels.base import ChannelError
from notifications.channels.memory import MemoryChannel
from notifications.models import Delivery, Device, Preference, ReminderSlot
from notifications.services import due, reminders
from tests.cast import EVENING, TODAY, person
from tests.notifications.post import at_once, copies, deliver, phone, preference, remind, shown, states

NOON = EVENING - timedelta(hours=8)
EIGHT = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def alice():
    one = person("Alice")
    phone(one, "alice", now=NOON)
    return one


def slots() -> list[tuple[date, str]]:
    return list(ReminderSlot.objects.order_by("day").values_list("day", "state"))


def evening(now: datetime) -> None:
    remind(now)
    deliver(now)


@pytest.mark.django_db
class TestQueueing:
    def test_it_comes_at_the_chosen_hour_once(self, alice):
        evening(EIGHT - timedelta(seconds=1))
        assert shown("alice") == []
        for seconds in (0, 20, 40):
            evening(EIGHT + timedelta(seconds=seconds))
        assert len(MemoryChannel.sent) == 1
        assert slots() == [(TODAY, "sent")]
        assert preference(alice).next_reminder_at == EIGHT + DAY

    def test_nobody_is_looked_at_when_nobody_is_due(self, alice, django_assert_max_num_queries):
        with django_assert_max_num_queries(8):
            assert services.queue_due_reminders(now=EIGHT - timedelta(hours=1)) == 0

    def test_people_who_share_an_hour_are_compared_as_sets_and_not_each_with_each(self, alice):
        phone(person("Bob"), "bob", now=NOON)
        plans: list[str] = []

        def explained(execute, sql, params, many, context):
            if "WITH plan AS" in sql and not sql.startswith("EXPLAIN"):
                with connection.cursor() as cursor:
                    cursor.execute(f"EXPLAIN {sql}", params)
                    plans.append("\n".join(line for (line,) in cursor.fetchall()))
            return execute(sql, params, many, context)

        with connection.execute_wrapper(explained):
            services.queue_due_reminders(now=EIGHT)
        assert len(plans) == 1
        assert "Nested Loop" not in plans[0]
        assert Delivery.objects.count() == 2

    def test_whoever_cannot_be_reached_has_no_next_reminder_until_they_can(self):
        bob = person("Bob")
        services.change_preference(person=bob, reminder_time=time(19), now=NOON)
        assert preference(bob).next_reminder_at is None
        services.change_preference(person=bob, email_on=True, now=NOON)
        assert preference(bob).next_reminder_at == EIGHT - timedelta(hours=1)

    def test_a_person_whose_last_device_went_is_asked_no_more(self, alice):
        services.revoke_device(person=alice, device_id=Device.objects.get().pk, now=NOON)
        evening(EIGHT)
        assert slots() == [(TODAY, "undeliverable")]
        assert (preference(alice).next_reminder_at, preference(alice).ignored_in_a_row) == (None, 0)
        phone(alice, "new", now=EIGHT + timedelta(hours=1))
        assert preference(alice).next_reminder_at == EIGHT + DAY

    def test_a_pause_keeps_it_away_and_does_not_count_as_ignoring(self, alice):
        consents.pause(person=alice, now=NOON)
        evening(EIGHT)
        assert (shown("alice"), slots()) == ([], [(TODAY, "suppressed")])
        assert preference(alice).ignored_in_a_row == 0

    def test_the_safety_state_does_not_keep_it_away(self, alice):
        consents.enter_safety(person=alice, now=NOON)
        evening(EIGHT)
        assert len(shown("alice")) == 1

    def test_a_reminder_that_a_sleeping_worker_missed_is_left_out(self, alice):
        evening(EIGHT + timedelta(hours=2))
        assert (shown("alice"), slots()) == ([], [(TODAY, "expired")])
        assert (preference(alice).next_reminder_at, preference(alice).ignored_in_a_row) == (EIGHT + DAY, 0)

    def test_switched_off_means_none(self, alice):
        services.change_preference(person=alice, reminders_on=False, now=NOON)
        evening(EIGHT)
        assert shown("alice") == []

    def test_a_new_hour_is_used_the_same_day(self, alice):
        services.change_preference(person=alice, reminder_time=time(21), now=NOON)
        evening(EIGHT)
        assert shown("alice") == []
        evening(EIGHT + timedelta(hours=1))
        assert len(shown("alice")) == 1

    @pytest.mark.parametrize(
        "changes, pointer",
        [
            ({"reminder_time": time(23)}, "/reminder_time"),
            ({"quiet_from": time(19)}, "/quiet_from"),
            ({"quiet_from": time(8), "quiet_until": time(21)}, "/quiet_from"),
        ],
    )
    def test_an_hour_in_the_quiet_hours_is_refused(self, alice, changes, pointer):
        with pytest.raises(Invalid) as refused:
            services.change_preference(person=alice, now=NOON, **changes)
        assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, "in-quiet-hours")]
        assert preference(alice).reminder_time == time(20)

    @pytest.mark.parametrize("start", [date(2026, 3, 27), date(2026, 10, 23)])
    def test_days_with_a_clock_change_have_one_slot_each(self, start):
        bob = person("Bob")
        begins = datetime.combine(start, time(12), tzinfo=UTC)
        phone(bob, "bob", now=begins)
        services.change_preference(person=bob, reminder_time=time(2, 30), quiet_from=time(9), quiet_until=time(9), now=begins)
        for _ in range(5):
            now = preference(bob).next_reminder_at
            assert now is not None
            evening(now)
            services.close_slot(person_id=bob.pk, day=local_day(now, bob.zone), now=now)
        assert [day for day, _ in slots()] == [start + n * DAY for n in range(5)]
        assert len(MemoryChannel.sent) == 5


@pytest.mark.django_db
class TestIgnoring:
    def test_ignored_reminders_become_weekly_and_then_silent(self, alice):
        reminded = []
        for n in range(60):
            now = EIGHT + n * DAY if n < 25 else EIGHT + n * DAY - timedelta(hours=1)  # summer time from 29 March
            before = len(MemoryChannel.sent)
            evening(now)
            if len(MemoryChannel.sent) > before:
                reminded.append(n)
        assert reminded == [0, 1, 8, 15]
        assert preference(alice).next_reminder_at is None

    @pytest.mark.parametrize("ignored", [1, 2, 4])
    def test_an_answer_brings_the_daily_reminder_back(self, alice, ignored):
        now = EIGHT
        for _ in range(ignored):
            now = preference(alice).next_reminder_at or now
            evening(now)
        answered = now + timedelta(hours=1)
        services.close_slot(person_id=alice.pk, day=local_day(answered, alice.zone), now=answered)
        assert preference(alice).ignored_in_a_row == 0
        assert preference(alice).next_reminder_day == local_day(now, alice.zone) + DAY

    def test_a_reminder_that_no_device_showed_does_not_count(self, alice):
        remind(EIGHT)
        assert preference(alice).ignored_in_a_row == 1
        MemoryChannel.fail_next(ChannelError.refused("http-400"))
        with_commit_hooks(lambda: deliver(EIGHT))
        assert slots() == [(TODAY, "failed")]
        assert preference(alice).ignored_in_a_row == 0


@pytest.mark.django_db
class TestAnswering:
    def test_an_answer_before_the_hour_means_no_reminder(self, alice):
        services.close_slot(person_id=alice.pk, day=TODAY, now=NOON)
        evening(EIGHT)
        assert shown("alice") == []
        assert slots() == [(TODAY, "answered")]
        assert (preference(alice).next_reminder_at, preference(alice).ignored_in_a_row) == (EIGHT + DAY, 0)

    def test_an_answer_ends_what_waits_in_the_outbox(self, alice):
        phone(alice, "tablet", now=NOON)
        remind(EIGHT)
        services.close_slot(person_id=alice.pk, day=TODAY, now=EIGHT)
        deliver(EIGHT)
        assert MemoryChannel.sent == []
        assert states() == ["cancelled", "cancelled"]

    def test_an_answer_after_the_reminder_is_a_fact_of_its_slot(self, alice):
        evening(EIGHT)
        services.close_slot(person_id=alice.pk, day=TODAY, now=EVENING)
        assert slots() == [(TODAY, "answered")]
        assert states() == ["sent"]

    def test_closing_again_changes_nothing(self, alice):
        for _reason in ("answered", "answered", "withdrawn"):
            services.close_slot(person_id=alice.pk, day=TODAY, now=NOON)
        assert slots() == [(TODAY, "answered")]

    def test_it_is_one_statement(self, alice, django_assert_num_queries):
        with django_assert_num_queries(1):
            services.close_slot(person_id=alice.pk, day=TODAY, now=NOON)

    def test_it_touches_nobody_else_and_no_other_day(self, alice):
        bob = person("Bob")
        phone(bob, "bob", now=NOON)
        remind(EIGHT)
        services.close_slot(person_id=alice.pk, day=TODAY - DAY, now=EIGHT)
        deliver(EIGHT)
        assert [len(shown(name)) for name in ("alice", "bob")] == [1, 1]

    def test_somebody_who_never_chose_anything_can_answer(self):
        services.close_slot(person_id=person("Bob").pk, day=TODAY, now=NOON)
        assert slots() == [(TODAY, "answered")]


@pytest.mark.django_db
class TestTravelling:
    def test_todays_reminder_stays_and_the_next_follows_the_new_clock(self, alice):
        update_profile(person=alice, timezone="America/New_York", now=NOON + timedelta(hours=3))
        evening(EIGHT)
        assert len(shown("alice")) == 1
        # 20:00 in New York
        assert preference(alice).next_reminder_at == datetime(2026, 3, 6, 1, 0, tzinfo=UTC)

    def test_after_todays_reminder_the_next_is_computed_anew(self, alice):
        evening(EIGHT)
        update_profile(person=alice, timezone="Asia/Tokyo", now=EIGHT + timedelta(hours=1))
        remind(EIGHT + timedelta(hours=2))
        # 20:00 of the 5th in Tokyo would be 16 hours after the last one.
        assert preference(alice).next_reminder_at == datetime(2026, 3, 6, 11, 0, tzinfo=UTC)


@pytest.mark.django_db(transaction=True)
class TestManyWorkers:
    def test_a_reminder_is_queued_once(self):
        people = [person(name) for name in ("Alice", "Bob", "Charlie")]
        for one in people:
            phone(one, one.name, now=NOON)
        at_once(*copies(lambda: remind(EIGHT), 4))
        assert (ReminderSlot.objects.count(), Delivery.objects.count()) == (3, 3)

    def test_an_answer_between_looking_and_queueing_means_no_reminder(self, monkeypatch):
        alice = person("Alice")
        phone(alice, "alice", now=NOON)
        known = due.plan

        def plan_while_she_answers(*what):
            at_once(lambda: services.close_slot(person_id=alice.pk, day=TODAY, now=EIGHT))
            return known(*what)

        monkeypatch.setattr(due, "plan", plan_while_she_answers)
        evening(EIGHT)
        assert (shown("alice"), states(), slots()) == ([], [], [(TODAY, "answered")])
        assert (preference(alice).next_reminder_at, preference(alice).ignored_in_a_row) == (EIGHT + DAY, 0)

    def test_answers_in_the_very_moment_of_the_reminder_leave_nothing_half_done(self):
        people = [person(f"Reader{n}") for n in range(6)]
        for one in people:
            phone(one, one.name, now=NOON)
        answers = [lambda pk=one.pk: services.close_slot(person_id=pk, day=TODAY, now=EIGHT) for one in people]
        at_once(*copies(lambda: evening(EIGHT), 2), *answers)
        deliver(EIGHT)
        assert slots() == [(TODAY, "answered")] * 6
        assert set(states()) <= {"sent", "cancelled"}


def with_commit_hooks(verb):
    """Runs the verb and what it left for after the commit."""
    from django.test import TestCase

    with TestCase.captureOnCommitCallbacks(execute=True):
        verb()


@pytest.mark.django_db
class TestOneRowThatCannotBeRead:
    @pytest.fixture
    def broken(self):
        for name in ("Alice", "Bob"):
            phone(person(name), name.lower(), now=EIGHT - timedelta(hours=2))
        User.objects.filter(name="Bob").update(timezone="Nowhere/Land")

    def test_it_keeps_nobody_elses_reminder(self, broken):
        remind(EIGHT)
        assert list(Delivery.objects.values_list("person__name", flat=True)) == ["Alice"]
        assert services.queue_due_reminders(now=EIGHT) == 0

    def test_it_is_tried_again_at_night(self, broken):
        remind(EIGHT)
        User.objects.filter(name="Bob").update(timezone="Europe/Madrid")
        services.plan_nightly(now=EIGHT + timedelta(days=1, hours=8))
        assert Preference.objects.get(person__name="Bob").next_reminder_at is not None

    def test_what_is_already_queued_fails_alone(self, broken):
        User.objects.update(timezone="Europe/Madrid")
        remind(EIGHT)
        User.objects.filter(name="Bob").update(timezone="Nowhere/Land")
        for minutes in range(0, 30, 3):
            deliver(EIGHT + timedelta(minutes=minutes))
        ends = Delivery.objects.order_by("person__name").values_list("state", "reason", "attempts")
        assert list(ends) == [("sent", "accepted", 1), ("failed", "gate", 5)]


@pytest.mark.django_db
class TestPlanningAtNight:
    @pytest.fixture
    def alice(self):
        alice = person("Alice")
        phone(alice, "alice", now=EIGHT - timedelta(hours=2))
        return alice

    def test_new_rules_of_a_zone_move_what_was_planned_long_ago(self, alice):
        planned = Preference.objects.get().next_reminder_at
        assert planned is not None
        # As if the zone had been an hour further east when it was planned.
        Preference.objects.update(next_reminder_at=planned + timedelta(days=3, hours=-1), next_reminder_day=TODAY + timedelta(days=3))
        Preference.objects.update(last_reminder_at=planned, last_reminder_day=TODAY + timedelta(days=2))
        assert services.plan_nightly(now=EIGHT + timedelta(days=2)) == 1
        assert Preference.objects.get().next_reminder_at == planned + timedelta(days=3)

    def test_what_was_planned_today_and_what_is_due_stay_as_they_are(self, alice):
        assert services.plan_nightly(now=EIGHT - timedelta(hours=1)) == 0
        planned = Preference.objects.get().next_reminder_at
        services.plan_nightly(now=EIGHT + timedelta(days=2))
        assert Preference.objects.get().next_reminder_at == planned

    def test_who_wants_none_or_ignored_four_is_left_alone(self, alice):
        Preference.objects.update(ignored_in_a_row=4, next_reminder_at=None, next_reminder_day=None)
        assert services.plan_nightly(now=EIGHT + timedelta(days=2)) == 0

    def test_everybody_is_reached_batch_by_batch(self, alice, monkeypatch):
        for number in range(4):
            phone(person(f"Reader{number}"), f"reader {number}", now=EIGHT - timedelta(hours=2))
        monkeypatch.setattr(reminders, "BATCH", 2)
        assert services.plan_nightly(now=EIGHT + timedelta(days=2)) == 5
