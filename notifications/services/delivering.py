"""How deliveries leave: claim, ask the gate, commit, send within a second, record.

The rows are the truth. A worker claims with a lease, and what it writes afterwards counts only while its lease token is
still on the row, so a worker that was killed, or that was so slow that another took over, changes nothing any more.
"""

import logging
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models import F

from backend.statements import fetch_row
from notifications.channels import UnknownChannel, channel_for
from notifications.channels.base import (
    Address,
    ApnsAddress,
    ChannelError,
    EmailAddress,
    FcmAddress,
    MemoryAddress,
    Message,
    NotBegun,
    Sent,
    WebPushAddress,
)
from notifications.gate import Failure, Wait
from notifications.models import Delivery, Device
from notifications.services.blaming import blame_devices, remember_accepted
from notifications.services.devices import retire_devices
from notifications.services.endings import ACCEPTED, LAPSED, expire_stale, lock_slots, settle, take_back_lapsed
from notifications.services.limits import keep_what_was_asked
from notifications.services.passing import GATE_HOLDS, LEASE, Clock, Pass, chance, fail, held_of, pass_gate_or_leave, put_back

log = logging.getLogger(__name__)

BATCH = 100
SENDERS = 8
"""Sends at a time in one worker."""
MAX_ROUNDS = 3
A_TURN = 15.0
"""Seconds that a worker gives one service before it looks at what waits for others."""
CROWDED_PAUSE = 0.02
BUSY_PAUSE = timedelta(seconds=5)


class Late:
    """The send could not start in time; the gate has to be asked again."""


Ending = Sent | Failure | ChannelError


def deliver_due(*, clock: Clock) -> int:
    """Sends everything that is due, batch by batch, until nothing is. Returns how many were claimed.

    It is handed the clock itself, since it may run for minutes and asks the time before each send.
    """
    now = clock()
    if not any(fetch_row(_ANYTHING, {"now": now}) or (True,)):
        return 0
    expire_stale(now=now)
    take_back_lapsed(now=now)
    total = 0
    with ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="send") as senders:
        while claimed := claim_due(now=clock(), limit=BATCH):
            total += len(claimed)
            for deliveries in _by_service(claimed):
                _bring(deliveries, clock=clock, senders=senders)
    return total


