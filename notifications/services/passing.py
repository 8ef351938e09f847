"""The gate, asked for a handful of deliveries of one service: what may be sent now, and from when on.

Its answers are committed before anything is sent.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random, SystemRandom
from typing import TypeVar

from django.db import DatabaseError, transaction
from django.db.models import F

from notifications import queries
from notifications.gate import Drop, Facts, Failure, Go, Wait, after_failure, ask
from notifications.models import Delivery, Preference, ReminderSlot, ServiceLimit
from notifications.models.deliveries import DeliveryQuerySet
from notifications.schedule import Hours
from notifications.services.endings import lock_slots, settle
from notifications.services.limits import PACE, lock_services, room_at, take_room
from notifications.services.mail import stop_tokens
from notifications.services.tokens import mint_answer_tokens

log = logging.getLogger(__name__)

Clock = Callable[[], datetime]
V = TypeVar("V", Wait, Drop)

LEASE = timedelta(seconds=120)
"""Long enough for a handful in which every send takes its ten seconds; the gate renews it before each send."""
GATE_HOLDS = 1.0
"""Seconds for which the gate's answer is good."""

chance: Random = SystemRandom()


@dataclass(frozen=True, slots=True)
class Pass:
    """One delivery that the gate let through: to be sent from `start` on and before `send_before` (the monotonic clock's).

    `token` answers from a push, or stops the mails from within one; private mode has none.
    """

    delivery: Delivery
    token: str
    at: datetime
    start: float
    send_before: float


@dataclass(slots=True)
class Passed:
    """Which may be sent, and which have to ask again: their service has no room at present, or their person is just leaving."""

    going: list[Pass] = field(default_factory=list)
    crowded: list[Delivery] = field(default_factory=list)


def pass_gate_or_leave(claimed: Sequence[Delivery], *, clock: Clock) -> Passed:
    """Asks the gate. A delivery about which it cannot be asked has failed once more, and after five times for good."""
    try:
        return pass_gate(claimed, clock=clock)
    except DatabaseError:
        raise
    except Exception:
        if len(claimed) > 1:
            # One of them is to blame. Alone, it harms no neighbour.
            each = [pass_gate_or_leave([one], clock=clock) for one in claimed]
            return Passed([one for passed in each for one in passed.going], [one for passed in each for one in passed.crowded])
        log.exception("the gate could not be asked about delivery %s", claimed[0].pk)
        fail({claimed[0]: Failure("gate")}, now=clock())
        return Passed()


def pass_gate(claimed: Sequence[Delivery], *, clock: Clock) -> Passed:
    """Asks the gate for every delivery we still hold, all of one service, and commits its answers."""
    place = claimed[0].channel, claimed[0].service
    with transaction.atomic():
        staying = queries.staying({one.person_id for one in claimed})
        leaving = [one for one in claimed if one.person_id not in staying]
        limit = lock_services([place])[place]
        slots = lock_slots(one for one in claimed if one.person_id in staying)
        began = time.monotonic()
        held = list(
            held_of(claimed)
            .filter(person_id__in=staying)
            .select_related("person", "device", "prompt", "slot")
            .select_for_update(of=("self",))
            .order_by("pk")
        )
        now = clock()
        verdicts = {delivery: ask(facts, now) for delivery, facts in _facts(held, limit, now).items()}
        wanting = [delivery for delivery, verdict in verdicts.items() if isinstance(verdict, Go)]
        room = room_at(limit, asking=claimed, now=now)
        going, crowded = wanting[: room.calls], wanting[room.calls :]
        take_room(limit, room, calls=len(going))
        held_of(going).update(handed_over_at=now, leased_until=now + LEASE)
        for one in going:
            one.handed_over_at = now
        tokens = mint_answer_tokens(deliveries=going) | stop_tokens(deliveries=going)
        put_back({delivery: verdict for delivery, verdict in verdicts.items() if isinstance(verdict, Wait)})
        drop({delivery: verdict for delivery, verdict in verdicts.items() if isinstance(verdict, Drop)})
        if len(wanting) < len(held):
            settle(slots, now=now)
    ahead = (room.start - now).total_seconds()
    starts = [began + ahead + number * PACE.total_seconds() for number in range(len(going))]
    passes = [Pass(one, tokens.get(one.pk, ""), now, start, began + GATE_HOLDS) for one, start in zip(going, starts, strict=True)]
    return Passed(passes, crowded + leaving)


def _facts(deliveries: list[Delivery], limit: ServiceLimit, now: datetime) -> dict[Delivery, Facts]:
    """What is true of these deliveries at this moment. The number of statements does not grow with them."""
    people = {one.person_id for one in deliveries}
    preferences = Preference.objects.in_bulk(people)
    holds = queries.holds(people)
    together = queries.together({one.prompt.about_couple for one in deliveries if one.prompt and one.prompt.about_couple})
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
            service_held=limit.is_held(now),
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


# All of these write through the lease


def held_of(deliveries: Iterable[Delivery]) -> DeliveryQuerySet:
    """The rows of these deliveries that are still under the lease they were claimed with."""
    rows = list(deliveries)
    tokens = {one.lease_token for one in rows}
    return Delivery.objects.filter(pk__in=[one.pk for one in rows], lease_token__in=tokens, state=Delivery.State.SENDING)


def fail(failures: Mapping[Delivery, Failure], *, now: datetime) -> None:
    """A try that did not succeed: again later, or never."""
    if not failures:
        return
    verdicts = {
        one: after_failure(failure, attempts=one.attempts, expires_at=one.expires_at, now=now, chance=chance)
        for one, failure in failures.items()
    }
    with transaction.atomic():
        slots = lock_slots(failures)
        put_back({one: verdict for one, verdict in verdicts.items() if isinstance(verdict, Wait)}, tried=True)
        drop({one: verdict for one, verdict in verdicts.items() if isinstance(verdict, Drop)})
        settle(slots, now=now)


def put_back(verdicts: Mapping[Delivery, Wait], *, tried: bool = False) -> None:
    """Back to the queue until later. Only a send that was `tried` counts among the five."""
    for verdict, deliveries in _alike(verdicts).items():
        held_of(deliveries).move(
            Delivery.State.QUEUED,
            due_at=verdict.until,
            reason=verdict.reason,
            attempts=F("attempts") - (0 if tried else 1),
            lease_token=None,
            leased_until=None,
        )


def drop(verdicts: Mapping[Delivery, Drop]) -> None:
    """They end here."""
    for verdict, deliveries in _alike(verdicts).items():
        held_of(deliveries).move(verdict.state, reason=verdict.reason, lease_token=None, leased_until=None)


def _alike(verdicts: Mapping[Delivery, V]) -> dict[V, list[Delivery]]:
    """Deliveries by verdict, since most share theirs."""
    alike: dict[V, list[Delivery]] = defaultdict(list)
    for delivery, verdict in verdicts.items():
        alike[verdict].append(delivery)
    return alike
