"""How deliveries leave: claim, ask the gate, commit, send within a second, record.

The rows are the truth. A worker claims with a lease, and what it writes afterwards counts only while its lease token is
still on the row, so a worker that was killed, or that was so slow that another took over, changes nothing any more.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import TypeVar
from uuid import UUID, uuid4

from django.db import DatabaseError, transaction
from django.db.models import F

from notifications import queries
from notifications.channels import UnknownChannel, channel_for
from notifications.channels.base import Address, ChannelError, EmailAddress, MemoryAddress, Message, Sent, WebPushAddress
from notifications.gate import Drop, Facts, Failure, Go, Wait, after_failure, ask
from notifications.models import Delivery, Preference, ReminderSlot, ServiceLimit
from notifications.models.deliveries import DeliveryQuerySet
from notifications.schedule import Hours
from notifications.services.devices import retire_devices, stop_service
from notifications.services.endings import expire_stale, lock_slots, settle, take_back_lapsed
from notifications.services.tokens import mint_answer_tokens

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
V = TypeVar("V", Wait, Drop)

BATCH = 100
SENDERS = 8
"""Sends at a time; also how many calls may be on their way when a service tells us to stop."""
LEASE = timedelta(seconds=120)
"""Long enough for a batch in which every send takes its ten seconds; a round renews it before it sends."""
GATE_HOLDS = 1.0
"""Seconds for which the gate's answer is good."""
MAX_ROUNDS = 3
BUSY_PAUSE = timedelta(seconds=5)

