"""Words for one person on one morning."""

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q

from backend.consents.models import Hold
from backend.couples.models import Couple
from notifications.models.rows import OwnQuerySet


class PromptQuerySet(OwnQuerySet["Prompt"]):
    def standing(self) -> Self:
        """Prompts that were not cancelled."""
        return self.filter(cancelled_at=None)

    def arrived(self, now: datetime) -> Self:
        """Prompts whose hour has come. Before it nobody sees them, not even the person they are for.

        One whose couple had ended by then, or whose receiver held everything back at that hour, never arrived; words
        about oneself alone reach a person in the safety state too.
        """
        ended = Couple.objects.filter(pk=OuterRef("about_couple"), ended_at__lte=OuterRef("slot_at"))
        at_the_hour = Q(started_at__lte=OuterRef("slot_at")) & (Q(ended_at=None) | Q(ended_at__gt=OuterRef("slot_at")))
        held = Hold.objects.filter(at_the_hour, person=OuterRef("person"))
        alone = Q(voice=Prompt.Voice.SOLO)
        return self.standing().filter(
            ~Exists(ended),
            ~Exists(held.filter(kind=Hold.Kind.PAUSE)),
            alone | ~Exists(held.filter(kind=Hold.Kind.SAFETY)),
            slot_at__lte=now,
        )


class Prompt(models.Model):
    """A pair's words as one of the two receives them. Whether they were read is not kept anywhere.

    `occasion` and `about_couple` are opaque here: why a prompt is sent is not this package's to know.
    No device is told after `expires_at`.
    """

    class Voice(models.TextChoices):
        REACHING = "reaching"
        MAKING_ROOM = "making_room"
        EITHER = "either"
        SOLO = "solo"

    class Reaction(models.TextChoices):
        HELPED = "helped"
        NOT_NOW = "not_now"
        DID_NOT_FIT = "did_not_fit"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    occasion = models.UUIDField()
    about_couple = models.BigIntegerField(null=True)
    item = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    voice = models.CharField(max_length=11, choices=Voice.choices)
    language = models.CharField(max_length=8)
    day = models.DateField(help_text="The person's own day of the slot.")
    slot_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    cancelled_at = models.DateTimeField(null=True)
    reaction = models.CharField(max_length=11, choices=Reaction.choices, null=True)
    reacted_at = models.DateTimeField(null=True)

    objects = PromptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["occasion", "person"], name="one_prompt_per_occasion"),
            models.UniqueConstraint(fields=["person", "day"], condition=Q(cancelled_at=None), name="one_prompt_per_person_and_day"),
            models.CheckConstraint(name="prompt_expires_after_its_slot", condition=Q(expires_at__gt=models.F("slot_at"))),
            models.CheckConstraint(
                name="a_reaction_has_a_time",
                condition=Q(reaction=None, reacted_at=None) | Q(reaction__isnull=False, reacted_at__isnull=False),
            ),
        ]
        indexes = [
            # the list of one's prompts, newest first; services.prompts.recent_items
            models.Index(fields=["person", "-slot_at"], name="prompts_of_person"),
            # services.prompts.cancel_couple
            models.Index(fields=["about_couple"], condition=Q(about_couple__isnull=False, cancelled_at=None), name="prompts_about_couple"),
        ]

    def __str__(self) -> str:
        return f"prompt {self.pk}"
