"""The rounds of `queue`, in a process of their own on the scratch database: `python -m config.benchmarks.queue.rounds`."""

import secrets
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, ClassVar

import django

django.setup()

import psutil  # noqa: E402  (all that follows comes after the set-up)
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from backend import clock, nudge  # noqa: E402
from config import scratch  # noqa: E402
from config.benchmarks.child import Spent, end_with, measured, tell  # noqa: E402
from config.benchmarks.due import people  # noqa: E402
from config.celery import app  # noqa: E402
from notifications import services  # noqa: E402
from notifications.channels.aes128gcm import encrypt, point_of  # noqa: E402
from notifications.channels.base import Message, Sent  # noqa: E402
from notifications.channels.webpush import PADDED_BYTES  # noqa: E402
from notifications.models import Delivery, Device  # noqa: E402
from notifications.services.delivering import SENDERS  # noqa: E402
from notifications.services.due import queue_batch  # noqa: E402
from notifications.services.outbox import DELIVER  # noqa: E402

SERVICES = 400
"""Phones are spread over so many services, a handful after another, that the pace which each of them is called at holds up nobody."""
ENCRYPTED = 2_000
TOLD_EVERY = 2_000
PATIENCE = 120.0


class Nowhere:
    """A channel that takes everything and does nothing but count."""

    at_most_once: ClassVar[bool] = False
    taken: ClassVar[Iterator[int]] = count(1)
    expected: ClassVar[int] = 0

    def send(self, message: Message) -> Sent:
        number = next(self.taken)
        if number % TOLD_EVERY == 0:
            tell(f"sent {number:,} of {self.expected:,}")
        return Sent()


class Counted:
    """Stands before the publisher: how many messages there were, and the most that one act put out."""

    def __init__(self) -> None:
        self.messages = self.most = 0

    def __call__(self, task: str, *ids: Any) -> bool:
        self.messages += 1
        return True

    def during(self, act: Callable[[], int]) -> int:
        before = self.messages
        done = act()
        self.most = max(self.most, self.messages - before)
        return done


class Patience:
    """The clock, until there is no more time for the benchmark: then it shows an hour at which nothing is due yet."""

    def __init__(self, *, seconds: int, before: datetime) -> None:
        self._end = time.monotonic() + seconds
        self._before = before

    def __call__(self) -> datetime:
        return clock.now() if time.monotonic() < self._end else self._before


def main(deliveries: int, messages: int, rounds: int, seconds: int, folder: Path) -> None:
    Nowhere.expected = deliveries
    settings.CHANNELS = {"webpush": f"{__name__}.{Nowhere.__name__}"}
    now = clock.now().replace(second=0, microsecond=0)
    people.make_people(people.zones(1), [0], people=deliveries)
    _spread(deliveries, due_at=now)
    publish, counted = nudge.publish, Counted()
    nudge.publish = counted  # counted here, and measured apart
    outbox = Spent()
    with measured(outbox):
        tell("queueing")
        while counted.during(lambda: queue_batch(now)):  # each a transaction of its own
            pass
        tell("sending")
        services.deliver_due(clock=Patience(seconds=seconds, before=now - timedelta(minutes=1)))
    nudge.publish = publish
    Delivery.objects.open().delete()  # what there was no time for; the worker that is measured next is to find nothing
    unsent = deliveries - Delivery.objects.filter(state=Delivery.State.SENT).count()
    brought = [_messages(messages, folder, publish) for _ in range(rounds)]
    sealed = [_encrypting() for _ in range(rounds)]
    end_with(
        {
            "contenders": {
                "outbox": _figures(max(1, deliveries - unsent), outbox),
                "a message": _figures(messages, _middle(brought)),
                "encrypting": _figures(ENCRYPTED, _middle(sealed)),
            },
            "nudges": counted.messages,
            "most_at_once": counted.most,
            "unsent": unsent,
            "postgresql": ".".join(map(str, divmod(connection.cursor().connection.info.server_version, 10000))),
        }
    )


def _spread(expected: int, *, due_at: Any) -> None:
    """Everybody is due now and never has quiet hours; their phones are behind many services."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_device SET service = 'https://push-' || person_id / %s %% %s || '.example.org'", [SENDERS, SERVICES]
        )
        cursor.execute(
            "UPDATE notifications_preference SET next_reminder_at = %s, next_reminder_day = %s, quiet_from = '00:00', quiet_until = '00:00'",
            [due_at, due_at.date()],
        )
    assert Device.objects.count() == expected


def _messages(wanted: int, folder: Path, publish: Callable[..., bool]) -> Spent:
    """So many messages are published and worked off by a worker that finds nothing to send: both sides' CPU time."""
    spent = Spent()
    with measured(spent):
        for _ in range(wanted):
            publish(DELIVER)
    command = ["-m", "celery", "-A", "config", "worker", "--pool", "solo", "--without-mingle", "--without-gossip", "--loglevel", "ERROR"]
    with scratch.process(command, {}, log=folder / "worker.log") as worker:
        process, end = psutil.Process(worker.pid), time.monotonic() + PATIENCE
        while (left := _waiting()) == wanted:  # until it is up
            _look(end)
        before = process.cpu_times()
        while _waiting():
            _look(end)
        after = process.cpu_times()
    spent.cpu += (after.user + after.system - before.user - before.system) * wanted / max(1, left)
    return spent


def _look(end: float) -> None:
    if time.monotonic() > end:
        raise scratch.DidNotStart("the worker takes no messages")
    time.sleep(0.01)


def _waiting() -> int:
    """Messages that no worker has taken yet."""
    with app.connection_for_read() as broker:
        return int(broker.default_channel._size("celery"))


def _encrypting() -> Spent:
    receiver, auth, spent = point_of(ec.generate_private_key(ec.SECP256R1())), secrets.token_bytes(16), Spent()
    with measured(spent):
        for _ in range(ENCRYPTED):
            encrypt(b"x" * 109, receiver=receiver, auth=auth, padded_to=PADDED_BYTES)
    return spent


def _middle(spent: list[Spent]) -> Spent:
    return sorted(spent, key=lambda one: one.cpu)[len(spent) // 2]


def _figures(done: int, spent: Spent) -> dict[str, float]:
    return {"requests": done, "per_second": done / max(spent.wall, 1e-9), "per_cpu_second": done / max(spent.cpu, 1e-9)}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), Path(sys.argv[5]))
