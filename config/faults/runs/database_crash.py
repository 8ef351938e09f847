"""N5: the database is killed while people answer and messages leave; it comes back on what it had committed, or its standby takes over."""

import os
from collections.abc import Callable
from typing import Protocol

from django.db import connections

from config.faults.database import Database
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, lost, repeats, shown_twice, wait_for_the_end
from config.faults.people import make_people
from config.faults.results import Invariant, Result, none_of
from config.faults.standby import Pair
from config.faults.writing import Writers
from notifications.models import Delivery
from notifications.services.limits import CALLS_AT_A_TIME

WRITES = 10_000
CRASHES = 10
PROMOTIONS = 5
MESSAGES = 10_000


class Breakable(Protocol):
    """A database that can be killed, and can be made to answer again."""

    def kill(self) -> None: ...
    def start(self) -> None: ...


def run(ground: Ground) -> Result:
    """The server starts again on its data."""
    return _answering(ground, ground.count(CRASHES, least=2), lambda url: ground.enter(Database(url, ground.folder / "again.log")))


def its_machine_is_lost(ground: Ground) -> Result:
    """Its standby takes over, for which every commit has waited."""
    return _answering(ground, ground.count(PROMOTIONS, least=2), lambda url: ground.enter(Pair(url, ground.folder / "pair.log")))


def _answering(ground: Ground, crashes: int, database_at: Callable[[str], Breakable]) -> Result:
    outbox = fill_outbox(ground, people=ground.count(MESSAGES, least=200))
    people = make_people(ground.count(WRITES // 2, least=60))
    writers = Writers(ground.web(), people, ground.chance)
    database = database_at(os.environ["DATABASE_URL"])
    connections.close_all()
    ground.worker()
    ground.beat()
    ground.wait_until(lambda: len(outbox.sink.arrivals) > 0, what="the first send", progress=lambda: len(outbox.sink.arrivals))
    writers.start()
    total = 2 * len(people)
    for number in range(1, crashes + 1):
        goal = int((number - ground.chance.random()) * 0.8 * total / crashes)
        while len(writers.answers) < goal:
            ground.pause(0.02)
        database.kill()
        seen = len(writers.answers)
        while len(writers.answers) == seen and not writers.is_done:
            ground.pause(0.02)  # somebody answers while there is no database
        database.start()
        ground.say(
            f"crash {number} of {crashes}, after {len(writers.acknowledged)} acknowledged answers, {len(outbox.sink.arrivals)} sends"
        )
    ground.wait_until(lambda: writers.is_done, what="everybody to answer", progress=lambda: len(writers.answers))
    wait_for_the_end(ground, outbox.sink)
    statuses = [answer.status for answer in writers.answers]
    sent = Delivery.objects.filter(state=Delivery.State.SENT).count()
    return Result(
        figures={
            "writes": len(statuses),
            "crashes": crashes,
            "acknowledged": len(writers.acknowledged),
            "messages": outbox.deliveries,
            "sent again": repeats(outbox),
        },
        invariants=[
            none_of("acknowledged answers lost", writers.lost()),
            Invariant("acknowledged answers", len(writers.acknowledged), ">=", 1),
            Invariant("answers refused while it was away", len(statuses) - len(writers.acknowledged), ">=", crashes),
            none_of("deliveries not sent", outbox.deliveries - sent),
            none_of("sent and on no phone", lost(outbox)),
            none_of("phones that show a notice twice", shown_twice(outbox)),
            Invariant("sent again, at most the calls under way at each crash", repeats(outbox), "<=", crashes * CALLS_AT_A_TIME),
            *all_add_up(slots=outbox.slots + writers.kept(), deliveries=outbox.deliveries),
        ],
    )
