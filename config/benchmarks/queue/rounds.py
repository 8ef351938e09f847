"""The rounds of `queue`, in a process of their own on the scratch database: `python -m config.benchmarks.queue.rounds`."""

import secrets
import sys
import time
from collections.abc import Callable
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
from notifications.services.outbox import DELIVER  # noqa: E402

SERVICES = 400
"""Phones are spread over so many services, a handful after another, that the pace which each of them is called at holds up nobody."""
ENCRYPTED = 2_000
PATIENCE = 120.0


class Nowhere:
    """A channel that takes everything and does nothing."""

    at_most_once: ClassVar[bool] = False

    def send(self, message: Message) -> Sent:
        return Sent()


class Counted:
    """Stands before the publisher: how many messages there were, and the most that one act put out."""

    def __init__(self) -> None:
        self.messages = self.most = 0

    def __call__(self, task: str, *ids: Any) -> bool:
        self.messages += 1
        return True

    def during(self, act: Callable[[], object]) -> None:
        before = self.messages
        act()
        self.most = max(self.most, self.messages - before)


def main(deliveries: int, messages: int, rounds: int, folder: Path) -> None:
    settings.CHANNELS = {"webpush": f"{__name__}.{Nowhere.__name__}"}
    now = clock.now().replace(second=0, microsecond=0)
    people.make_people(people.zones(1), [0], people=deliveries)
    _spread(deliveries, due_at=now)
    publish, counted = nudge.publish, Counted()
    nudge.publish = counted  # counted here, and measured apart
    outbox = Spent()
    with measured(outbox):
        tell("queueing")
        counted.during(lambda: services.queue_due_reminders(now=now))
        tell("sending")
        services.deliver_due(clock=clock.now)
    nudge.publish = publish
    unsent = deliveries - Delivery.objects.filter(state=Delivery.State.SENT).count()
    brought = [_messages(messages, folder, publish) for _ in range(rounds)]
    sealed = [_encrypting() for _ in range(rounds)]
    end_with(
        {
            "contenders": {
                "outbox": _figures(deliveries, outbox),
                "a message": _figures(messages, _middle(brought)),
                "encrypting": _figures(ENCRYPTED, _middle(sealed)),
            },
            "nudges": counted.messages,
            "most_at_once": counted.most,
            "unsent": unsent,
            "postgresql": ".".join(map(str, divmod(connection.cursor().connection.info.server_version, 10000))),
        }
    )


def _spread(count: int, *, due_at: Any) -> None:
    """Everybody is due now and never has quiet hours; their phones are behind many services."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_device SET service = 'https://push-' || person_id / %s %% %s || '.example.org'", [SENDERS, SERVICES]
        )
        cursor.execute(
            "UPDATE notifications_preference SET next_reminder_at = %s, next_reminder_day = %s, quiet_from = '00:00', quiet_until = '00:00'",
            [due_at, due_at.date()],
        )
    assert Device.objects.count() == count


def _messages(count: int, folder: Path, publish: Callable[..., bool]) -> Spent:
    """So many messages are published and worked off by a worker that finds nothing to send: both sides' CPU time."""
    spent = Spent()
    with measured(spent):
        for _ in range(count):
            publish(DELIVER)
    command = ["-m", "celery", "-A", "config", "worker", "--pool", "solo", "--without-mingle", "--without-gossip", "--loglevel", "ERROR"]
    with scratch.process(command, {}, log=folder / "worker.log") as worker:
        process, end = psutil.Process(worker.pid), time.monotonic() + PATIENCE
        while (left := _waiting()) == count:  # until it is up
            _look(end)
        before = process.cpu_times()
        while _waiting():
            _look(end)
        after = process.cpu_times()
    spent.cpu += (after.user + after.system - before.user - before.system) * count / max(1, left)
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


def _figures(count: int, spent: Spent) -> dict[str, float]:
    return {"requests": count, "per_second": count / max(spent.wall, 1e-9), "per_cpu_second": count / max(spent.cpu, 1e-9)}


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4]))
