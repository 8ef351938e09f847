"""The phones behind the push services: what reaches them, what waits while they are off, and what their screens show."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec

from notifications.stand_ins.exchange import Taken

FCM_WAITING_KEYS: Final = 4
"""FCM keeps messages of at most so many collapse keys for a phone that is off."""


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a browser would hand to the page: where to push, and with which keys."""

    id: str
    endpoint: str
    p256dh: str
    auth: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it reached the phone. ``at`` is in seconds of `time.time`, when the service took it."""

    content: Mapping[str, Any]
    topic: str
    ttl: int
    urgency: str
    body_bytes: int
    at: float
    tag: str = ""

    @property
    def opaque(self) -> Mapping[str, str]:
        """What the notification carries for the app: the delivery's id, perhaps an answer token."""
        data: Mapping[str, str] = self.content["notification"]["data"]
        return data


@dataclass(slots=True)
class Phone:
    """One app on one phone. ``platform`` says by whose rules messages wait and replace each other."""

    platform: str
    address: str
    is_on: bool = True
    gone_at: float | None = None
    received: list[Received] = field(default_factory=list)
    waiting: list[Received] = field(default_factory=list)

    def bring(self, taken: Taken, *, body_bytes: int) -> None:
        """Shows a message, or keeps it waiting while the phone is off."""
        message = Received(taken.content, taken.collapses, taken.ttl, taken.urgency, body_bytes, time.time(), taken.shows_as)
        if self.is_on:
            self.received.append(message)
        elif message.ttl > 0:
            self.waiting = _after_waiting(self.platform, [*self.waiting, message])

    def turn_on(self) -> None:
        """What still waits and is still fresh arrives."""
        self.is_on = True
        now = time.time()
        self.received += [message for message in self.waiting if message.at + message.ttl > now]
        self.waiting = []

    def shown(self) -> list[Received]:
        """What the screen holds: of each tag only the latest, oldest first. A message without one replaces nothing."""
        latest: dict[object, Received] = {}
        for place, message in enumerate(self.received):
            key = message.tag or place
            latest.pop(key, None)
            latest[key] = message
        return list(latest.values())


@dataclass(slots=True)
class Browser(Phone):
    """A browser with a Web Push subscription."""

    private_key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()), repr=False)
    auth: bytes = field(default=b"", repr=False)
    application_server_key: str | None = None


def _after_waiting(platform: str, waiting: list[Received]) -> list[Received]:
    """What a service keeps of the messages for a phone that is off.

    Web Push keeps the latest of each topic (RFC 8030, 5.4) and everything without one, FCM the latest of each collapse key
    and of four keys at most, APNs the latest of all.
    """
    if platform == "apns":
        return waiting[-1:]
    latest: dict[object, Received] = {}
    for place, message in enumerate(waiting):
        key = message.topic or place
        latest.pop(key, None)
        latest[key] = message
    kept = list(latest.values())
    if platform == "fcm":
        keys = [message.topic for message in kept if message.topic][-FCM_WAITING_KEYS:]
        return [message for message in kept if not message.topic or message.topic in keys]
    return kept