_chance: Random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery that the gate let through, and until when (on the monotonic clock) its answer is good."""

    delivery: Delivery
    message: Message
    send_before: float


@dataclass(frozen=True, slots=True)
class Late:
    """The send could not start in time; the gate has to be asked again."""


Ending = Sent | Failure | ChannelError


def deliver_due(*, clock: Clock) -> int:
    """Sends everything that is due, batch by batch, until nothing is. Returns how many were claimed.

    It is handed the clock itself, since it may run for minutes and asks the time before each send.
    """
    now = clock()
    expire_stale(now=now)
    take_back_lapsed(now=now)
    total = 0
    with ThreadPoolExecutor(max_workers=SENDERS, thread_name_prefix="send") as senders:
        while claimed := claim_due(now=clock(), limit=BATCH):
            total += len(claimed)
            for start in range(0, len(claimed), SENDERS):
                _bring(claimed[start : start + SENDERS], clock=clock, senders=senders)
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


def resume_service(*, channel: str, service: str) -> None:
    """An operator has put right why the service was stopped; what waits and is still fresh goes out."""
    ServiceLimit.objects.filter(channel=channel, service=service).update(stopped_at=None, not_before=None, reason="")


def _bring(claimed: Sequence[Delivery], *, clock: Clock, senders: ThreadPoolExecutor) -> None:
    """Brings a handful of claimed deliveries to an end, all at once."""
    waiting = list(claimed)
    for _ in range(MAX_ROUNDS):
        late: list[Delivery] = []
        ended: dict[Delivery, Ending] = {}
        outgoing = _pass_gate_or_leave(waiting, clock=clock)
        for one, outcome in zip(outgoing, senders.map(_send, outgoing), strict=True):
            if isinstance(outcome, Late):
                late.append(one.delivery)
            else:
                ended[one.delivery] = outcome
        _record(ended, now=clock())
        waiting = late
        if not waiting:
            return
    log.warning("%s deliveries could not start within %s s of the gate", len(waiting), GATE_HOLDS)
    _put_back({one: Wait(clock() + BUSY_PAUSE, "machine-busy") for one in waiting})


# The gate


def _pass_gate_or_leave(claimed: Sequence[Delivery], *, clock: Clock) -> list[Outgoing]:
    """Asks the gate, and leaves out a delivery about which it cannot be asked: its lease runs out, five times at most."""
    try:
        return _pass_gate(claimed, clock=clock)
    except DatabaseError:
        raise
    except Exception:
        if len(claimed) > 1:
            # One of them is to blame. Alone, it harms no neighbour.
            return [outgoing for one in claimed for outgoing in _pass_gate_or_leave([one], clock=clock)]
        log.exception("the gate could not be asked about delivery %s", claimed[0].pk)
        return []


def _pass_gate(claimed: Sequence[Delivery], *, clock: Clock) -> list[Outgoing]:
    """Asks the gate for every delivery we still hold, commits its answers, and returns those to send now."""
    send_before = time.monotonic() + GATE_HOLDS
    with transaction.atomic():
        slots = lock_slots(claimed)
        held = list(_held(claimed).select_related("person", "device", "prompt", "slot").select_for_update(of=("self",)).order_by("pk"))
        now = clock()
        verdicts = {delivery: ask(facts, now) for delivery, facts in _facts(held, now).items()}
        going = [delivery for delivery, verdict in verdicts.items() if isinstance(verdict, Go)]
        _held(going).update(handed_over_at=now, leased_until=now + LEASE)
        for one in going:
            one.handed_over_at = now
        tokens = mint_answer_tokens(deliveries=going)
        _put_back({delivery: verdict for delivery, verdict in verdicts.items() if isinstance(verdict, Wait)})
        _drop({delivery: verdict for delivery, verdict in verdicts.items() if isinstance(verdict, Drop)})
        if len(going) < len(held):
            settle(slots, now=now)
    return [Outgoing(one, _message(one, tokens, now), send_before) for one in going]


def _facts(deliveries: list[Delivery], now: datetime) -> dict[Delivery, Facts]:
    """What is true of these deliveries at this moment. The number of statements does not grow with them."""
    people = {one.person_id for one in deliveries}
    preferences = Preference.objects.in_bulk(people)
    holds = queries.holds(people)
    together = queries.together({one.prompt.about_couple for one in deliveries if one.prompt and one.prompt.about_couple})
    held_services = set(ServiceLimit.objects.holding(now).values_list("channel", "service"))
    facts = {}
    for one in deliveries:
        preference = preferences.get(one.person_id)
        about = one.prompt.about_couple if one.prompt else None
        muted_until = preference.prompts_muted_until if preference else None
        facts[one] = Facts(
            kind=one.kind,
            expires_at=one.expires_at,
            hours=preference.hours(one.person.zone) if preference else Hours(one.person.zone),
            address_known=_is_addressable(one, preference),
            service_held=(one.channel, one.service) in held_services,
            account_active=one.person.is_active,
            paused=one.person_id in holds.paused,
            muted=muted_until is not None and muted_until > now,
            in_safety=one.person_id in holds.in_safety,
            voice=one.prompt.voice if one.prompt else "",
            prompt_cancelled=one.prompt is not None and one.prompt.cancelled_at is not None,
            together=about is None or about in together,
            slot_open=one.slot is None or one.slot.state in (ReminderSlot.State.OPEN, ReminderSlot.State.SENT),
        )
    return facts


def _is_addressable(delivery: Delivery, preference: Preference | None) -> bool:
    if delivery.device is None:
        return preference is not None and preference.email_on
    return delivery.device.revoked_at is None


def _message(delivery: Delivery, tokens: dict[UUID, str], now: datetime) -> Message:
    return Message(
        delivery_id=delivery.pk,
        kind=delivery.kind,
        collapse_key=delivery.collapse_key,
        ttl_seconds=max(1, int((delivery.expires_at - now).total_seconds())),
        address=_address(delivery),
        payload={"answer_token": tokens[delivery.pk]} if delivery.pk in tokens else {},
        language=delivery.person.language,
    )


def _address(delivery: Delivery) -> Address:
    device = delivery.device
    if device is None:
        return EmailAddress(delivery.person.email)
    if device.kind == device.Kind.MEMORY:
        return MemoryAddress(device.endpoint)
    return WebPushAddress(device.endpoint, device.p256dh, device.auth)


# The send


def _send(outgoing: Outgoing) -> Ending | Late:
    """Runs in a thread of its own, without the database."""
    if time.monotonic() > outgoing.send_before:
        return Late()
    at_most_once = True
    try:
        channel = channel_for(outgoing.delivery.channel)
        at_most_once = channel.at_most_once
        return channel.send(outgoing.message)
    except ChannelError as error:
        return error
    except UnknownChannel:
        return Failure("unknown-channel", permanent=True)
    except Exception:
        # One message that a channel chokes on must not harm its neighbours.
        log.exception("delivery %s could not be sent", outgoing.delivery.pk)
        return Failure("unexpected", permanent=at_most_once)


# The record


def _record(outcomes: dict[Delivery, Ending], *, now: datetime) -> None:
    """Writes down how the sends ended, for those we still hold, and draws the consequences for devices and services."""
    if not outcomes:
        return
    sent = [delivery for delivery, outcome in outcomes.items() if isinstance(outcome, Sent)]
    failed = {delivery: outcome for delivery, outcome in outcomes.items() if isinstance(outcome, ChannelError)}
    verdicts = {
        delivery: after_failure(_failure(outcome), attempts=delivery.attempts, expires_at=delivery.expires_at, now=now, chance=_chance)
        for delivery, outcome in outcomes.items()
        if isinstance(outcome, ChannelError | Failure)
    }
    # First, and by itself: whoever asks the gate next already knows what the service asked for.
    _limit_services(failed, now=now)
    with transaction.atomic():
        slots = lock_slots(outcomes)
        _held(sent).move(Delivery.State.SENT, sent_at=now, reason="", lease_token=None, leased_until=None)
        _put_back({one: verdict for one, verdict in verdicts.items() if isinstance(verdict, Wait)}, tried=True)
        _drop({one: verdict for one, verdict in verdicts.items() if isinstance(verdict, Drop)})
        settle(slots, now=now)
    gone = [one for one, error in failed.items() if error.retires_device]
    # A registration since the send began is newer than what the service said about the old one.
    seen_before = {one.device_id: one.handed_over_at for one in gone if one.device_id and one.handed_over_at}
    if seen_before:
        retire_devices(seen_before=seen_before, reason="gone", now=now)


def _failure(outcome: Failure | ChannelError) -> Failure:
    if isinstance(outcome, Failure):
        return outcome
    return Failure(outcome.reason[:40], outcome.permanent, outcome.stop_service, outcome.retry_after)


def _limit_services(failed: dict[Delivery, ChannelError], *, now: datetime) -> None:
    """Keeps for everybody what a service asked of one of us."""
    for delivery, error in failed.items():
        if error.stop_service:
            stop_service(channel=delivery.channel, service=delivery.service, reason=error.reason[:40], now=now)
        elif error.retry_after is not None:
            not_before = now + error.retry_after
            limit, made = ServiceLimit.objects.get_or_create(
                channel=delivery.channel, service=delivery.service, defaults={"not_before": not_before}
            )
            if not made:
                earlier = ServiceLimit.objects.filter(pk=limit.pk).exclude(not_before__gte=not_before)
                earlier.update(not_before=not_before)


# Both write through the lease


def _held(deliveries: Iterable[Delivery]) -> DeliveryQuerySet:
    """The rows of these deliveries that are still under the lease they were claimed with."""
    rows = list(deliveries)
    tokens = {one.lease_token for one in rows}
    return Delivery.objects.filter(pk__in=[one.pk for one in rows], lease_token__in=tokens, state=Delivery.State.SENDING)


def _put_back(verdicts: Mapping[Delivery, Wait], *, tried: bool = False) -> None:
    """Back to the queue until later. Only a send that was `tried` counts among the five."""
    for verdict, deliveries in _alike(verdicts).items():
        _held(deliveries).move(
            Delivery.State.QUEUED,
            due_at=verdict.until,
            reason=verdict.reason,
            attempts=F("attempts") - (0 if tried else 1),
            lease_token=None,
            leased_until=None,
        )


def _drop(verdicts: Mapping[Delivery, Drop]) -> None:
    for verdict, deliveries in _alike(verdicts).items():
        _held(deliveries).move(verdict.state, reason=verdict.reason, lease_token=None, leased_until=None)


def _alike(verdicts: Mapping[Delivery, V]) -> dict[V, list[Delivery]]:
    """Deliveries by verdict, since most share theirs."""
    alike: dict[V, list[Delivery]] = defaultdict(list)
    for delivery, verdict in verdicts.items():
        alike[verdict].append(delivery)
    return alike
