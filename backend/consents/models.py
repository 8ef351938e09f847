"""What each member chose, privately, for this couple and for a therapist, and when a person held everything back."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from backend.care.models import CareLink
from backend.couples.models import Membership


class ChoiceQuerySet(models.QuerySet["Choice"]):
    def visible_to(self, viewer: Any) -> "ChoiceQuerySet":
        return self.filter(membership__person_id=viewer.pk) if viewer.is_authenticated else self.none()


class Choice(models.Model):
    """One member's choices in one couple. A new couple starts with none made; nothing is preselected.

    `weekly_since` and `levels_since` are when the present run of sharing began: what was revealed before is not shown.
    """

    class Sharing(models.TextChoices):
        NOTHING = "nothing"
        WEEKLY = "weekly"
        LEVELS = "levels"

    class PromptMode(models.TextChoices):
        RESPONSIVE = "responsive"
        DISCREET = "discreet"
        NONE = "none"

    membership = models.OneToOneField(Membership, on_delete=models.CASCADE, related_name="choice", primary_key=True)
    sharing = models.CharField(max_length=10, choices=Sharing.choices, null=True)
    weekly_since = models.DateTimeField(null=True)
    levels_since = models.DateTimeField(null=True)
    prompt_mode = models.CharField(max_length=10, choices=PromptMode.choices, null=True)
    show_pattern = models.BooleanField(default=False)
    changed_at = models.DateTimeField()

    objects = ChoiceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="sharing_says_since_when",
                condition=Q(sharing__isnull=True, weekly_since=None, levels_since=None)
                | Q(sharing="nothing", weekly_since=None, levels_since=None)
                | Q(sharing="weekly", weekly_since__isnull=False, levels_since=None)
                | Q(sharing="levels", weekly_since__isnull=False, levels_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"choice of membership {self.membership_id}"

    def share(self, sharing: str, now: datetime) -> None:
        """Takes up a way of sharing. What is new in it begins at `now`; what it goes on with keeps its beginning. Saves nothing."""
        weekly = sharing in (Choice.Sharing.WEEKLY, Choice.Sharing.LEVELS)
        levels = sharing == Choice.Sharing.LEVELS
        self.sharing = sharing
        self.weekly_since = (self.weekly_since or now) if weekly else None
        self.levels_since = (self.levels_since or now) if levels else None


class HoldQuerySet(models.QuerySet["Hold"]):
    def visible_to(self, viewer: Any) -> "HoldQuerySet":
        return self.filter(person_id=viewer.pk) if viewer.is_authenticated else self.none()

    def running(self) -> "HoldQuerySet":
        return self.filter(ended_at=None)


class Hold(models.Model):
    """A time in which a person's answers stay their own: a pause, or the safety state. Nobody else can tell either."""

    class Kind(models.TextChoices):
        PAUSE = "pause"
        SAFETY = "safety"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="holds")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    objects = HoldQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "kind"], condition=Q(ended_at=None), name="one_running_hold_of_a_kind")]
        indexes = [models.Index(fields=["person", "started_at"], name="holds_of_a_person")]

    def __str__(self) -> str:
        return f"hold {self.pk}"


class ConsentQuerySet(models.QuerySet["Consent"]):
    def visible_to(self, viewer: Any) -> "ConsentQuerySet":
        """A consent is seen by who gave it, and by nobody else: not the partner, not the therapist."""
        return self.filter(membership__person_id=viewer.pk) if viewer.is_authenticated else self.none()

    def standing(self) -> "ConsentQuerySet":
        """The one row of a member and a link that can still be given, replaced or withdrawn."""
        return self.filter(state__in=(Consent.State.OPEN, Consent.State.GIVEN))

    def live(self, now: datetime) -> "ConsentQuerySet":
        """Given, and not past its last second. The link and the other partner's consent are still to be asked for."""
        return self.filter(state=Consent.State.GIVEN, given_at__lte=now, ends_at__gt=now)


class Consent(models.Model):
    """What one member allows one therapist to see, until when. It is never amended: other terms are another row.

    Alone it shows nothing. What both members' live consents have in common is what the therapist sees.
    """

    class Scope(models.TextChoices):
        SUMMARY = "summary"
        LEVELS = "levels"
        FEELINGS = "feelings"

    class State(models.TextChoices):
        OPEN = "open"
        GIVEN = "given"
        WITHDRAWN = "withdrawn"
        REPLACED = "replaced"
        EXPIRED = "expired"

    # Every move there is; services make each by one conditional update. Time alone ends a consent, whether or not it was moved.
    MOVES = {
        State.OPEN: {State.GIVEN, State.WITHDRAWN},
        State.GIVEN: {State.WITHDRAWN, State.REPLACED, State.EXPIRED},
    }

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.ForeignKey(CareLink, on_delete=models.CASCADE, related_name="consents")
    membership = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="consents")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(help_text="When the code was entered, or other terms were chosen.")
    scopes = ArrayField(models.CharField(max_length=8, choices=Scope.choices), size=3, default=list)
    purpose = models.CharField(max_length=12, choices=CareLink.Purpose.choices)
    wording_version = models.CharField(max_length=20, blank=True)
    language = models.CharField(max_length=8, blank=True)
    from_day = models.DateField(null=True, help_text="No day before it is shown.")
    given_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True, help_text="When it was withdrawn, replaced, or found to have expired.")

    objects = ConsentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["link", "membership"], condition=Q(state__in=["open", "given"]), name="one_standing_consent_per_link_and_member"
            ),
            models.CheckConstraint(
                name="a_given_consent_says_everything",
                condition=Q(given_at=None, from_day=None, ends_at=None, state__in=["open", "withdrawn"])
                | (
                    Q(given_at__isnull=False, from_day__isnull=False, scopes__len__gte=1)
                    & ~Q(wording_version="")
                    & ~Q(state="open")
                    & Q(ends_at__gt=F("given_at"), ends_at__lte=F("given_at") + timedelta(days=90))
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"consent {self.pk}"

    def is_live(self, now: datetime) -> bool:
        """The same as `ConsentQuerySet.live`, of one row."""
        return self.state == self.State.GIVEN and self.ends_at is not None and now < self.ends_at
