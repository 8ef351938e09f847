"""Devices come, change hands, go, and die."""

import hashlib
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext, gettext_noop

from backend.accounts.models import User
from backend.errors import FieldError, Invalid, NotFound, TryLater
from notifications.endpoints import EndpointRefused, check_endpoint, check_keys
from notifications.models import AnswerToken, Delivery, Device, Preference, Prompt, ServiceLimit
from notifications.services.outbox import bring_prompt, place_of, put_out
from notifications.services.preferences import plan_anew, preference_of

log = logging.getLogger(__name__)

MAX_DEVICES = 10
DEATH_WATCH = timedelta(minutes=5)
SUSPECT_SHARE = 0.2
SUSPECT_DEATHS = 10
"""Below so many deaths a share says nothing: of three devices one is a third."""


class TooManyDevices(Invalid):
    """Ten devices are registered; one has to go first."""

    code: ClassVar[str] = "too-many-devices"
    title: ClassVar[str] = gettext_noop("Ten devices are registered. Remove one first.")

    def __init__(self) -> None:
        super().__init__([FieldError("/endpoint", self.code, gettext(self.title))])


def register_device(*, person: User, kind: str, endpoint: str, p256dh: str = "", auth: str = "", name: str = "", now: datetime) -> Device:
    """Keeps a device, or renews the one with this endpoint. Raises Invalid for an address or keys that are not allowed.

    A device belongs to whoever registered it last: an earlier person's registration of the same endpoint ends, with all
    that waited for it.
    """
    endpoint, service = _checked(kind, endpoint, p256dh, auth)
    for _ in range(3):
        try:
            with transaction.atomic():
                return _register(
                    person,
                    Device(
                        person=person,
                        kind=kind,
                        service=service,
                        endpoint=endpoint,
                        endpoint_hash=hashlib.sha256(endpoint.encode()).digest(),
                        p256dh=p256dh,
                        auth=auth,
                        name=name,
                        created_at=now,
                        last_seen_at=now,
                    ),
                )
        except IntegrityError:
            # The same endpoint was registered in this very moment; now it can be seen.
            continue
    raise TryLater(1)


def _register(person: User, fresh: Device) -> Device:
    now = fresh.last_seen_at
    preference_of(person=person, now=now)
    preference = Preference.objects.select_for_update().get(person=person)
    standing = Device.objects.live().select_for_update(no_key=True).filter(endpoint_hash=fresh.endpoint_hash).first()
    if standing is not None and standing.person_id == person.pk:
        standing.kind, standing.p256dh, standing.auth, standing.name = fresh.kind, fresh.p256dh, fresh.auth, fresh.name
        standing.last_seen_at = now
        standing.save()
        return standing
    if Device.objects.live().filter(person=person).count() >= MAX_DEVICES:
        raise TooManyDevices
    if standing is not None:
        _revoke([standing.pk], reason="changed-hands", now=now)
    fresh.save(force_insert=True)
    plan_anew(preference, person, now=now)
    coming = Prompt.objects.standing().filter(person=person, slot_at__gt=now)
    put_out([one for prompt in coming for one in bring_prompt(prompt, [place_of(fresh)])], now=now)
    return fresh


def revoke_device(*, person: User, device_id: UUID, now: datetime) -> None:
    """Nothing is sent to the device any more. Raises NotFound."""
    with transaction.atomic():
        if not Device.objects.visible_to(person).live().select_for_update(no_key=True).filter(pk=device_id).exists():
            raise NotFound
        _revoke([device_id], reason="person", now=now)


def retire_devices(*, seen_before: dict[UUID, datetime], reason: str, now: datetime) -> None:
    """Revokes devices that their service says are gone, unless they registered again since the send that asked.

    When a good part of a service's devices seems to die at once, wrong credentials are likelier: then that service is
    stopped instead, and no device is lost.
    """
    with transaction.atomic():
        dying = [
            device
            for device in Device.objects.live().select_for_update(no_key=True).filter(pk__in=seen_before).order_by("pk")
            if device.last_seen_at <= seen_before[device.pk]
        ]
        for kind, service in sorted({(device.kind, device.service) for device in dying}):
            of_service = [device.pk for device in dying if (device.kind, device.service) == (kind, service)]
            if _looks_like_our_fault(kind, service, len(of_service), now):
                stop_service(channel=kind, service=service, reason="many-devices-gone", now=now)
            else:
                _revoke(of_service, reason=reason, now=now)


def stop_service(*, channel: str, service: str, reason: str, now: datetime) -> None:
    """Nothing calls the service until an operator has put something right. Devices and deliveries stay."""
    ServiceLimit.objects.update_or_create(channel=channel, service=service, defaults={"stopped_at": now, "reason": reason})
    log.error("alarm: %s was stopped (%s)", service, reason)


def _looks_like_our_fault(kind: str, service: str, dying: int, now: datetime) -> bool:
    of_service = Device.objects.filter(kind=kind, service=service)
    died = dying + of_service.filter(revoked_at__gt=now - DEATH_WATCH).exclude(revoked_reason__in=["person", "changed-hands"]).count()
    alive = of_service.live().count() - dying
    return died >= SUSPECT_DEATHS and died > SUSPECT_SHARE * (died + alive)


def _revoke(device_ids: Collection[UUID], *, reason: str, now: datetime) -> None:
    """Ends devices, forgets their addresses, and ends what waits for them. The rows are locked by the caller.

    Without their keys: a worker that holds a delivery may be writing an answer token for its device, and neither waits.
    """
    Device.objects.live().filter(pk__in=device_ids).update(revoked_at=now, revoked_reason=reason, endpoint="", p256dh="", auth="")
    Delivery.objects.filter(device_id__in=device_ids).let_go(Delivery.State.UNDELIVERABLE, reason="device-revoked")
    AnswerToken.objects.filter(device_id__in=device_ids).unused().update(revoked_at=now)


def _checked(kind: str, endpoint: str, p256dh: str, auth: str) -> tuple[str, str]:
    """The endpoint in its one spelling, and whose service it is. Raises Invalid."""
    if kind == Device.Kind.MEMORY:
        return endpoint, "memory"
    try:
        allowed = check_endpoint(endpoint)
    except EndpointRefused as refused:
        raise Invalid([FieldError("/endpoint", refused.code, str(refused))]) from refused
    try:
        check_keys(p256dh, auth)
    except EndpointRefused as refused:
        pointer = "/auth" if refused.code == "bad-secret" else "/p256dh"
        raise Invalid([FieldError(pointer, refused.code, str(refused))]) from refused
    return allowed.url, allowed.origin
