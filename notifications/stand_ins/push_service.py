"""Web Push, FCM and APNs and the phones behind them, on localhost, over real HTTPS.

It is as strict as the real ones (credentials, headers, sizes, HTTP/2 for APNs) and, playing the phone too, opens every
message. Point ``PUSH_DEVELOPMENT_HOST`` at its ``place`` and ``PUSH_DEVELOPMENT_CA`` at its ``authority``; for the other two
`environment` has all settings.
"""

import secrets
import ssl
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from threading import Condition
from typing import Final, Self

from notifications.channels.aes128gcm import decrypt, point_of
from notifications.channels.vapid import b64
from notifications.stand_ins import apns, fcm, web_push
from notifications.stand_ins.apns import Apple
from notifications.stand_ins.authority import make_authority
from notifications.stand_ins.exchange import Attempt, Refused, Reply, Request, Taken
from notifications.stand_ins.fcm import Google
from notifications.stand_ins.listener import Listener
from notifications.stand_ins.phones import Browser, Phone, Received, Subscription
from notifications.stand_ins.web_push import Opener

__all__ = ["Attempt", "PushService", "Received", "Reply", "Subscription"]

HOST: Final = "localhost"
ANY: Final = ""
"""Stands for every platform in a script."""

Address = Subscription | str
"""A browser's subscription, or the token of an app on a phone."""


