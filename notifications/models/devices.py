"""Where a person can be reached."""

import uuid
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q

from notifications.models.rows import OwnQuerySet


class DeviceQuerySet(OwnQuerySet["Device"]):
    def live(self) -> Self:
        """Devices that may be sent to."""
        return self.filter(revoked_at=None)

    def known_by(self, *, kind: str, service: str, server_key: str) -> Self:
        """Devices for which this service has taken something from us under this key."""
        return self.live().filter(kind=kind, service=service, server_key=server_key, accepted_at__isnull=False)


class Device(models.Model):
    """One browser or phone of one person. A revoked device keeps its row for the record, but neither address nor keys.

    `last_seen_at` is when the device last registered itself: what a service said about it before then is out of date.
    `accepted_at` is when its service first took something for it, by the key it is said to be subscribed with.
    """

    class Kind(models.TextChoices):
        WEBPUSH = "webpush"
        FCM = "fcm"
        APNS = "apns"
        MEMORY = "memory"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    person = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    service = models.CharField(max_length=300, help_text="Whose service is called: what is slowed down or stopped as one.")
    endpoint = models.CharField(max_length=2048, blank=True)
    endpoint_hash = models.BinaryField(max_length=32)
    p256dh = models.CharField(max_length=128, blank=True)
    auth = models.CharField(max_length=128, blank=True)
    server_key = models.CharField(max_length=100, blank=True, help_text="The public VAPID key that it was subscribed with.")
    name = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    revoked_reason = models.CharField(max_length=30, blank=True)

    objects = DeviceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["endpoint_hash"], condition=Q(revoked_at=None), name="one_live_device_per_endpoint"),
            models.CheckConstraint(
                name="a_revoked_device_keeps_no_address",
                condition=Q(revoked_at=None, revoked_reason="") & ~Q(endpoint="")
                | Q(revoked_at__isnull=False, endpoint="", p256dh="", auth="") & ~Q(revoked_reason=""),
            ),
        ]
        indexes = [
            # the devices of a person: their list, and what a reminder or prompt goes to
            models.Index(fields=["person"], condition=Q(revoked_at=None), name="live_devices_of_person"),
            # every device of a person, when the account is deleted
            models.Index(fields=["person", "created_at"], name="devices_of_person"),
            # services.devices.retire: how many devices of a service died just now
            models.Index(fields=["service", "revoked_at"], name="devices_of_service"),
        ]

    def __str__(self) -> str:
        return f"device {self.pk}"
