"""N1: workers are killed with kill -9 while they send, whenever chance has it."""

from functools import partial

from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, lost, repeats, shown_twice, wait_for_the_end
from config.faults.results import Invariant, Result, none_of
from config.faults.sink import Sink
from notifications.models import Delivery
from notifications.services.limits import CALLS_AT_A_TIME

DELIVERIES = 100_000
KILLS = 50
WORKERS = 2


def run(ground: Ground) -> Result:
    kills = ground.count(KILLS, least=2)
    outbox = fill_outbox(ground, people=ground.count(DELIVERIES, least=300))
    sink = outbox.sink
    workers = [ground.worker() for _ in range(WORKERS)]
    ground.beat()
    for number in range(1, kills + 1):
        # The last tenth is left alone, so that every kill meets work.
        goal = int((number - ground.chance.random()) * 0.9 * outbox.deliveries / kills)
        ground.wait_until(partial(_have_come, sink, goal), what="sends", progress=lambda: len(sink.arrivals))
        ground.say(f"kill {number} of {kills}, after {len(sink.arrivals)} sends")
        victim = ground.chance.randrange(WORKERS)
        ground.kill(workers[victim])
        workers[victim] = ground.worker()
    wait_for_the_end(ground, sink)
    sent = Delivery.objects.filter(state=Delivery.State.SENT).count()
    return Result(
        figures={"deliveries": outbox.deliveries, "kills": kills, "sent": sent, "sent again": repeats(outbox)},
        invariants=[
            none_of("deliveries not sent", outbox.deliveries - sent),
            none_of("sent and on no phone", lost(outbox)),
            none_of("phones that show a notice twice", shown_twice(outbox)),
            Invariant("sent again, at most the calls under way at each kill", repeats(outbox), "<=", kills * CALLS_AT_A_TIME),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )


def _have_come(sink: Sink, count: int) -> bool:
    return len(sink.arrivals) >= count
