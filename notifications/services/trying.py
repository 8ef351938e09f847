"""A person looks where a notice appears: the neutral line, sent to one device now."""

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID, uuid4

from django.db import transaction
from django.utils.translation import gettext_noop

from backend.accounts.models import User
from backend.errors import NotFound, SlowDown
from notifications.models import Delivery, Device
from notifications.services.outbox import place_of, put_out

FRESH_FOR = timedelta(minutes=5)
ONE_WITHIN = timedelta(minutes=1)


class TriedJustNow(SlowDown):
    """One went there a moment ago."""

    title: ClassVar[str] = gettext_noop("One was sent there a moment ago. Please give it a minute.")


def try_device(*, person: User, device_id: UUID, now: datetime) -> Delivery:
    """Sends one neutral notice to the device, also in quiet hours, since its person asks for it. Raises NotFound, TriedJustNow."""
    with transaction.atomic():
        # The row of the device serialises two presses.
        device = Device.objects.visible_to(person).live().select_for_update(no_key=True).filter(pk=device_id).first()
        if device is None:
            raise NotFound
        if Delivery.objects.filter(device=device, kind=Delivery.Kind.TEST, due_at__gt=now - ONE_WITHIN).exists():
            raise TriedJustNow(int(ONE_WITHIN.total_seconds()))
        channel, service, _ = place_of(device)
        delivery = Delivery(
            person=person, kind=Delivery.Kind.TEST, channel=channel, service=service, device=device, collapse_key=uuid4().hex,
            due_at=now, expires_at=now + FRESH_FOR,
        )  # fmt: skip
        put_out([delivery], now=now)
    return delivery
