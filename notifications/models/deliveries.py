"""The outbox: what is on its way to which device, and what a service asked of us."""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q

from notifications.models.devices import Device
from notifications.models.preferences import ReminderSlot
from notifications.models.prompts import Prompt
from notifications.models.rows import MovingQuerySet, OwnQuerySet


class DeliveryState(models.TextChoices):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    UNDELIVERABLE = "undeliverable"
    SUPPRESSED = "suppressed"


OPEN_STATES = (DeliveryState.QUEUED, DeliveryState.SENDING)

_NOT_SENT = frozenset(
    {DeliveryState.FAILED, DeliveryState.EXPIRED, DeliveryState.CANCELLED, DeliveryState.UNDELIVERABLE, DeliveryState.SUPPRESSED}
)

DELIVERY_MOVES: Mapping[str, frozenset[str]] = {
    DeliveryState.QUEUED: _NOT_SENT | {DeliveryState.SENDING},
    DeliveryState.SENDING: _NOT_SENT | {DeliveryState.QUEUED, DeliveryState.SENT},
    **{state: frozenset() for state in _NOT_SENT | {DeliveryState.SENT}},
    DeliveryState.FAILED: frozenset({DeliveryState.QUEUED}),  # by an operator alone
}


class DeliveryQuerySet(MovingQuerySet["Delivery"]):
    moves: ClassVar[Mapping[str, frozenset[str]]] = DELIVERY_MOVES

    def open(self) -> Self:
        """Deliveries of which no end is recorded yet."""
        return self.filter(state__in=OPEN_STATES)

    def ended(self) -> Self:
        """Deliveries of which the end is recorded."""
        return self.exclude(state__in=OPEN_STATES)

    def failed(self) -> Self:
        """Deliveries that were given up: their service would not have them, or not in time."""
        return self.filter(state=DeliveryState.FAILED)

    def let_go(self, to: str, *, reason: str, **changes: Any) -> int:
        """Moves those that are still open to `to`, whoever holds them, and returns how many. Needs a transaction.

        They are locked in the order of their ids, as everybody does who locks several, so that nobody waits in a circle.
        """
        ids = list(self.open().order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
        return Delivery.objects.filter(pk__in=ids).move(to, reason=reason, lease_token=None, leased_until=None, **changes)

    def due(self, now: datetime) -> Self:
        """Deliveries that may be claimed, the longest waiting first; none for a service that asked us to wait or to stop."""
        held = ServiceLimit.objects.holding(now).filter(channel=models.OuterRef("channel"), service=models.OuterRef("service"))
        return self.filter(~models.Exists(held), state=DeliveryState.QUEUED, due_at__lte=now, expires_at__gt=now).order_by("due_at")

    def under_way(self, since: datetime) -> Self:
        """Deliveries that were handed over after `since` and of which no end is recorded yet."""
        return self.filter(state=DeliveryState.SENDING, handed_over_at__gt=since)

    def lapsed(self, now: datetime) -> Self:
        """Deliveries whose worker did not come back before its lease ran out."""
        return self.filter(state=DeliveryState.SENDING, leased_until__lte=now)

    def stale(self, now: datetime) -> Self:
        """Deliveries still waiting past the moment at which they make sense."""
        return self.filter(state=DeliveryState.QUEUED, expires_at__lte=now)


class Delivery(models.Model):
    """Brings one prompt or reminder to one device, over as many tries as it takes while it is fresh.

    A worker that claims it holds a lease: `lease_token` until `leased_until`. Whatever it writes later counts only
    while the token is still its own. `handed_over_at` is committed just before each send; where a second copy could not
    be hidden, a delivery that has it is never sent again.
    """

    State = DeliveryState

    class Kind(models.TextChoices):
        PROMPT = "prompt"
        REMINDER = "reminder"
        TEST = "test"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    channel = models.CharField(max_length=20)
    service = models.CharField(max_length=300)
    device = models.ForeignKey(Device, null=True, on_delete=models.CASCADE, related_name="+")
    prompt = models.ForeignKey(Prompt, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    slot = models.ForeignKey(ReminderSlot, null=True, on_delete=models.CASCADE, related_name="+", db_index=False)
    collapse_key = models.CharField(max_length=32)
    state = models.CharField(max_length=13, choices=DeliveryState.choices, default=DeliveryState.QUEUED)
    reason = models.CharField(max_length=40, blank=True)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.UUIDField(null=True)
    leased_until = models.DateTimeField(null=True)
    handed_over_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)

    objects = DeliveryQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="only_sending_holds_a_lease",
                condition=Q(state="sending", lease_token__isnull=False, leased_until__isnull=False)
                | ~Q(state="sending") & Q(lease_token=None, leased_until=None),
            ),
            models.CheckConstraint(
                name="only_sent_has_a_sending_time",
                condition=Q(state="sent", sent_at__isnull=False, handed_over_at__isnull=False) | ~Q(state="sent") & Q(sent_at=None),
            ),
            models.CheckConstraint(name="a_delivery_that_ended_says_why", condition=Q(state__in=["queued", "sending"]) | ~Q(reason="")),
            models.CheckConstraint(name="never_sent_stale", condition=Q(sent_at=None) | Q(handed_over_at__lt=F("expires_at"))),
            models.CheckConstraint(
                name="delivery_brings_one_thing",
                condition=Q(kind="prompt", prompt__isnull=False, slot=None)
                | Q(kind="reminder", prompt=None, slot__isnull=False)
                | Q(kind="test", prompt=None, slot=None),
            ),
            models.UniqueConstraint(
                fields=["prompt", "channel", "device"],
                condition=Q(prompt__isnull=False),
                nulls_distinct=False,
                name="one_delivery_of_a_prompt",
            ),
            models.UniqueConstraint(
                fields=["slot", "channel", "device"],
                condition=Q(slot__isnull=False),
                nulls_distinct=False,
                name="one_delivery_of_a_reminder",
            ),
        ]
        indexes = [
            # services.delivering.claim_due
            models.Index(fields=["due_at"], condition=Q(state="queued"), name="delivery_due"),
            # services.endings.expire_stale
            models.Index(fields=["expires_at"], condition=Q(state="queued"), name="delivery_stale"),
            # services.tidying.tidy: rows come nearly in the order of this column, so a few bytes for each stretch of them do
            BrinIndex(fields=["expires_at"], autosummarize=True, name="delivery_old"),
            # services.endings.take_back_lapsed; services.limits.room_at: how many are under way
            models.Index(fields=["leased_until"], condition=Q(state="sending"), name="delivery_lapsed"),
        ]

    def __str__(self) -> str:
        return f"delivery {self.pk}"


