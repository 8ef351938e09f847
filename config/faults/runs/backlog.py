"""N13: a backlog waits, as after a long outage, while people go on using the app."""

from statistics import quantiles
from threading import Event, Thread

from backend.api.authentication import HEADER
from config.faults.calling import Answer, Request, call_all
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, is_empty, lost, repeats
from config.faults.people import make_people, sign_in
from config.faults.results import Invariant, Result, none_of

BACKLOG = 100_000
WORKERS = 3
READERS = 20
BUSIEST = 220
"""Calls in the busiest second: the cap of two hundred, and a tenth for calls that a busy machine bunches together."""
MINUTES = 15
API_P95_MS = 300


def run(ground: Ground) -> Result:
    outbox = fill_outbox(ground, people=ground.count(BACKLOG, least=500))
    tokens, address = sign_in(make_people(READERS)), ground.web(workers=1)
    done, answers = Event(), []
    reader = Thread(target=lambda: answers.extend(_use_the_app(address, tokens, done)), daemon=True)
    for _ in range(WORKERS):
        ground.worker()
    ground.beat()
    ground.wait_until(lambda: len(outbox.sink.arrivals) > 0, what="the first send")
    reader.start()
    began = ground.seconds()
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(outbox.sink.arrivals))
    seconds = ground.seconds() - began
    done.set()
    reader.join()
    p95 = 1000 * quantiles([one.seconds for one in answers], n=20)[18]
    return Result(
        figures={
            "backlog": outbox.deliveries,
            "seconds": round(seconds),
            "busiest second": outbox.sink.busiest_second(),
            "requests meanwhile": len(answers),
            "their p95 in ms": round(p95),
        },
        invariants=[
            Invariant("calls in the busiest second, at most", outbox.sink.busiest_second(), "<=", BUSIEST),
            none_of("requests that failed", sum(one.status != 200 for one in answers)),
            none_of("sent and on no phone", lost(outbox)),
            none_of("sent again", repeats(outbox)),
            *ground.timed(
                Invariant("minutes for the backlog", round(seconds / 60, 1), "<=", MINUTES),
                Invariant("p95 of requests meanwhile, in ms", round(p95), "<=", API_P95_MS),
            ),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )


def _use_the_app(address: str, tokens: list[str], done: Event) -> list[Answer]:
    """People look at their evening and their prompts, one after another, until `done`."""
    answers: list[Answer] = []
    while not (done.is_set() and answers):
        paths = ("/api/v1/check-ins/", "/api/v1/prompts/", "/api/v1/reminders/")
        answers += call_all(address, [Request("GET", path, headers={HEADER: token}) for token in tokens for path in paths], connections=2)
        done.wait(0.05)
    return answers
