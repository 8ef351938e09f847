"""Devices come, change hands, go, and die."""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, gettext_noop

from backend.accounts.models import User
from backend.errors import FieldError, Invalid, NotFound, TryLater
from notifications.app_tokens import check_token
from notifications.channels.vapid import from_settings
from notifications.endpoints import EndpointRefused, check_endpoint, check_keys
from notifications.models import AnswerToken, Delivery, Device, Preference, Prompt, ServiceLimit
from notifications.services.endings import lock_slots, settle
from notifications.services.limits import lock_services, stop_service
from notifications.services.outbox import bring_prompt, place_of, put_out
from notifications.services.preferences import plan_anew, preference_of

MAX_DEVICES = 10
LEFT_ALONE = timedelta(days=30)
"""A device that has not registered again for so long makes room for an eleventh: apps do it at every start."""
DEATH_WATCH = timedelta(minutes=5)
SUSPECT_SHARE = 0.2
SIGNED_OUT = "signed-out"
NOT_DEATHS = ("person", "changed-hands", "made-room", SIGNED_OUT)
HERE = "device"
"""Under this name a session keeps the id of the device that was registered in it."""
SUSPECT_DEATHS = 10
"""Below so many people whose devices die a share says nothing: of three one is a third."""


class TooManyDevices(Invalid):
    """Ten devices are registered; one has to go first."""

    code: ClassVar[str] = "too-many-devices"
    title: ClassVar[str] = gettext_noop("Ten devices are registered. Remove one first.")

    def __init__(self) -> None:
        super().__init__([FieldError("/endpoint", self.code, gettext(self.title))])


def register_device(
    *,
    person: User,
    kind: str,
    endpoint: str,
    p256dh: str = "",
    auth: str = "",
    application_server_key: str = "",
    name: str = "",
    now: datetime,
) -> Device:
    """Keeps a device, or renews the one with this endpoint. Raises Invalid for an address or keys that are not allowed.

    A device belongs to whoever registered it last: an earlier person's registration of the same endpoint ends, with all
    that waited for it. `endpoint` is a push endpoint of a browser, or the token of an app.
    """
    endpoint, service = _checked(kind, endpoint, p256dh, auth)
    server_key = _server_key(application_server_key) if kind == Device.Kind.WEBPUSH else ""
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
                        server_key=server_key,
                        name=name,
                        created_at=now,
                        last_seen_at=now,
                    ),
                    is_new_key=bool(application_server_key),
                )
        except IntegrityError:
            # The same endpoint was registered in this very moment; now it can be seen.
            continue
    raise TryLater(1)


def _register(person: User, fresh: Device, *, is_new_key: bool) -> Device:
    now = fresh.last_seen_at
    preference_of(person=person, now=now)
    preference = Preference.objects.select_for_update().get(person=person)
    standing = Device.objects.live().select_for_update(no_key=True).filter(endpoint_hash=fresh.endpoint_hash).first()
    if standing is not None and standing.person_id == person.pk:
        standing.kind, standing.service, standing.p256dh, standing.auth = fresh.kind, fresh.service, fresh.p256dh, fresh.auth
        # A device that registers again by itself says no name, and keeps the one its person gave it.
        standing.name = fresh.name or standing.name
        if is_new_key:
            # Otherwise nobody said with which key it was subscribed, and what was known of it stays.
            standing.accepted_at = standing.accepted_at if standing.server_key == fresh.server_key else None
            standing.server_key = fresh.server_key
        standing.last_seen_at = now
        standing.save()
        return standing
    _make_room(person, now=now)
    if standing is not None:
        _revoke([standing.pk], reason="changed-hands", now=now)
    fresh.save(force_insert=True)
    plan_anew(preference, person, now=now)
    coming = Prompt.objects.standing().filter(person=person, slot_at__gt=now)
    put_out([one for prompt in coming for one in bring_prompt(prompt, [place_of(fresh)])], now=now)
    return fresh


def _make_room(person: User, *, now: datetime) -> None:
    """Raises TooManyDevices where ten devices are in use. One that was left alone for long gives way instead."""
    mine = Device.objects.live().filter(person=person)
    if mine.count() < MAX_DEVICES:
        return
    unused = mine.filter(last_seen_at__lte=now - LEFT_ALONE).order_by("last_seen_at").select_for_update(no_key=True).first()
    if unused is None:
        raise TooManyDevices
    _revoke([unused.pk], reason="made-room", now=now)


def revoke_device(*, person: User, device_id: UUID, now: datetime) -> None:
    """Nothing is sent to the device any more. Raises NotFound."""
    with transaction.atomic():
        if not Device.objects.visible_to(person).live().select_for_update(no_key=True).filter(pk=device_id).exists():
            raise NotFound
        _revoke([device_id], reason="person", now=now)


