"""Check-ins of a person; the pattern, episodes and decisions of a couple."""

import uuid
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from backend.care.models import CareLink
from backend.couples.models import Couple, Membership

SCALE = (0, 10)


class Feeling(models.TextChoices):
    """The curated list; people read the translated label."""

    CALM = "calm"
    TENDER = "tender"
    GRATEFUL = "grateful"
    HOPEFUL = "hopeful"
    PLAYFUL = "playful"
    TIRED = "tired"
    UNEASY = "uneasy"
    LONELY = "lonely"
    SAD = "sad"
    HURT = "hurt"
    IRRITATED = "irritated"
    WORRIED = "worried"
    OVERFULL = "overfull"
    NUMB = "numb"


class CheckInQuerySet(models.QuerySet["CheckIn"]):
    def visible_to(self, viewer: Any) -> "CheckInQuerySet":
        """A check-in is its author's. What a partner may see of it goes through checkins.queries.shown_of."""
        return self.filter(person_id=viewer.pk) if viewer.is_authenticated else self.none()


def _on_scale(field: str) -> Q:
    return Q(**{f"{field}__isnull": True}) | Q(**{f"{field}__range": SCALE})


class CheckIn(models.Model):
    """One person's answers for one of their own days, full or one tap. `note` and `shared_line` are sealed."""

    class Kind(models.TextChoices):
        FULL = "full"
        QUICK = "quick"

    class Quick(models.TextChoices):
        CLOSER = "closer"
        AS_USUAL = "as_usual"
        MORE_ROOM = "more_room"

    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="check_ins")
    day = models.DateField()
    client_id = models.UUIDField()
    kind = models.CharField(max_length=5, choices=Kind.choices)
    closeness_felt = models.SmallIntegerField(null=True)
    closeness_wanted = models.SmallIntegerField(null=True)
    space_wanted = models.SmallIntegerField(null=True)
    tension = models.SmallIntegerField(null=True)
    quick = models.CharField(max_length=9, choices=Quick.choices, null=True)
    feelings = ArrayField(models.CharField(max_length=10, choices=Feeling.choices), size=3, default=list)
    note = models.BinaryField(null=True)
    shared_line = models.BinaryField(null=True)
    version = models.PositiveIntegerField(default=1)
    answered_at = models.DateTimeField(help_text="When the person gave the answer, as their device says.")
    received_at = models.DateTimeField(help_text="When what stands arrived here: it appears at the reveal after that.")
    updated_at = models.DateTimeField()
    kept_private = models.BooleanField(default=False, help_text="Given while paused or in the safety state: never anybody else's.")

    objects = CheckInQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "day"], name="one_check_in_per_day"),
            models.CheckConstraint(
                name="answers_on_the_scale",
                condition=_on_scale("closeness_felt") & _on_scale("closeness_wanted") & _on_scale("space_wanted") & _on_scale("tension"),
            ),
            models.CheckConstraint(
                name="full_or_quick",
                condition=Q(
                    kind="full",
                    closeness_felt__isnull=False,
                    closeness_wanted__isnull=False,
                    space_wanted__isnull=False,
                    quick=None,
                )
                | Q(kind="quick", quick__isnull=False, closeness_felt=None, closeness_wanted=None, space_wanted=None, tension=None),
            ),
        ]

    def __str__(self) -> str:
        return f"check-in of person {self.person_id} for {self.day}"


class Submission(models.Model):
    """A client's id of one write, kept so that a retry changes nothing, also after an amendment or a deletion.

    How many there are of a day says where the versions of a check-in made anew begin.
    """

    # Both indexes below begin with the person; one more would only make writing slower.
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    client_id = models.UUIDField()
    day = models.DateField()
    fingerprint = models.BinaryField(max_length=32, help_text="Keyed hash of what was sent.")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "client_id"], name="one_write_per_client_id")]
        indexes = [
            # checkins.services.submitting: the first version of a check-in
            models.Index(fields=["person", "day"], name="writes_of_a_day"),
            # checkins.services.tidying: rows come nearly in the order of their days, so a few bytes for each stretch of them do
            BrinIndex(fields=["day"], autosummarize=True, name="writes_by_day"),
        ]

    def __str__(self) -> str:
        return f"submission {self.pk}"


