"""What an outside service may be asked: how many calls at a time, how many in a second, and none while it wants none.

All of it hangs on one row per service. Whoever asks the gate holds that row locked until its answers are committed, so
that all workers together keep the bounds, and nobody passes once a stop has been written.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from backend import nudge
from notifications.channels.base import ChannelError
from notifications.models import Delivery, ServiceLimit
from notifications.services.outbox import DELIVER

log = logging.getLogger(__name__)

CALLS_AT_A_TIME = 10
"""Calls to one service under way at once, over all workers: no more than these can still meet a service that has begun to
refuse our credentials."""
SENDS_IN_A_SECOND = 200
CALL_LASTS = timedelta(seconds=12)
"""After so long a call that was never recorded is over: ten seconds at most, and one to begin."""
PACE = timedelta(seconds=1) / SENDS_IN_A_SECOND
FARTHEST_AHEAD = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Room:
    """How many calls may begin, the first of them at `start` and each `PACE` after the one before."""

    calls: int
    start: datetime


def lock_services(services: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ServiceLimit]:
    """The rows of these services (channel, service), locked until the transaction ends. Before slots, deliveries and devices."""
    wanted = sorted(set(services))
    found = {}
    for channel, service in wanted:
        rows = ServiceLimit.objects.select_for_update().filter(channel=channel, service=service)
        limit = rows.first()
        if limit is None:
            ServiceLimit.objects.bulk_create([ServiceLimit(channel=channel, service=service)], ignore_conflicts=True)
            limit = rows.get()
        found[channel, service] = limit
    return found


def room_at(limit: ServiceLimit, *, asking: Iterable[Delivery], now: datetime) -> Room:
    """What the service has room for. `asking` are not counted as under way. The row is locked by the caller."""
    under_way = Delivery.objects.under_way(now - CALL_LASTS).filter(channel=limit.channel, service=limit.service)
    count = under_way.exclude(pk__in=[one.pk for one in asking]).count()
    return Room(max(0, CALLS_AT_A_TIME - count), _start(limit.next_send_at, now))


def _start(next_send_at: datetime | None, now: datetime) -> datetime:
    # So few calls are let through at a time that their turns end within moments. What lies farther ahead was written before the
    # database's clock was put back, or by a server whose clock was ahead.
    if next_send_at is None or not now < next_send_at <= now + FARTHEST_AHEAD:
        return now
    return next_send_at


def take_room(limit: ServiceLimit, room: Room, *, calls: int) -> None:
    """Remembers that `calls` begin from `room.start` on. The row is locked by the caller."""
    if calls:
        ServiceLimit.objects.filter(pk=limit.pk).update(next_send_at=room.start + calls * PACE)


def keep_what_was_asked(failed: dict[Delivery, ChannelError], *, now: datetime) -> None:
    """Keeps for everybody what a service asked of one of us."""
    for delivery, error in failed.items():
        if error.stop_service:
            stop_service(channel=delivery.channel, service=delivery.service, reason=error.reason[:40], now=now)
        elif error.retry_after is not None:
            with transaction.atomic():
                limit = lock_services([(delivery.channel, delivery.service)])[delivery.channel, delivery.service]
                not_before = now + error.retry_after
                if limit.not_before is None or limit.not_before < not_before:
                    ServiceLimit.objects.filter(pk=limit.pk).update(not_before=not_before)


def stop_service(*, channel: str, service: str, reason: str, now: datetime) -> None:
    """Nothing calls the service until an operator has put something right. Devices and deliveries stay."""
    ServiceLimit.objects.update_or_create(channel=channel, service=service, defaults={"stopped_at": now, "reason": reason})
    log.error("alarm: %s was stopped (%s)", service, reason)


def resume_service(*, channel: str, service: str, believed_until: datetime | None = None) -> bool:
    """An operator has put right why the service was stopped; what waits and is still fresh goes out. False if it was not stopped.

    Until `believed_until` it may say of any number of devices that they are gone.
    """
    stopped = ServiceLimit.objects.filter(channel=channel, service=service, stopped_at__isnull=False)
    with transaction.atomic():
        resumed = stopped.update(stopped_at=None, not_before=None, reason="", believed_until=believed_until)
        if resumed:
            nudge.after_commit(DELIVER)
    return bool(resumed)
