"""N3: the broker is away for ten minutes, and then it is back."""

from datetime import timedelta

from backend import clock, nudge
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, is_empty, lost, put_out_more
from config.faults.people import make_people
from config.faults.results import Invariant, Result, none_of
from config.faults.writing import Writers
from notifications.models import Delivery
from notifications.services.outbox import DELIVER

MESSAGES = 4_000
WRITES = 4_000
AWAY = timedelta(minutes=10)
BACK_WITHIN = 60
SWEEP_SECONDS = 20.0
"""As in an installation, since the sweeps are what is looked at."""


def run(ground: Ground) -> Result:
    broker = ground.broker()
    outbox = fill_outbox(ground, people=ground.count(MESSAGES, least=40))
    writers = Writers(ground.web(), make_people(ground.count(WRITES // 2, least=20)), ground.chance)
    ground.worker()
    ground.beat(every=SWEEP_SECONDS)
    ground.wait_until(lambda: len(outbox.sink.arrivals) > 0, what="the first send")
    broker.stop()
    # Whoever is at it when the broker goes finishes what is due. What is due from then on waits.
    ground.wait_until(is_empty, what="the send under way to finish", progress=lambda: len(outbox.sink.arrivals))
    before = len(outbox.sink.arrivals)
    ground.say("the broker is away; people answer")
    more = put_out_more()
    some = list(Delivery.objects.filter(kind=Delivery.Kind.TEST).values_list("pk", flat=True)[: more // 4])
    Delivery.objects.filter(pk__in=some).update(expires_at=clock.now() + AWAY / 2)
    writers.start()
    ground.wait_until(lambda: writers.is_done, what="everybody to answer", progress=lambda: len(writers.answers))
    nudge.publish(DELIVER)
    clock.move_ahead(AWAY)
    stale = Delivery.objects.open().filter(expires_at__lte=clock.now()).count()
    meanwhile = len(outbox.sink.arrivals) - before
    broker.start()
    back = ground.seconds()
    ground.say("the broker is back")
    ground.wait_until(is_empty, what="the sweeps to find what is due", progress=lambda: len(outbox.sink.arrivals))
    seconds = ground.seconds() - back
    expired = Delivery.objects.filter(state=Delivery.State.EXPIRED).count()
    refused = sum(answer.status not in (200, 201) for answer in writers.answers)
    return Result(
        figures={
            "messages": outbox.deliveries + more,
            "due meanwhile": more,
            "writes meanwhile": len(writers.answers),
            "slowest write, ms": round(1000 * max(answer.seconds for answer in writers.answers)),
            "seconds until all were out": round(seconds, 1),
            "expired": expired,
        },
        invariants=[
            none_of("writes that failed", refused),
            none_of("acknowledged answers lost", writers.lost()),
            none_of("messages that did not wait for the broker", meanwhile),
            Invariant("expired, only what was stale by then", expired, "=", stale),
            none_of("sent and on no phone", lost(outbox)),
            none_of("sent again", len(outbox.sink.arrivals) - Delivery.objects.filter(state=Delivery.State.SENT).count()),
            *ground.timed(Invariant("seconds until all were out", round(seconds, 1), "<=", BACK_WITHIN)),
            *all_add_up(slots=outbox.slots + len(writers.acknowledged), deliveries=outbox.deliveries + more),
        ],
    )
