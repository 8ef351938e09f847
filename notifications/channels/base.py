"""What every channel speaks: a message, where it goes, and how sending can end."""

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import inf
from typing import ClassVar, Protocol, Self
from uuid import UUID

from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

NEUTRAL_LINE: Promise = _("A quiet moment, whenever you like")
"""The one line every notification and every mail subject shows, whatever it is about."""

OPEN_PATH = "/tonight/"
"""Where every notification leads: one page for all, so the address tells nothing either."""


@dataclass(frozen=True, slots=True)
class WebPushAddress:
    """A browser's push subscription, as the browser gave it (keys in url-safe base64)."""

    endpoint: str
    p256dh: str = field(repr=False)
    auth: str = field(repr=False)
    server_key: str = ""
    """Which public key of ours it was subscribed with; empty where nobody said."""


@dataclass(frozen=True, slots=True)
class FcmAddress:
    """The registration token of an app on an Android phone."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ApnsAddress:
    """The device token of an app on an iPhone."""

    token: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class EmailAddress:
    """One mailbox, and the token with which its owner can stop the mails."""

    email: str = field(repr=False)
    stop_token: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class MemoryAddress:
    """A named place in this process's memory, for tests and demos."""

    name: str


Address = WebPushAddress | FcmAddress | ApnsAddress | EmailAddress | MemoryAddress


@dataclass(frozen=True, slots=True)
class Message:
    """One delivery to one address.

    ``payload`` holds only opaque values: nothing at all, or ``{"answer_token": ...}`` for a
    reminder. The words a person reads are the channel's own constant line, so a message has
    no text to leak. ``ttl_seconds`` is what is left until the delivery expires (at least 1).
    Two messages with the same ``collapse_key`` are shown as one.
    """

    delivery_id: UUID
    kind: str
    collapse_key: str
    ttl_seconds: int
    address: Address
    payload: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: str = "en"
    begin_by: float = inf
    """Until when on the monotonic clock the send may begin: so long what allowed it holds."""

    @property
    def category(self) -> str:
        """What an app may offer on the notice: ``answer`` (two actions) where the message can be answered, else ``notice``."""
        return "answer" if "answer_token" in self.payload else "notice"


def tag_of(collapse_key: str) -> str:
    """The collapse key as 32 url-safe characters: what a service or a screen replaces an earlier copy by.

    It is the most that a Topic of Web Push may have (RFC 8030, 5.4), and the others allow more.
    """
    return base64.urlsafe_b64encode(hashlib.sha256(collapse_key.encode()).digest()[:24]).decode("ascii")


def neutral_line(language: str) -> str:
    """The one line, as its reader reads it."""
    with translation.override(language):
        return str(NEUTRAL_LINE)


@dataclass(frozen=True, slots=True)
class Sent:
    """Accepted by the service, which is the last fact we know. ``reference`` is its own name for it."""

    reference: str = ""


class ChannelError(Exception):
    """Sending did not succeed; the flags say what follows. Built by the five verbs below.

    ================  =========  ===============  ============  =====================================
    built by          permanent  retires_device   stop_service  what the outbox does
    ================  =========  ===============  ============  =====================================
    ``gone``          yes        yes              no            give up, switch the device off
    ``refused``       yes        no               no            give up on this delivery, keep device
    ``later``         no         no               no            try again, not before ``retry_after``
    ``stopped``       no         no               yes           stop calling that service, alarm
    ``unrecognised``  no         no               yes           the same, unless the device alone is
                                                                to blame: then as for ``refused``
    ================  =========  ===============  ============  =====================================

    ``reason`` is a short stable code for the row and the logs; it never holds an address or text. ``since`` is from when
    on the service says that the device was gone: one that registered later is not meant.
    """

    def __init__(
        self,
        reason: str,
        *,
        permanent: bool,
        retires_device: bool = False,
        retry_after: timedelta | None = None,
        stop_service: bool = False,
        perhaps_device: bool = False,
        since: datetime | None = None,
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.permanent = permanent
        self.retires_device = retires_device
        self.retry_after = retry_after
        self.stop_service = stop_service
        self.perhaps_device = perhaps_device
        self.since = since

    @classmethod
    def gone(cls, reason: str, since: datetime | None = None) -> Self:
        return cls(reason, permanent=True, retires_device=True, since=since)

    @classmethod
    def refused(cls, reason: str) -> Self:
        return cls(reason, permanent=True)

    @classmethod
    def later(cls, reason: str, retry_after: timedelta | None = None) -> Self:
        return cls(reason, permanent=False, retry_after=retry_after)

    @classmethod
    def stopped(cls, reason: str) -> Self:
        return cls(reason, permanent=False, stop_service=True)

    @classmethod
    def unrecognised(cls, reason: str) -> Self:
        """The service does not take our signature: ours is wrong, or this device was subscribed for somebody else's."""
        return cls(reason, permanent=False, stop_service=True, perhaps_device=True)


class NotBegun(Exception):
    """The way there took longer than the message had to begin. Nothing of it has left; the way is kept, so that the next time is quick."""


class Channel(Protocol):
    """Sends one message; may be called from several threads. Raises `ChannelError`, or `NotBegun` once `begin_by` is over.

    Pushing blocks for ten seconds at most, mail for ten seconds at most in each step with the server.
    """

    at_most_once: ClassVar[bool]
    """True where a second copy could not be hidden (mail): then record the attempt before sending."""

    def send(self, message: Message) -> Sent:
        """Hand the message over."""
        ...
