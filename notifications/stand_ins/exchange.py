"""What passes between a caller and a stand-in, whichever version of HTTP carries it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """One request that arrived whole. Header names are in lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    http: str = "1.1"


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered, or a scripted ending: a status with headers, after waiting, or a connection cut off.

    A good request that meets a scripted ending does not reach the phone, unless ``accepts``: then the service has taken it
    and only its answer comes late, or never.
    """

    status: int = 201
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    stall_seconds: float = 0.0
    reset: bool = False
    drip: bool = False
    accepts: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One request that arrived, and what was answered; status 0 stands for a cut connection."""

    subscription: str
    status: int
    reason: str
    at: float
    platform: str = "webpush"


@dataclass(frozen=True, slots=True)
class Taken:
    """A good request: for which phone, and what it shows there."""

    address: str
    content: Mapping[str, Any]
    collapses: str
    """What the service replaces a waiting message by."""
    shows_as: str
    """What the phone's screen replaces a shown message by."""
    ttl: int
    urgency: str
    reply: Reply


class Refused(Exception):
    """A request that the service turns away, in the service's own words."""

    def __init__(self, status: int, reason: str, reply: Reply | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.reply = reply or Reply(status, body=reason.encode())