class OfCoupleQuerySet(models.QuerySet[Any]):
    """Rows derived from two people. Members see them while both opted in to the pattern and the couple lasts.

    In a couple that one left quietly they go on for the other, as if the one had stopped answering, until that membership ends too.
    """

    def visible_to(self, viewer: Any) -> Self:
        if not viewer.is_authenticated:
            return self.none()
        opted_out = Membership.objects.filter(couple=OuterRef("couple")).exclude(choice__show_pattern=True)
        return self.filter(~Exists(opted_out), couple__in=Couple.objects.visible_to(viewer))


class PatternDayQuerySet(OfCoupleQuerySet):
    def in_use(self) -> Self:
        """Of each couple the days of one version alone: the one its state goes on from."""
        return self.filter(model_version=F("couple__pattern_state__model_version"))


class PatternStateQuerySet(OfCoupleQuerySet):
    def of_couples_in_view(self) -> Self:
        """Of couples that one of the two at least is still in."""
        return self.filter(Exists(Membership.objects.active().filter(couple=OuterRef("couple"))))


class PatternState(models.Model):
    """Where a couple's assessment stands. `assessed_through` is the last day taken in; the sweep looks at `next_decision_at`."""

    couple = models.OneToOneField(Couple, on_delete=models.CASCADE, primary_key=True, related_name="pattern_state")
    first_day = models.DateField()
    assessed_through = models.DateField(null=True)
    dirty_from = models.DateField(null=True, help_text="The earliest day with an answer that was not taken in.")
    states = models.BinaryField(default=bytes, help_text="The last eight daily states, packed and versioned.")
    model_version = models.CharField(max_length=20, blank=True)
    next_decision_at = models.DateTimeField(null=True)
    scheduled_at = models.DateTimeField(null=True)

    objects = PatternStateQuerySet.as_manager()

    class Meta:
        indexes = [
            # checkins.services.deciding.decide_due: whose morning has come
            models.Index(fields=["next_decision_at"], condition=Q(next_decision_at__isnull=False), name="pattern_next_decision"),
        ]

    def __str__(self) -> str:
        return f"pattern state of couple {self.couple_id}"


class PatternDay(models.Model):
    """What one closed day looked like to one version of the model. Probabilities sum to at most 1.

    What an earlier version said stays beside it, so that what was decided on it can be looked up.
    """

    couple = models.ForeignKey(Couple, on_delete=models.CASCADE, related_name="pattern_days")
    day = models.DateField()
    p_a_reaches = models.FloatField()
    p_b_reaches = models.FloatField()
    p_apart = models.FloatField()
    p_steady = models.FloatField()
    enough = models.BooleanField(help_text="False: not enough answers yet.")
    alert = models.BooleanField()
    model_version = models.CharField(max_length=20)

    objects = PatternDayQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["couple", "day", "model_version"], name="one_pattern_day_per_version")]

    def __str__(self) -> str:
        return f"pattern of couple {self.couple_id} on {self.day}"


class Episode(models.Model):
    """Consecutive days over the alert line."""

    class Direction(models.TextChoices):
        A_REACHES = "a_reaches"
        B_REACHES = "b_reaches"

    couple = models.ForeignKey(Couple, on_delete=models.CASCADE, related_name="episodes")
    started_on = models.DateField()
    ended_on = models.DateField(null=True, help_text="The last day over the line; empty while the episode is open.")
    direction = models.CharField(max_length=10, choices=Direction.choices)

    objects = OfCoupleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["couple", "started_on"], name="one_episode_per_start"),
            models.UniqueConstraint(fields=["couple"], condition=Q(ended_on=None), name="one_open_episode_per_couple"),
        ]

    def __str__(self) -> str:
        return f"episode of couple {self.couple_id} from {self.started_on}"


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, viewer: Any) -> "DecisionQuerySet":
        """Nobody sees a decision: it would tell one partner about the other. It is for the effect estimate alone."""
        return self.none()


