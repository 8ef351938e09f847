"""When a person wants to be reached, and the reminder of each of their days."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime, time
from typing import ClassVar, Self
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.postgres.functions import RandomUUID
from django.db import models
from django.db.models import F, Q

from notifications.models.rows import MovingQuerySet, OwnQuerySet
from notifications.schedule import IGNORED_TO_SILENCE, Hours, Slot


class PreferenceQuerySet(OwnQuerySet["Preference"]):
    def due(self, now: datetime) -> Self:
        """Whose next reminder is due, the longest waiting first."""
        return self.filter(next_reminder_at__lte=now).order_by("next_reminder_at")

    def moved(self, since: datetime) -> Self:
        """Who changed zone after `since`, with a next reminder that was computed before."""
        return self.filter(person__zone_changed_at__gt=since, computed_at__lt=F("person__zone_changed_at"))

    def may_be_reminded(self) -> Self:
        """Who wants reminders and has not ignored so many that none comes any more."""
        return self.filter(reminders_on=True, ignored_in_a_row__lt=IGNORED_TO_SILENCE)

    def muted(self, now: datetime) -> Self:
        """Who wants no prompts for a while."""
        return self.filter(prompts_muted_until__gt=now)


class Preference(models.Model):
    """How one person wants to be reached. Hours are wall-clock hours of the person's own zone.

    Quiet hours run from `quiet_from` until `quiet_until`, over midnight when the first is later; equal means none.
    `next_reminder_at` is that wish folded with zone and calendar into one instant, computed anew at each change, so
    that a sweep only compares instants. It is empty while no reminder is to come. `ignored_in_a_row` counts the
    reminders since the last answer.
    """

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    reminders_on = models.BooleanField(default=True)
    reminder_time = models.TimeField(default=time(20))
    quiet_from = models.TimeField(default=time(22))
    quiet_until = models.TimeField(default=time(7))
    prompts_muted_until = models.DateTimeField(null=True)
    email_on = models.BooleanField(default=False)
    mail_mark = models.UUIDField(
        default=uuid.uuid4, db_default=RandomUUID(), unique=True, help_text="Stands for the person in their mails, which say no number."
    )
    next_reminder_at = models.DateTimeField(null=True)
    next_reminder_day = models.DateField(null=True)
    last_reminder_at = models.DateTimeField(null=True)
    last_reminder_day = models.DateField(null=True)
    ignored_in_a_row = models.PositiveSmallIntegerField(default=0)
    computed_at = models.DateTimeField()

    objects = PreferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="next_reminder_has_a_day",
                condition=Q(next_reminder_at=None, next_reminder_day=None)
                | Q(next_reminder_at__isnull=False, next_reminder_day__isnull=False, reminders_on=True),
            ),
            models.CheckConstraint(
                name="last_reminder_has_a_day",
                condition=Q(last_reminder_at=None, last_reminder_day=None)
                | Q(last_reminder_at__isnull=False, last_reminder_day__isnull=False),
            ),
        ]
        indexes = [
            # services.reminders.queue_due_reminders: whose reminder is due
            models.Index(fields=["next_reminder_at"], condition=Q(next_reminder_at__isnull=False), name="reminder_due"),
        ]

    def __str__(self) -> str:
        return f"preference of person {self.person_id}"

    def hours(self, zone: ZoneInfo) -> Hours:
        """The wishes as wall-clock hours of `zone`."""
        return Hours(zone, self.reminder_time, self.quiet_from, self.quiet_until)

    @property
    def next_reminder(self) -> Slot | None:
        return _slot(self.next_reminder_at, self.next_reminder_day)

    @property
    def last_reminder(self) -> Slot | None:
        return _slot(self.last_reminder_at, self.last_reminder_day)


def _slot(at: datetime | None, day: date | None) -> Slot | None:
    return Slot(at, day) if at is not None and day is not None else None


class SlotState(models.TextChoices):
    OPEN = "open"
    ANSWERED = "answered"
    SENT = "sent"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    CANCELLED = "cancelled"
    UNDELIVERABLE = "undeliverable"
    FAILED = "failed"


_ENDS = frozenset({SlotState.SENT, SlotState.EXPIRED, SlotState.SUPPRESSED, SlotState.CANCELLED, SlotState.UNDELIVERABLE, SlotState.FAILED})

# An answer is a fact whatever became of the reminder, so every state leads to it.
SLOT_MOVES: Mapping[str, frozenset[str]] = {
    SlotState.OPEN: _ENDS | {SlotState.ANSWERED},
    **{state: frozenset({SlotState.ANSWERED}) for state in _ENDS},
    SlotState.FAILED: frozenset({SlotState.ANSWERED, SlotState.OPEN}),  # an operator tries it once more
    SlotState.ANSWERED: frozenset(),
}


class SlotQuerySet(MovingQuerySet["ReminderSlot"]):
    moves: ClassVar[Mapping[str, frozenset[str]]] = SLOT_MOVES

    def ended(self) -> Self:
        """Slots of which the end is recorded."""
        return self.exclude(state=SlotState.OPEN)


class ReminderSlot(models.Model):
    """The one reminder of a person's day, and what became of it. A day that was answered first has a closed slot."""

    State = SlotState

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    state = models.CharField(max_length=13, choices=SlotState.choices, default=SlotState.OPEN)
    reason = models.CharField(max_length=40, blank=True)

    objects = SlotQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="one_reminder_per_person_and_day"),
            models.CheckConstraint(name="a_slot_that_ended_says_why", condition=Q(state="open") | ~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"reminder of person {self.person_id} for {self.day}"
