"""What an answer gives away: its bytes, its headers, its size, and how much work it was. Ids and what is drawn by chance are not compared."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client

from notifications.channels.base import Message


@dataclass(frozen=True)
class Recorded:
    """One answer as it came over the wire, and how many statements it took the server, which shows as time."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    size: int
    statements: int


Recording = dict[str, Any]
"""What was recorded at one moment, by name."""


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside has not happened afterwards."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def asked(client: Client, seen: dict[str, str], method: str, address: str, *, body: str = "", kind: str = "application/json") -> Recorded:
    """Makes one call and undoes what it did. `seen` numbers the ids of one moment, so that which ones are the same still shows."""
    cache.clear()  # how many calls were made within a minute depends on this machine
    count = _Count()
    with undone(), connection.execute_wrapper(count):
        came = client.generic(method, address, body, kind)
        content = b"".join(came) if came.streaming else came.content
    headers = [*came.headers.items(), *(("Set-Cookie", str(one)) for one in came.cookies.values())]
    return Recorded(
        came.status_code,
        tuple((name, alike(value, seen)) for name, value in headers),
        alike(content.decode("utf-8", "replace"), seen),
        len(content),
        count.statements,
    )


def notice(message: Message, seen: dict[str, str]) -> tuple[Any, ...]:
    """What a phone and the service that brings the notice see of it."""
    return message.kind, sorted(message.payload), message.ttl_seconds, message.language, alike(message.collapse_key, seen)


class _Count:
    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Any, *call: Any) -> Any:
        self.statements += 1
        return execute(*call)


_IDS = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
_BY_CHANCE = re.compile(
    r"(?<=\")[A-Za-z0-9]{64}(?=\")|(?<=form=)[A-Za-z0-9]{32}"  # tokens of forms
    r"|\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT"  # "expires now", by the real clock
    r"|(?<=session=)\w{32}"  # a session begun by the call itself
    r"|(?<=\"id\": )\d{16}(?=}\]})"  # which session it is
    r"|(?<=:)\w{6}:[\w-]{43}(?![\w-])"  # when and how a cookie was signed
)


def alike(text: str, seen: dict[str, str]) -> str:
    """Ids by the order in which they come up; what is drawn by chance, not at all."""
    numbered = _IDS.sub(lambda found: seen.setdefault(found[0], f"id-{len(seen)}"), text)
    return _BY_CHANCE.sub("BY-CHANCE", numbered)


def differences(one: Recording, other: Recording) -> list[str]:
    """Where two recordings differ, with what stands there."""
    return [
        f"{name}: {_first_difference(one.get(name), other.get(name))}"
        for name in sorted({*one, *other})
        if one.get(name) != other.get(name)
    ]


def _first_difference(one: Any, other: Any) -> str:
    """What stands in both around the place where they begin to differ."""
    mine, yours = str(one), str(other)
    at = next((n for n, (a, b) in enumerate(zip(mine, yours, strict=False)) if a != b), min(len(mine), len(yours)))
    return f"...{mine[max(0, at - 80) : at + 80]!r} or ...{yours[max(0, at - 80) : at + 80]!r}"
