"""Two people, how they were invited to be a couple, and when each left."""

import uuid
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q


class CoupleQuerySet(models.QuerySet["Couple"]):
    def visible_to(self, viewer: Any) -> "CoupleQuerySet":
        """Couples the viewer is in today; to an ex-partner a couple is gone."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(memberships__person_id=viewer.pk, memberships__ended_at=None)


class Couple(models.Model):
    """Two people who paired. `ended_at` is when the first of them left; after that nothing derived from both is shown."""

    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    # Left quietly: until then the other's pages simply stop changing.
    quiet_until = models.DateTimeField(null=True)

    objects = CoupleQuerySet.as_manager()

    class Meta:
        indexes = [
            # the sweep that ends quietly left couples
            models.Index(fields=["quiet_until"], condition=Q(quiet_until__isnull=False), name="couple_quiet_until"),
        ]

    def __str__(self) -> str:
        return f"couple {self.pk}"


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(ended_at=None)

    def visible_to(self, viewer: Any) -> "MembershipQuerySet":
        return self.filter(person_id=viewer.pk) if viewer.is_authenticated else self.none()


class Membership(models.Model):
    """A person as part of a couple, on side a or b."""

    class Side(models.TextChoices):
        A = "a"
        B = "b"

    couple = models.ForeignKey(Couple, on_delete=models.CASCADE, related_name="memberships")
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    side = models.CharField(max_length=1, choices=Side.choices)
    joined_at = models.DateTimeField()
    joined_day = models.DateField(help_text="The person's own local day of joining.")
    ended_at = models.DateTimeField(null=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person"], condition=Q(ended_at=None), name="one_active_couple_per_person"),
            models.UniqueConstraint(fields=["couple", "side"], name="two_sides_of_a_couple"),
            models.UniqueConstraint(fields=["couple", "person"], name="nobody_pairs_with_themselves"),
        ]

    def __str__(self) -> str:
        return f"member {self.side} of couple {self.couple_id}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def sent_by(self, viewer: Any) -> "InvitationQuerySet":
        """Those that the person may confirm or take back."""
        return self.filter(inviter_id=viewer.pk) if viewer.is_authenticated else self.none()

    def visible_to(self, viewer: Any) -> "InvitationQuerySet":
        """Invitations a person sent, or whose code they gave, that look unsettled to them.

        Declined or taken back by the other looks like waiting, and then like expiry.
        """
        if not viewer.is_authenticated:
            return self.none()
        state = Invitation.State
        sent = Q(inviter_id=viewer.pk, dropped_by_inviter=False, state__in=[state.OPEN, state.ACCEPTED, state.DECLINED])
        taken = Q(accepted_by_id=viewer.pk, dropped_by_invited=False, state__in=[state.ACCEPTED, state.DECLINED, state.CANCELLED])
        return self.filter(sent | taken)

    def answerable(self, now: datetime) -> "InvitationQuerySet":
        return self.filter(state=Invitation.State.OPEN, expires_at__gt=now)


class Invitation(models.Model):
    """An offer to pair: one code, one use, 24 hours. Only a keyed hash of the code is kept."""

    class State(models.TextChoices):
        OPEN = "open"
        ACCEPTED = "accepted"
        CONFIRMED = "confirmed"
        DECLINED = "declined"
        CANCELLED = "cancelled"
        EXPIRED = "expired"

    # Every move there is; services make each by one conditional update.
    MOVES = {
        State.OPEN: {State.ACCEPTED, State.DECLINED, State.CANCELLED, State.EXPIRED},
        State.ACCEPTED: {State.CONFIRMED, State.DECLINED, State.CANCELLED, State.EXPIRED},
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    inviter = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="invitations")
    code_hash = models.BinaryField(max_length=32, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="accepted_invitations")
    accepted_at = models.DateTimeField(null=True)
    # Who let it go no longer sees it; to the other it looks as before until it expires.
    dropped_by_inviter = models.BooleanField(default=False)
    dropped_by_invited = models.BooleanField(default=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["inviter"], condition=Q(state__in=["open", "accepted"]), name="one_open_invitation_per_person"),
            models.UniqueConstraint(fields=["accepted_by"], condition=Q(state="accepted"), name="one_accepted_invitation_per_person"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class CodeAttempt(models.Model):
    """A try at a code, counted here so that emptying the cache forgives nobody."""

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    address_hash = models.BinaryField(max_length=32)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["person", "at"], name="attempts_by_person"),
            models.Index(fields=["address_hash", "at"], name="attempts_by_address"),
            models.Index(fields=["at"], name="attempts_by_time"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.pk}"