class TokenQuerySet(OwnQuerySet["AnswerToken"]):
    def unused(self) -> Self:
        return self.filter(revoked_at=None, spent_at=None)


class AnswerToken(models.Model):
    """Lets whoever holds it write one check-in of one person and day, once, and read nothing. Only its hash is kept.

    `check_in_client_id` is the id under which it was spent, so that a retry of the same write is recognised.
    """

    hash = models.BinaryField(max_length=32, unique=True)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    slot = models.ForeignKey(ReminderSlot, on_delete=models.CASCADE, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="+")
    minted_at = models.DateTimeField(null=True)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    spent_at = models.DateTimeField(null=True)
    check_in_client_id = models.UUIDField(null=True)

    objects = TokenQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_spent_token_says_for_what",
                condition=Q(spent_at=None, check_in_client_id=None) | Q(spent_at__isnull=False, check_in_client_id__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"answer token {self.pk}"


class LimitQuerySet(models.QuerySet["ServiceLimit"]):
    def visible_to(self, viewer: Any) -> Self:
        """Nobody's: it says something about a service, and about no person."""
        return self.none()

    def stopped(self) -> Self:
        """Services that are not called until an operator has acted."""
        return self.filter(stopped_at__isnull=False)

    def holding(self, now: datetime) -> Self:
        """Services that may not be called at `now`."""
        return self.filter(Q(stopped_at__isnull=False) | Q(not_before__gt=now))


class ServiceLimit(models.Model):
    """What an outside service asked of us: no call before a time, or none until an operator has put something right.

    `next_send_at` is when the next call may begin, so that all workers together stay below the calls of a second. Until
    `believed_until` a service that says of many devices that they are gone is believed: an operator has looked.
    """

    channel = models.CharField(max_length=20)
    service = models.CharField(max_length=300)
    not_before = models.DateTimeField(null=True)
    stopped_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=40, blank=True)
    next_send_at = models.DateTimeField(null=True)
    believed_until = models.DateTimeField(null=True)

    objects = LimitQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["channel", "service"], name="one_limit_per_service")]

    def __str__(self) -> str:
        return f"limit of {self.service}"

    def is_held(self, now: datetime) -> bool:
        """Whether the service may not be called at `now`."""
        return self.stopped_at is not None or (self.not_before is not None and self.not_before > now)
