"""A therapist, the links they offered to couples, and the notes and sessions they keep. Whether a link shows anything is not decided here."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from backend.couples.models import Couple


class TherapistQuerySet(models.QuerySet["Therapist"]):
    def visible_to(self, viewer: Any) -> "TherapistQuerySet":
        """An application is its author's. Those who were given a code read name and practice beside their own consent."""
        return self.filter(user_id=viewer.pk) if viewer.is_authenticated else self.none()

    def verified(self) -> "TherapistQuerySet":
        return self.filter(state=Therapist.State.VERIFIED, user__is_active=True)


class Therapist(models.Model):
    """What somebody says of their profession, and what an operator found. Only a verified one can be shown anything."""

    class State(models.TextChoices):
        APPLIED = "applied"
        VERIFIED = "verified"
        DECLINED = "declined"
        WITHDRAWN = "withdrawn"

    # Every move there is; services make each by one conditional update.
    MOVES = {
        State.APPLIED: {State.VERIFIED, State.DECLINED},
        State.DECLINED: {State.APPLIED, State.VERIFIED},
        State.VERIFIED: {State.WITHDRAWN},
        State.WITHDRAWN: {State.VERIFIED},
    }

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="therapist")
    name = models.CharField(max_length=80)
    licence = models.CharField(max_length=80)
    practice = models.CharField(max_length=120)
    jurisdiction = models.CharField(max_length=80)
    state = models.CharField(max_length=10, choices=State.choices, default=State.APPLIED)
    applied_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    note = models.TextField(blank=True, help_text="How the operator found out, or why not.")

    objects = TherapistQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_decision_has_a_time_and_a_note",
                condition=Q(state="applied") | (Q(decided_at__isnull=False) & ~Q(note="")),
            ),
        ]

    def __str__(self) -> str:
        return f"therapist {self.user_id}"

    @property
    def is_verified(self) -> bool:
        """The same as `TherapistQuerySet.verified`, of one row."""
        return self.state == self.State.VERIFIED and self.user.is_active


class CareLinkQuerySet(models.QuerySet["CareLink"]):
    def visible_to(self, viewer: Any) -> "CareLinkQuerySet":
        """Links are the therapist's who offered them. The couple's two see their own consents instead."""
        return self.filter(therapist_id=viewer.pk) if viewer.is_authenticated else self.none()

    def standing(self) -> "CareLinkQuerySet":
        """Links that can carry a consent: not ended, and of a therapist who is verified."""
        return self.filter(ended_at=None, therapist__in=Therapist.objects.verified())


class CareLink(models.Model):
    """One therapist and one couple. It begins as a code without a couple, and shows nothing by itself."""

    class Purpose(models.TextChoices):
        FIRST_TALKS = "first_talks", _("To get to know you in the first talks")
        SESSIONS = "sessions", _("To prepare and follow your sessions")
        LOOKING_BACK = "looking_back", _("To look back with you on what has changed")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    therapist = models.ForeignKey(Therapist, on_delete=models.CASCADE, related_name="links")
    couple = models.ForeignKey(Couple, null=True, on_delete=models.CASCADE, related_name="care_links")
    label = models.BinaryField(help_text="What the therapist calls the couple, sealed: theirs alone.")
    purpose = models.CharField(max_length=12, choices=Purpose.choices)
    code_hash = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    code_expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, help_text="When the therapist let it go.")

    objects = CareLinkQuerySet.as_manager()

    class Meta:
        indexes = [
            # the caseload, newest first
            models.Index(fields=["therapist", "-created_at"], name="links_of_therapist"),
        ]

    def __str__(self) -> str:
        return f"care link {self.pk}"


class CareNoteQuerySet(models.QuerySet["CareNote"]):
    def visible_to(self, viewer: Any) -> "CareNoteQuerySet":
        return self.filter(link__therapist_id=viewer.pk) if viewer.is_authenticated else self.none()


class CareNote(models.Model):
    """What a therapist writes down for themselves about a couple, sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(CareLink, on_delete=models.CASCADE, related_name="notes")
    text = models.BinaryField()
    written_at = models.DateTimeField()

    objects = CareNoteQuerySet.as_manager()

    def __str__(self) -> str:
        return f"care note {self.pk}"


class CareSessionQuerySet(models.QuerySet["CareSession"]):
    def visible_to(self, viewer: Any) -> "CareSessionQuerySet":
        return self.filter(link__therapist_id=viewer.pk) if viewer.is_authenticated else self.none()


class CareSession(models.Model):
    """A day on which the therapist and a couple met, marked by the therapist for themselves."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(CareLink, on_delete=models.CASCADE, related_name="sessions")
    day = models.DateField()

    objects = CareSessionQuerySet.as_manager()

    class Meta:
        # also finds the sessions of one couple, and the last one of each
        constraints = [models.UniqueConstraint(fields=["link", "day"], name="one_mark_per_session_day")]

    def __str__(self) -> str:
        return f"care session {self.pk}"