def claim_due(*, now: datetime, limit: int) -> list[Delivery]:
    """Takes up to `limit` due deliveries that nobody else is taking, and holds them under one new lease."""
    lease = {"lease_token": uuid4(), "leased_until": now + LEASE}
    with transaction.atomic():
        ids = list(Delivery.objects.due(now).select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
        if not ids:
            return []
        claimed = Delivery.objects.filter(pk__in=ids)
        claimed.move(Delivery.State.SENDING, attempts=F("attempts") + 1, handed_over_at=None, **lease)
        return list(claimed.order_by("due_at", "pk"))


def _by_service(claimed: Iterable[Delivery]) -> Iterable[list[Delivery]]:
    groups: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
    for one in claimed:
        groups[one.channel, one.service].append(one)
    return groups.values()


def _bring(claimed: Sequence[Delivery], *, clock: Clock, senders: ThreadPoolExecutor) -> None:
    """Brings claimed deliveries of one service to an end, a handful at a time, or back to the queue after a while."""
    waiting, until, rounds = deque(claimed), time.monotonic() + A_TURN, 0
    while waiting and rounds < MAX_ROUNDS and time.monotonic() < until:
        handful = _handful(waiting)
        crowded, late = _bring_handful(handful, clock=clock, senders=senders)
        waiting.extendleft(reversed(crowded + late))
        rounds = rounds + 1 if len(late) == len(handful) else 0
        if len(crowded) == len(handful):
            time.sleep(CROWDED_PAUSE)
    if waiting:
        # At different moments, so that they do not come back as one.
        put_back({one: Wait(clock() + chance.random() * BUSY_PAUSE, _still(one, "busy")) for one in waiting})


def _handful(waiting: deque[Delivery]) -> list[Delivery]:
    """The next few. One that was under way when a worker was lost goes alone, since it may be what cost that worker its life."""
    handful = [waiting.popleft()]
    while waiting and len(handful) < SENDERS and LAPSED not in (handful[0].reason, waiting[0].reason):
        handful.append(waiting.popleft())
    return handful


def _still(delivery: Delivery, reason: str) -> str:
    """Waiting does not clear a delivery of suspicion."""
    return LAPSED if delivery.reason == LAPSED else reason


def _bring_handful(handful: Sequence[Delivery], *, clock: Clock, senders: ThreadPoolExecutor) -> tuple[list[Delivery], list[Delivery]]:
    """Sends those that the gate lets through, all at once. Returns those it had no room for, and those that began too late."""
    late: list[Delivery] = []
    ended: dict[Delivery, Ending] = {}
    passed = pass_gate_or_leave(handful, clock=clock)
    for one, outcome in zip(passed.going, senders.map(_send, passed.going), strict=True):
        if isinstance(outcome, Late):
            late.append(one.delivery)
        else:
            ended[one.delivery] = outcome
    _record(ended, now=clock())
    if late:
        log.warning("%s deliveries could not start within %s s of the gate", len(late), GATE_HOLDS)
    return passed.crowded, late


# The send


def _send(allowed: Pass) -> Ending | Late:
    """Runs in a thread of its own, without the database."""
    time.sleep(max(0.0, allowed.start - time.monotonic()))
    if time.monotonic() > allowed.send_before:
        return Late()
    at_most_once = True
    try:
        channel = channel_for(allowed.delivery.channel)
        at_most_once = channel.at_most_once
        return channel.send(_message(allowed))
    except NotBegun:
        return Late()
    except ChannelError as error:
        return error
    except UnknownChannel:
        return Failure("unknown-channel", permanent=True)
    except Exception:
        # One message that a channel chokes on must not harm its neighbours.
        log.exception("delivery %s could not be sent", allowed.delivery.pk)
        return Failure("unexpected", permanent=at_most_once)


def _message(allowed: Pass) -> Message:
    delivery = allowed.delivery
    return Message(
        delivery_id=delivery.pk,
        kind=delivery.kind,
        collapse_key=delivery.collapse_key,
        ttl_seconds=max(1, int((delivery.expires_at - allowed.at).total_seconds())),
        address=_address(allowed),
        payload={"answer_token": allowed.token} if allowed.token and delivery.device_id else {},
        language=delivery.person.language,
        begin_by=allowed.send_before,
    )


def _address(allowed: Pass) -> Address:
    delivery = allowed.delivery
    device = delivery.device
    if device is None:
        return EmailAddress(delivery.person.email, allowed.token)
    if device.kind == device.Kind.WEBPUSH:
        return WebPushAddress(device.endpoint, device.p256dh, device.auth, device.server_key)
    return _OF_ONE_NAME[device.kind](device.endpoint)


_OF_ONE_NAME: Mapping[str, Callable[[str], Address]] = {
    Device.Kind.FCM: FcmAddress,
    Device.Kind.APNS: ApnsAddress,
    Device.Kind.MEMORY: MemoryAddress,
}


# The record


def _record(outcomes: dict[Delivery, Ending], *, now: datetime) -> None:
    """Writes down how the sends ended, for those we still hold, and draws the consequences for devices and services."""
    if not outcomes:
        return
    sent = [delivery for delivery, outcome in outcomes.items() if isinstance(outcome, Sent)]
    remember_accepted(sent, now=now)
    outcomes = blame_devices(outcomes)
    refused = {delivery: outcome for delivery, outcome in outcomes.items() if isinstance(outcome, ChannelError)}
    failed = {delivery: _failure(outcome) for delivery, outcome in outcomes.items() if isinstance(outcome, ChannelError | Failure)}
    # First, and by itself: whoever asks the gate next already knows what the service asked for.
    keep_what_was_asked(refused, now=now)
    with transaction.atomic():
        slots = lock_slots(outcomes)
        held_of(sent).move(Delivery.State.SENT, sent_at=now, reason=ACCEPTED, lease_token=None, leased_until=None)
        fail(failed, now=now)
        settle(slots, now=now)
    _tell(outcomes, now=now)
    gone = [one for one, error in refused.items() if error.retires_device]
    # A registration since the send began is newer than what the service said about the old one.
    seen_before = {one.device_id: _gone_since(one.handed_over_at, refused[one]) for one in gone if one.device_id and one.handed_over_at}
    if seen_before:
        retire_devices(seen_before=seen_before, reason="gone", now=now)


def _tell(outcomes: dict[Delivery, Ending], *, now: datetime) -> None:
    """One line for each: what became of it, and nothing of what it was or for whom."""
    for delivery, outcome in outcomes.items():
        well = isinstance(outcome, Sent)
        named = {"delivery": delivery.pk, "channel": delivery.channel, "attempts": delivery.attempts}
        named |= {
            "reason": ACCEPTED if isinstance(outcome, Sent) else outcome.reason,
            "lag_seconds": (now - delivery.due_at).total_seconds(),
        }
        log.log(logging.DEBUG if well else logging.WARNING, "%s by %s: %s", delivery.pk, delivery.channel, named["reason"], extra=named)


def _gone_since(handed_over_at: datetime, error: ChannelError) -> datetime:
    """Until when a registration is one that the service meant: the send, or what the service says itself, if that is earlier."""
    return handed_over_at if error.since is None else min(handed_over_at, error.since)


def _failure(outcome: Failure | ChannelError) -> Failure:
    if isinstance(outcome, Failure):
        return outcome
    return Failure(outcome.reason[:40], outcome.permanent, outcome.stop_service, outcome.retry_after)


_OUTBOX = Delivery._meta.db_table

# What is due, stale or lapsed, each the end of an index: most sweeps find nothing, and cost this one statement.
_ANYTHING = f"""
    SELECT (SELECT min(due_at) FROM {_OUTBOX} WHERE state = '{Delivery.State.QUEUED.value}') <= %(now)s::timestamptz,
           (SELECT min(expires_at) FROM {_OUTBOX} WHERE state = '{Delivery.State.QUEUED.value}') <= %(now)s::timestamptz,
           (SELECT min(leased_until) FROM {_OUTBOX} WHERE state = '{Delivery.State.SENDING.value}') <= %(now)s::timestamptz
"""  # noqa: S608 (our own table)
