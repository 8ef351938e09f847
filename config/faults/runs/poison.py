"""N12: one message in a hundred cannot be dealt with; its neighbours should not notice."""

from statistics import quantiles

from backend import clock
from backend.accounts.models import User
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, is_empty, put_out_more
from config.faults.results import Invariant, Result, none_of
from notifications.gate import BACKOFF_BASE, MAX_TRIES
from notifications.models import Delivery
from notifications.models.deliveries import DeliveryQuerySet

MESSAGES = 20_000
ONE_IN = 100
WORKERS = 3
SLOWER_BY = 2.0
NOWHERE = "Nowhere/Land"


def run(ground: Ground) -> Result:
    people = ground.count(MESSAGES, least=100)
    outbox = fill_outbox(ground, people=people)
    workers = [ground.forked_worker() for _ in range(WORKERS)]
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(outbox.sink.arrivals))
    clean = _p99(Delivery.objects.all())
    poisoned = ground.chance.sample([one.pk for one in outbox.people], max(1, people // ONE_IN))
    ground.say(f"{len(poisoned)} of {people} live in a zone that does not exist")
    User.objects.filter(pk__in=poisoned).update(timezone=NOWHERE)
    before = set(Delivery.objects.values_list("pk", flat=True))
    put_out_more()
    others = Delivery.objects.exclude(pk__in=before).exclude(person__in=poisoned)
    ground.wait_until(lambda: not others.open().exists(), what="the others to be sent", progress=lambda: len(outbox.sink.arrivals))
    beside = _p99(others)
    bad = Delivery.objects.exclude(pk__in=before).filter(person__in=poisoned)
    while bad.open().exists():
        ground.wait_until(lambda: not bad.due(clock.now()).exists() and not _is_held(bad), what="the poisoned to be tried")
        clock.move_ahead(BACKOFF_BASE)
    return Result(
        figures={"messages": people, "poisoned": len(poisoned), "p99 s without": round(clean, 2), "p99 s beside poison": round(beside, 2)},
        invariants=[
            Invariant("poisoned, dead after five tries", bad.filter(state="failed", attempts=MAX_TRIES).count(), "=", len(poisoned)),
            none_of("neighbours not sent", others.exclude(state=Delivery.State.SENT).count()),
            none_of("neighbours tried more than once", others.filter(attempts__gt=1).count()),
            none_of("workers that died", sum(not worker.is_alive() for worker in workers)),
            *ground.timed(Invariant("seconds by which the slowest hundredth was slower", round(beside - clean, 2), "<=", SLOWER_BY)),
            *all_add_up(slots=outbox.slots, deliveries=2 * people),
        ],
    )


def _p99(sent: DeliveryQuerySet) -> float:
    """Within how many seconds ninety-nine in a hundred were sent after they were due."""
    lags = [
        (sent_at - due_at).total_seconds()
        for sent_at, due_at in sent.filter(sent_at__isnull=False).values_list("sent_at", "due_at")
        if sent_at
    ]
    return quantiles(lags, n=100)[98]


def _is_held(deliveries: DeliveryQuerySet) -> bool:
    return deliveries.filter(state=Delivery.State.SENDING).exists()
