"""Workers without Celery, for runs that need hundreds of them: forked from a process in which everything is imported.

What they do is the body of the task `notifications.tasks.deliver_due`, again and again.
"""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import django
from django.apps import apps
from django.conf import settings
from django.db import connection

if not apps.ready:  # in the process that is forked from, which holds no connection yet
    django.setup()

from backend import clock
from checkins.services import deciding
from notifications import services
from notifications.channels.base import Message, Sent
from notifications.channels.webpush import WebPushChannel
from notifications.services import delivering

PAUSE = 0.02


def deliver_for_ever(batch: int, starts: Path | None) -> None:
    """Sends what is due until somebody ends the process, `batch` at a time. Writes to `starts` when each send begins."""
    delivering.BATCH = batch
    if starts is not None:
        NotingWebPush.journal = os.open(starts, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        settings.CHANNELS = {**settings.CHANNELS, "webpush": f"{__name__}.{NotingWebPush.__name__}"}
    while True:
        services.deliver_due(clock=clock.now)
        time.sleep(PAUSE)


def on_database(name: str, target: Callable[..., None], *arguments: object) -> None:
    """Does something on another database than that of the settings."""
    connection.settings_dict["NAME"] = name
    target(*arguments)


def decide_and_die(statement: int, survived: Path) -> None:
    """Decides every morning that has come, and is killed before the statement of that number. Leaves a file if it was not."""
    _die_before(statement)
    deciding.decide_due(now=clock.now())
    survived.touch()


def deliver_and_die(statement: int, survived: Path) -> None:
    """The same for sending what is due."""
    _die_before(statement)
    services.deliver_due(clock=clock.now)
    survived.touch()


def _die_before(statement: int) -> None:
    """kill -9 of this process when it is about to run its so-manieth statement."""
    left = [statement]

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    connection.execute_wrappers.append(count)


class NotingWebPush(WebPushChannel):
    """Web Push that first writes down which delivery it begins to send, and when by the monotonic clock."""

    journal: ClassVar[int]

    def send(self, message: Message) -> Sent:
        os.write(self.journal, f"{message.delivery_id} {time.monotonic()}\n".encode())
        return super().send(message)


def read_starts(journal: Path) -> dict[str, list[float]]:
    """By delivery, when its sends began."""
    starts: dict[str, list[float]] = {}
    for line in journal.read_text(encoding="ascii").splitlines() if journal.exists() else []:
        delivery, at = line.split()
        starts.setdefault(delivery, []).append(float(at))
    return starts
