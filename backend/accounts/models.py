"""A user, and what they agreed to."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models.functions import Lower
from django.utils.timezone import now

from backend.accounts.zones import check_zone
from backend.calendar_days import OwnClock


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def visible_to(self, viewer: Any) -> "models.QuerySet[User]":
        """An account is visible to itself alone."""
        return self.filter(pk=viewer.pk) if viewer.is_authenticated else self.none()


class User(AbstractBaseUser, PermissionsMixin):
    email = models.EmailField(unique=True)
    name = models.CharField(max_length=40, blank=True, help_text="What your partner calls you.")
    timezone = models.CharField(max_length=64, default="UTC", validators=[check_zone])
    zone_changed_at = models.DateTimeField(default=now, editable=False)
    language = models.CharField(max_length=8, default="en")
    adult_confirmed_at = models.DateTimeField(null=True, blank=True, editable=False)
    pin = models.CharField(max_length=128, blank=True, default="", editable=False, help_text="Hashed. Asked for where the app is locked.")
    pin_failures = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Wrong PINs in a row.")
    pin_failures_in_all = models.PositiveSmallIntegerField(default=0, editable=False, help_text="Wrong PINs since signing in.")
    failed_sign_ins = models.PositiveIntegerField(default=0, editable=False, help_text="Wrong passwords in a row, from anywhere.")
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=now, editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [models.UniqueConstraint(Lower("email"), name="one_account_per_email")]
        indexes = [
            # the sweeps that compute reminders and mornings anew for those who moved
            models.Index(fields=["zone_changed_at"], name="user_zone_changed_at"),
        ]

    def __str__(self) -> str:
        return f"user {self.pk}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def own_clock(self) -> OwnClock:
        """The person's wall clock over time; reads the former zones unless they were prefetched."""
        return OwnClock(self.zone, tuple((ZoneInfo(former.timezone), former.until) for former in self.former_zones.all()))


class FormerZoneQuerySet(models.QuerySet["FormerZone"]):
    def visible_to(self, viewer: Any) -> "FormerZoneQuerySet":
        return self.filter(user_id=viewer.pk) if viewer.is_authenticated else self.none()


class FormerZone(models.Model):
    """A zone the person lived in before, until when. What was revealed by that clock stays revealed."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="former_zones")
    timezone = models.CharField(max_length=64)
    until = models.DateTimeField()

    objects = FormerZoneQuerySet.as_manager()

    class Meta:
        ordering = ("until",)

    def __str__(self) -> str:
        return f"{self.timezone} until {self.until:%Y-%m-%d}"


class AgreementQuerySet(models.QuerySet["Agreement"]):
    def visible_to(self, viewer: Any) -> "AgreementQuerySet":
        return self.filter(user_id=viewer.pk) if viewer.is_authenticated else self.none()


class Agreement(models.Model):
    """The wording a person agreed to, and when. Withdrawing it is deleting the account."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="agreements")
    wording = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=8)
    given_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField()

    objects = AgreementQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "wording", "version"], name="one_agreement_per_version")]

    def __str__(self) -> str:
        return f"{self.wording} {self.version}"
