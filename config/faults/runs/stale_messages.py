"""N14: messages grow stale while they wait, each at another moment, and the service is slow."""

from datetime import timedelta
from uuid import UUID

from django.db import connection

from backend import clock
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, is_empty, put_out_more
from config.faults.results import Invariant, Result, none_of
from config.faults.sink import Reply
from notifications.models import Delivery

MESSAGES = 5_000
WORKERS = 3
SLOW = 0.02
A_SECOND = 1.0
"""Between the gate, which reads the time that is left, and the call."""


def run(ground: Ground) -> Result:
    people = ground.count(MESSAGES, least=120)
    outbox = fill_outbox(ground, people=people)
    more = put_out_more()
    outbox.sink.rule = lambda phone: Reply(after=SLOW)
    # The workers are warm before anything grows stale.
    first = Delivery.objects.earliest("pk")
    Delivery.objects.exclude(pk=first.pk).update(due_at=clock.now() + timedelta(hours=1))
    workers = [ground.forked_worker() for _ in range(WORKERS)]
    ground.wait_until(lambda: Delivery.objects.filter(pk=first.pk, state=Delivery.State.SENT).exists(), what="the first send")
    # As long as sending them all takes at the pace of the service, and a little: about a third cannot be brought in time.
    span = people * 2 * 1.3 * SLOW / 10
    ends = list(Delivery.objects.open().order_by("pk").values_list("pk", flat=True))
    _let_end(ends, [ground.chance.uniform(-1.0, span) + 3.0 for _ in ends])
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(outbox.sink.arrivals))
    # All on one machine and one clock, so the time to live that a message carries can be held against its end.
    latest = dict.fromkeys(outbox.phones.values(), 0.0)
    for one in Delivery.objects.all():
        phone = outbox.phones[str(one.device_id)]
        latest[phone] = max(latest[phone], one.expires_at.timestamp())
    lied = sum(one.wall + one.ttl > latest[one.phone] + A_SECOND for one in outbox.sink.arrivals)
    states = {state: Delivery.objects.filter(state=state).count() for state in (Delivery.State.SENT, Delivery.State.EXPIRED)}
    return Result(
        figures={"messages": len(ends), "sent": states[Delivery.State.SENT], "expired": states[Delivery.State.EXPIRED]},
        invariants=[
            Invariant("messages that were in time", states[Delivery.State.SENT], ">=", 1),
            Invariant("messages that were not", states[Delivery.State.EXPIRED], ">=", 1),
            none_of("messages with any other end", len(ends) + 1 - sum(states.values())),
            none_of("workers that died", sum(not worker.is_alive() for worker in workers)),
            none_of("messages whose time to live ends after they do", lied),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries + more),
        ],
    )


def _let_end(deliveries: list[UUID], seconds: list[float]) -> None:
    """All are due, and each ends so many seconds from now. In one statement, since they grow stale while it runs."""
    with connection.cursor() as cursor:
        cursor.execute(_LET_END, [clock.now(), clock.now(), deliveries, seconds])


_LET_END = """
    UPDATE notifications_delivery AS delivery
    SET due_at = %s - interval '1 minute', expires_at = %s + one.seconds * interval '1 second'
    FROM unnest(%s::uuid[], %s::float[]) AS one(id, seconds) WHERE delivery.id = one.id
"""