class PushService:
    """Start it, subscribe, push, and read what the phones show. A context manager.

    ``folder`` receives its certificates. Port 0 takes any free one. ``opener`` is what the browsers open messages with.
    """

    def __init__(self, folder: Path, *, port: int = 0, opener: Opener = decrypt) -> None:
        self._opener = opener
        self._folder = folder
        self._wanted_port = port
        self._listener: Listener | None = None
        self._phones: dict[str, Phone] = {}
        self._script: dict[str, deque[Reply]] = defaultdict(deque)
        self._standing: dict[str, Reply] = {}
        self._changed = Condition()
        self._connections = 0
        self.attempts: list[Attempt] = []

    def start(self) -> None:
        """Make the certificates, listen, and serve from a thread of its own."""
        if self._listener is not None:
            raise RuntimeError("the push service is running already")
        self.authority, service = make_authority(self._folder, host=HOST)
        listener = Listener(service, port=self._wanted_port, answer=self._answer)
        listener.start()
        self._listener, self.port = listener, listener.port

    def stop(self) -> None:
        """Stop listening and end every open connection; what was received stays readable."""
        if self._listener is None:
            return
        self._listener.stop()
        self._connections += self._listener.connections
        self._listener = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    @property
    def place(self) -> str:
        """Its host and port, for ``PUSH_DEVELOPMENT_HOST``."""
        return f"{HOST}:{self.port}"

    @property
    def origin(self) -> str:
        return f"https://{self.place}"

    @property
    def connections(self) -> int:
        """How many connections there were so far."""
        return self._connections + (self._listener.connections if self._listener else 0)

    @cached_property
    def google(self) -> Google:
        """Who FCM and its tokens belong to; the key takes a moment to make."""
        return Google()

    @cached_property
    def apple(self) -> Apple:
        return Apple()

    def environment(self) -> Mapping[str, str]:
        """What an installation sets to send here on all three platforms."""
        return {
            "PUSH_DEVELOPMENT_HOST": self.place,
            "PUSH_DEVELOPMENT_CA": str(self.authority),
            "FCM_URL": self.origin,
            "FCM_SERVICE_ACCOUNT": self.google.service_account(self.origin),
            "APNS_URL": self.origin,
            "APNS_KEY": self.apple.signing_key(),
            "APNS_KEY_ID": apns.KEY_ID,
            "APNS_TEAM_ID": apns.TEAM_ID,
            "APNS_TOPIC": apns.TOPIC,
        }

    def certificates(self) -> ssl.SSLContext:
        """What a caller of its own trusts to call it."""
        return ssl.create_default_context(cafile=str(self.authority))

    # The phones

    def subscribe(self, application_server_key: str | None = None) -> Subscription:
        """A new browser. With the sender's public key given, no other sender can reach it."""
        name = secrets.token_urlsafe(24)
        browser = Browser("webpush", name, auth=secrets.token_bytes(16), application_server_key=application_server_key)
        with self._changed:
            self._phones[name] = browser
        endpoint = f"{self.origin}{web_push.PATH}{name}"
        return Subscription(name, endpoint, b64(point_of(browser.private_key)), b64(browser.auth))

    def install(self, platform: str) -> str:
        """A new phone with the app on it, for ``fcm`` or ``apns``; returns the token that the system gives the app."""
        token = secrets.token_hex(32) if platform == "apns" else f"{secrets.token_urlsafe(16)}:{secrets.token_urlsafe(96)}"
        with self._changed:
            self._phones[token] = Phone(platform, token)
        return token

    def unsubscribe(self, address: Address) -> None:
        """From now on this phone is gone."""
        with self._changed:
            self._phone(address).gone_at = time.time()

    def turn_off(self, address: Address) -> None:
        """Messages for this phone wait, by its platform's rules."""
        with self._changed:
            self._phone(address).is_on = False

    def turn_on(self, address: Address) -> None:
        """What waited and is still fresh arrives."""
        with self._changed:
            self._phone(address).turn_on()
            self._changed.notify_all()

    def phones(self) -> list[Phone]:
        """Every phone there is, oldest first."""
        with self._changed:
            return list(self._phones.values())

    def received(self, address: Address) -> list[Received]:
        """Every message that reached this phone, oldest first."""
        with self._changed:
            return list(self._phone(address).received)

    def shown(self, address: Address) -> list[Received]:
        """What the phone's screen holds, oldest first."""
        with self._changed:
            return self._phone(address).shown()

    def wait_for(self, address: Address, *, count: int = 1, timeout: float = 10.0) -> list[Received]:
        """Wait until the phone has received that many messages; raises `TimeoutError`."""
        phone = self._phone(address)
        with self._changed:
            if not self._changed.wait_for(lambda: len(phone.received) >= count, timeout):
                raise TimeoutError(f"{len(phone.received)} of {count} messages arrived in {timeout:g} s")
            return list(phone.received)

    # The script

    def reply_next(self, *replies: Reply, platform: str = ANY) -> None:
        """End the next requests this way, one reply each; good requests are then not received."""
        with self._changed:
            self._script[platform].extend(replies)

    def reply_always(self, reply: Reply | None, *, platform: str = ANY) -> None:
        """End every request this way, until called with None."""
        with self._changed:
            if reply is None:
                self._standing.pop(platform, None)
            else:
                self._standing[platform] = reply

    def hang_up(self) -> None:
        """Close every open connection, as a service does with idle ones."""
        if self._listener is not None:
            self._listener.hang_up()

    # What arrives

    def _answer(self, request: Request) -> Reply:
        """Called for each request, in the listener's thread."""
        platform = _platform_of(request)
        name = _address_of(request, platform)
        scripted = self._scripted(platform)
        if scripted is not None and not scripted.accepts:
            self._note(name, 0 if scripted.reset else scripted.status, "scripted", platform)
            return scripted
        try:
            reply = self._take(request, platform, name)
        except Refused as refused:
            self._note(name, refused.status, refused.reason, platform)
            return refused.reply
        self._note(name, reply.status, "accepted", platform)
        return scripted or reply

    def _take(self, request: Request, platform: str, name: str) -> Reply:
        if request.method != "POST":
            raise Refused(405, "only POST")
        if platform == "token":
            return self.google.sign_in(request, origin=self.origin)
        phone = self._phones.get(name)
        taken = self._read(request, platform, phone if phone is not None and phone.platform == platform else None)
        with self._changed:
            self._phones[taken.address].bring(taken, body_bytes=len(request.body))
            self._changed.notify_all()
        return taken.reply

    def _read(self, request: Request, platform: str, phone: Phone | None) -> Taken:
        if platform == "fcm":
            return self.google.read(request, phone)
        if platform == "apns":
            if request.http != "2":
                raise Refused(505, "APNs speaks HTTP/2")
            return self.apple.read(request, phone)
        return web_push.read(request, phone if isinstance(phone, Browser) else None, origin=self.origin, opener=self._opener)

    def _scripted(self, platform: str) -> Reply | None:
        with self._changed:
            for which in (platform, *([ANY] if platform != "token" else [])):
                if self._script[which]:
                    return self._script[which].popleft()
                if which in self._standing:
                    return self._standing[which]
            return None

    def _note(self, name: str, status: int, reason: str, platform: str) -> None:
        with self._changed:
            self.attempts.append(Attempt(name, status, reason, time.time(), platform))

    def _phone(self, address: Address) -> Phone:
        return self._phones[address.id if isinstance(address, Subscription) else address]


def _platform_of(request: Request) -> str:
    if request.path == fcm.TOKEN_PATH:
        return "token"
    if request.path.startswith(fcm.SEND_PATH):
        return "fcm"
    return "apns" if request.path.startswith(apns.PATH) else "webpush"


def _address_of(request: Request, platform: str) -> str:
    if platform == "fcm":
        return fcm.token_of(request)
    return request.path.removeprefix(apns.PATH if platform == "apns" else web_push.PATH)
