"""Whose fault it is that a service does not take our signature: ours, or that of one device.

A browser may have been subscribed with somebody else's key, by mistake or on purpose. That must not stop a service for
everybody. So a refusal counts against the device alone where the service never took anything for it, and has taken
something under the same key for another. A service that refuses a device it used to take messages for means us.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import TypeVar

from django.db import transaction

from notifications.channels.base import ChannelError
from notifications.models import Delivery, Device

FOREIGN_KEY = "foreign-key"
Ending = TypeVar("Ending")


def remember_accepted(deliveries: Collection[Delivery], *, now: datetime) -> None:
    """Their services take what we sign for these devices. Costs nothing for devices of which that is known."""
    sent = {one.device.pk: one.handed_over_at for one in deliveries if one.device and one.device.accepted_at is None and one.handed_over_at}
    if not sent:
        return
    with transaction.atomic():
        # One that is busy, or registered anew since, is remembered at its next message.
        free = Device.objects.live().filter(pk__in=sent, last_seen_at__lte=min(sent.values())).order_by("pk")
        ids = list(free.select_for_update(skip_locked=True, no_key=True).values_list("pk", flat=True))
        Device.objects.filter(pk__in=ids).update(accepted_at=now)


def blame_devices(outcomes: Mapping[Delivery, Ending]) -> dict[Delivery, Ending | ChannelError]:
    """The same outcomes, with those in which the device alone is to blame told as such. After `remember_accepted`."""
    known: dict[tuple[str, str, str], bool] = {}
    told: dict[Delivery, Ending | ChannelError] = dict(outcomes)
    for delivery, outcome in outcomes.items():
        device = delivery.device
        if not isinstance(outcome, ChannelError) or not outcome.perhaps_device or device is None or device.accepted_at is not None:
            continue
        ours = device.kind, device.service, device.server_key
        if ours not in known:
            known[ours] = Device.objects.known_by(kind=device.kind, service=device.service, server_key=device.server_key).exists()
        if known[ours]:
            told[delivery] = ChannelError.refused(FOREIGN_KEY)
    return told
