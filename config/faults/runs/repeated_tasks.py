"""N7: the broker brings every message a hundred times, and many workers take them at once."""

from backend import nudge
from config.celery import app
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, is_empty, lost, repeats
from config.faults.results import Invariant, Result, none_of
from notifications.services.outbox import DELIVER

DELIVERIES = 1_000
COPIES = 100
WORKERS = 2


def run(ground: Ground) -> Result:
    deliveries = ground.count(DELIVERIES, least=5)
    outbox = fill_outbox(ground, people=deliveries)
    ground.say(f"{deliveries * COPIES} messages")
    for _ in range(deliveries * COPIES):
        nudge.publish(DELIVER)
    for _ in range(WORKERS):
        ground.worker(concurrency=4)
    ground.wait_until(lambda: _waiting() == 0, what="the messages to be taken", progress=_waiting)
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(outbox.sink.arrivals))
    return Result(
        figures={"deliveries": deliveries, "copies of each task": COPIES, "sends": len(outbox.sink.arrivals)},
        invariants=[
            Invariant("sends, as many as deliveries", len(outbox.sink.arrivals), "=", deliveries),
            none_of("sent again", repeats(outbox)),
            none_of("sent and on no phone", lost(outbox)),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )


def _waiting() -> int:
    """Messages that no worker has taken yet."""
    with app.connection_for_read() as connection:
        return int(connection.default_channel._size("celery"))
