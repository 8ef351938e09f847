"""What each member chose, privately, for this couple, and when a person held everything back."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q

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