def name_device(*, person: User, device_id: UUID, name: str) -> None:
    """Calls the device as its person likes. Raises NotFound."""
    if not Device.objects.visible_to(person).live().filter(pk=device_id).update(name=name):
        raise NotFound


def remember_where(*, session: SessionBase, device: Device) -> None:
    """The device is the browser or app of this session: it ends when the session is ended."""
    session[HERE] = str(device.pk)


def stop_where_session_ends(*, session: SessionBase, now: datetime) -> None:
    """Whoever signs out in a browser or app gets nothing there any more; somebody else may be using it next."""
    device_id = session.get(HERE)
    if device_id is None:
        return
    with transaction.atomic():
        # Its person may have removed it since, or somebody else may have it now, under an id of their own.
        if Device.objects.live().select_for_update(no_key=True).filter(pk=device_id).exists():
            _revoke([device_id], reason=SIGNED_OUT, now=now)


def retire_devices(*, seen_before: dict[UUID, datetime], reason: str, now: datetime) -> None:
    """Revokes devices that their service says are gone, unless they registered again since the send that asked.

    When a good part of a service's devices seems to die at once, wrong credentials are likelier: then that service is
    stopped instead, and no device is lost.
    """
    with transaction.atomic():
        # Together with nobody else, so that two who see a fifth die each cannot take two fifths between them.
        lock_services(Device.objects.live().filter(pk__in=seen_before).values_list("kind", "service"))
        dying = [
            device
            for device in Device.objects.live().select_for_update(no_key=True).filter(pk__in=seen_before).order_by("pk")
            if device.last_seen_at <= seen_before[device.pk]
        ]
        for kind, service in sorted({(device.kind, device.service) for device in dying}):
            of_service = [device.pk for device in dying if (device.kind, device.service) == (kind, service)]
            if _looks_like_our_fault(kind, service, of_service, now):
                stop_service(channel=kind, service=service, reason="many-devices-gone", now=now)
            else:
                _revoke(of_service, reason=reason, now=now)


def _looks_like_our_fault(kind: str, service: str, dying: Collection[UUID], now: datetime) -> bool:
    """Counted in people, not in phones: one person alone can register ten that were never there."""
    if ServiceLimit.objects.filter(channel=kind, service=service, believed_until__gt=now).exists():
        return False
    of_service = Device.objects.filter(kind=kind, service=service)
    just_died = Q(revoked_at__gt=now - DEATH_WATCH) & ~Q(revoked_reason__in=NOT_DEATHS)
    died = _people(of_service.filter(Q(pk__in=dying) | just_died))
    alive = _people(of_service.live().exclude(pk__in=dying))
    return died >= SUSPECT_DEATHS and died > SUSPECT_SHARE * (died + alive)


def _people(devices: QuerySet[Device]) -> int:
    return devices.values("person").distinct().count()


def _revoke(device_ids: Collection[UUID], *, reason: str, now: datetime) -> None:
    """Ends devices, forgets their addresses, and ends what waits for them. The rows are locked by the caller.

    Without their keys: a worker that holds a delivery may be writing an answer token for its device, and neither waits.
    """
    Device.objects.live().filter(pk__in=device_ids).update(revoked_at=now, revoked_reason=reason, endpoint="", p256dh="", auth="")
    waiting = Delivery.objects.filter(device_id__in=device_ids)
    slots = lock_slots(waiting.open())
    waiting.let_go(Delivery.State.UNDELIVERABLE, reason="device-revoked")
    settle(slots, now=now)
    AnswerToken.objects.filter(device_id__in=device_ids).unused().update(revoked_at=now)


def _checked(kind: str, endpoint: str, p256dh: str, auth: str) -> tuple[str, str]:
    """The endpoint in its one spelling, and whose service it is. Raises Invalid."""
    if kind == Device.Kind.MEMORY:
        return endpoint, "memory"
    if kind not in settings.CHANNELS:
        raise Invalid([FieldError("/kind", "unknown-service", gettext("This installation does not send there."))])
    try:
        if kind != Device.Kind.WEBPUSH:
            return check_token(kind, endpoint), kind
        allowed = check_endpoint(endpoint)
    except EndpointRefused as refused:
        raise Invalid([FieldError("/endpoint", refused.code, str(refused))]) from refused
    try:
        check_keys(p256dh, auth)
    except EndpointRefused as refused:
        pointer = "/auth" if refused.code == "bad-secret" else "/p256dh"
        raise Invalid([FieldError(pointer, refused.code, str(refused))]) from refused
    return allowed.url, allowed.service


def _server_key(said: str) -> str:
    """With which key of ours the browser subscribed: what it says, or the one it is given now. Raises Invalid."""
    identities = from_settings()
    if not said:
        return identities.current.public_key
    if identities.of(said) is None:
        raise Invalid([FieldError("/application_server_key", "unknown-key", gettext("This is not a key of this server. Subscribe anew."))])
    return said
