"""The rounds of `webpush`, each contender sending to the same sink: `python -m config.benchmarks.webpush.rounds`."""

import os
import secrets
import sys
from collections import defaultdict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from uuid import uuid4

import django

django.setup()

import requests  # noqa: E402  (after the set-up, like all that follows)
from cryptography.hazmat.primitives.asymmetric import ec  # noqa: E402
from django.conf import settings  # noqa: E402
from py_vapid import Vapid  # noqa: E402
from pywebpush import WebPusher, webpush  # noqa: E402

from config.benchmarks.child import Spent, end_with, measured, tell  # noqa: E402
from notifications.channels import vapid  # noqa: E402
from notifications.channels.aes128gcm import encrypt, point_of  # noqa: E402
from notifications.channels.base import Message, WebPushAddress  # noqa: E402
from notifications.channels.webpush import PADDED_BYTES, WebPushChannel  # noqa: E402

PAYLOAD = secrets.token_hex(55)[:109]
AT_ONCE = 8
"""Threads, as many as the outbox uses."""

Send = Callable[[int], object]


def contenders(place: str, authority: str) -> dict[str, tuple[Send, float]]:
    """Name to how it sends one message, and the part of a round's messages it gets."""
    receiver = ec.generate_private_key(ec.SECP256R1())
    p256dh, auth = vapid.b64(point_of(receiver)), vapid.b64(secrets.token_bytes(16))
    signer = Vapid.from_raw(settings.VAPID_PRIVATE_KEY.encode())  # type: ignore[no-untyped-call]
    claims = {"sub": settings.VAPID_SUBJECT}
    channel, session = WebPushChannel(), requests.Session()
    session.verify = authority

    def subscription(name: str) -> dict[str, object]:
        return {"endpoint": f"https://{place}/push/{name}/phone", "keys": {"p256dh": p256dh, "auth": auth}}

    def ebb(_: int) -> object:
        address = WebPushAddress(f"https://{place}/push/ebb/phone", p256dh, auth)
        return channel.send(Message(uuid4(), "reminder", "k", 3600, address, {"answer_token": PAYLOAD[:43]}))

    def as_documented(_: int) -> object:
        return webpush(subscription("webpush"), PAYLOAD, vapid_private_key=signer, vapid_claims=dict(claims), ttl=3600, timeout=10)

    def kept_open(_: int) -> object:
        return webpush(
            subscription("session"),
            PAYLOAD,
            vapid_private_key=signer,
            vapid_claims=dict(claims),
            ttl=3600,
            timeout=10,
            requests_session=session,
        )

    pusher = WebPusher(subscription("encode"))

    def their_encryption(_: int) -> object:
        return pusher.encode(PAYLOAD.encode())

    def our_encryption(_: int) -> object:
        return encrypt(PAYLOAD.encode(), receiver=point_of(receiver), auth=vapid.unb64(auth), padded_to=PADDED_BYTES)

    return {
        "ebb": (ebb, 1.0),
        "webpush()": (as_documented, 0.2),
        "webpush(), kept": (kept_open, 0.2),
        "encrypt, ours": (our_encryption, 1.0),
        "encrypt, theirs": (their_encryption, 1.0),
    }


def main(place: str, authority: str, messages: int, rounds: int) -> None:
    os.environ["REQUESTS_CA_BUNDLE"] = authority  # webpush() can be told in no other way whom to trust
    rates: dict[str, list[tuple[float, float]]] = defaultdict(list)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        ways = contenders(place, authority)
        for turn in range(rounds + 1):  # the first warms up and is not counted
            tell(f"round {turn} of {rounds}" if turn else "warming up")
            for name, (send, part) in ways.items():
                count, spent = max(AT_ONCE, int(messages * part)), Spent()
                with measured(spent):
                    for _ in threads.map(send, range(count)):
                        pass
                if turn:
                    rates[name].append((count / spent.wall, count / spent.cpu))
    end_with(
        {
            name: {
                "requests": int(messages * ways[name][1]) * rounds,
                "per_second": median(rate for rate, _ in measures),
                "per_cpu_second": median(rate for _, rate in measures),
            }
            for name, measures in rates.items()
        }
    )


if __name__ == "__main__":
    main(sys.argv[1], str(Path(sys.argv[2])), int(sys.argv[3]), int(sys.argv[4]))
