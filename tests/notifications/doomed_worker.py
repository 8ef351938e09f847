"""A worker that never comes back from a send. Run as a program, with the instant it takes for now.

It says "sending" on standard output once the gate has let a message through. Somebody has to kill it.
"""

import os
import sys
from datetime import datetime
from threading import Event
from typing import ClassVar, NoReturn

import django


class NeverReturning:
    """A service that takes the message and does not answer."""

    at_most_once: ClassVar[bool] = False

    def send(self, _message: object) -> NoReturn:
        print("sending", flush=True)  # noqa: T201 (the parent waits for it)
        while True:
            Event().wait()


def main(instant: str) -> None:
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    django.setup()
    from django.conf import settings

    from notifications import services

    settings.CHANNELS = {"memory": f"{__name__}.NeverReturning"}
    services.deliver_due(clock=lambda: datetime.fromisoformat(instant))


if __name__ == "__main__":
    main(sys.argv[1])