class Decision(models.Model):
    """The coin of one couple on one morning, with everything needed to toss it again. One row per couple and day, always."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    couple = models.ForeignKey(Couple, on_delete=models.CASCADE, related_name="decisions")
    day = models.DateField(help_text="The day whose morning it is; it looks back on the day before.")
    decided_at = models.DateTimeField()
    available = models.BooleanField()
    reason = models.CharField(max_length=30)
    mode = models.CharField(max_length=10, blank=True)
    probability = models.FloatField()
    coin = models.FloatField()
    sent = models.BooleanField()
    in_trial = models.BooleanField()
    state_day = models.DateField(null=True)
    state_alert = models.BooleanField()
    p_a_reaches = models.FloatField(null=True)
    p_b_reaches = models.FloatField(null=True)
    item = models.CharField(max_length=60, blank=True)
    policy_version = models.CharField(max_length=20)
    model_version = models.CharField(max_length=20, blank=True)
    seal = models.CharField(
        max_length=32, blank=True, default="", db_default="", help_text="Of all the above; empty in rows older than seals."
    )

    objects = DecisionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["couple", "day"], name="one_decision_per_couple_and_day"),
            models.CheckConstraint(name="unavailable_is_never_sent", condition=Q(available=True) | Q(sent=False, probability=0)),
        ]

    def __str__(self) -> str:
        return f"decision of couple {self.couple_id} on {self.day}"


class SheetQuerySet(models.QuerySet["Sheet"]):
    def visible_to(self, viewer: Any) -> "SheetQuerySet":
        """A sheet is the therapist's who asked for it. Whether what is in it may leave is asked when it does."""
        return self.filter(link__therapist_id=viewer.pk) if viewer.is_authenticated else self.none()

    def to_make(self, now: datetime) -> "SheetQuerySet":
        """Asked for and not begun, or begun by a worker that has not been heard of since."""
        left = Q(state=Sheet.State.MAKING, claimed_at__lte=now - Sheet.LEASE)
        return self.filter(Q(state=Sheet.State.WAITING) | left, tries__lt=Sheet.MOST_TRIES)


class Sheet(models.Model):
    """A sheet for a session, from being asked for until it is gone: the row goes with the download, the hour, or the consent.

    `content` is the file, sealed; `consents`, `since` and `until` are what it was made under, and `digest` of what. One for a link.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        MAKING = "making"
        READY = "ready"
        FAILED = "failed"

    # Every move there is; services make each by one conditional update.
    MOVES = {
        State.WAITING: {State.MAKING},
        State.MAKING: {State.MAKING, State.READY, State.FAILED},
    }
    KEPT = timedelta(hours=1)
    LEASE = timedelta(minutes=1)
    MOST_TRIES = 3

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    link = models.OneToOneField(CareLink, on_delete=models.CASCADE, related_name="sheet")
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    weeks = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=8)
    asked_at = models.DateTimeField()
    claimed_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(default=0)
    made_at = models.DateTimeField(null=True)
    consents = ArrayField(models.UUIDField(), size=2, default=list)
    since = models.DateField(null=True)
    until = models.DateField(null=True)
    digest = models.BinaryField(max_length=32, null=True)
    content = models.BinaryField(null=True)

    objects = SheetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="a_sheet_holds_something_when_ready",
                condition=~Q(state="ready")
                | Q(made_at__isnull=False, since__isnull=False, until__isnull=False, digest__isnull=False, content__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"sheet {self.pk}"
