"""What the story plays on: a database of its own, the real parts as processes, and doubles of the outside world.

Leaving the block stops and removes all of it, however the story ended.
"""

import base64
import contextlib
import hashlib
import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis

from config import scratch
from config.broker import Broker
from notifications.channels.vapid import Vapid
from notifications.stand_ins.mail_server import MailServer
from notifications.stand_ins.push_service import PushService

CLAIM = "ebb-story"
CELERY = {
    "worker": ("worker", "--loglevel", "INFO", "--concurrency", "2"),
    "beat": ("beat", "--loglevel", "INFO", "--pidfile", "", "--schedule"),
}


class StageError(RuntimeError):
    """The story could not begin, or a part of it stopped; the message is for the person who started it."""


@dataclass
class Stage:
    """Everything a story needs to know of its surroundings."""

    address: str
    phones: PushService
    mail: MailServer
    logs: Path
    database: str
    policy_key: str
    push_key: str
    parts: Mapping[str, subprocess.Popen[bytes]]
    broker: Broker | None

    def check(self) -> None:
        """Raises StageError when a part has stopped by itself."""
        for name, part in self.parts.items():
            if part.poll() is not None:
                raise StageError(f"The {name} stopped by itself. Its last words:\n{self.last_words(name)}")

    def last_words(self, name: str, *, lines: int = 12) -> str:
        text = (self.logs / f"{name}.log").read_text(encoding="utf-8", errors="replace")
        return "\n".join(f"  {line}" for line in text.splitlines()[-lines:])


@contextlib.contextmanager
def set_up(*, seed: int, keep: bool) -> Iterator[Stage]:
    """Starts everything, on the servers that the environment names or on embedded ones. Raises StageError."""
    with contextlib.ExitStack() as stack:
        logs = _folder(stack, keep=keep)
        phones = stack.enter_context(PushService(logs / "push"))
        mail = stack.enter_context(MailServer())
        servers = stack.enter_context(scratch.scratch_database("story", keep=keep))
        own_broker = not os.environ.get("REDIS_URL")
        broker = stack.enter_context(contextlib.closing(Broker(servers["REDIS_URL"], logs / "broker.log"))) if own_broker else None
        if not own_broker:
            servers = servers | {"REDIS_URL": stack.enter_context(_empty_redis(servers["REDIS_URL"]))}
        environment = servers | _environment(seed, logs, phones, mail)
        scratch.run(["manage.py", "migrate", "--noinput"], environment)
        parts = {name: stack.enter_context(_celery(name, environment, logs)) for name in CELERY}
        address, parts["web"] = stack.enter_context(scratch.web_server("config.wsgi:application", environment, log=logs / "web.log"))
        key = Vapid(environment["VAPID_PRIVATE_KEY"], subject=environment["VAPID_SUBJECT"]).public_key
        database = urlsplit(servers["DATABASE_URL"]).path.strip("/")
        yield Stage(address, phones, mail, logs, database, environment["POLICY_KEY"], key, parts, broker)


def _celery(name: str, environment: Mapping[str, str], logs: Path) -> contextlib.AbstractContextManager[subprocess.Popen[bytes]]:
    schedule = [str(logs / "beat-schedule")] if name == "beat" else []
    return scratch.process(["-m", "celery", "-A", "config", *CELERY[name], *schedule], environment, log=logs / f"{name}.log")


def policy_key(seed: int) -> str:
    """The key of the coins: the same for the same seed, so that a story can be told again."""
    return base64.urlsafe_b64encode(hashlib.sha256(f"the coins of story {seed}".encode()).digest()).decode().rstrip("=")


def _folder(stack: contextlib.ExitStack, *, keep: bool) -> Path:
    if keep:
        return Path(tempfile.mkdtemp(prefix="ebb-story-"))
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ebb-story-", ignore_cleanup_errors=True)))


def _environment(seed: int, folder: Path, phones: PushService, mail: MailServer) -> dict[str, str]:
    """A complete installation of its own; only the clock is the demo's."""
    return scratch.installation(folder) | {
        "POLICY_KEY": policy_key(seed),
        "DEMO_MODE": "1",
        "SWEEP_SECONDS": "1",
        "EMAIL_URL": f"smtp://{mail.host}:{mail.port}",
        "PUSH_DEVELOPMENT_HOST": phones.place,
        "PUSH_DEVELOPMENT_CA": str(phones.authority),
    }


@contextlib.contextmanager
def _empty_redis(url: str) -> Iterator[str]:
    """An empty database on a Redis that others use too, claimed for this story and emptied afterwards. Raises StageError."""
    with contextlib.closing(redis.Redis.from_url(url)) as client:
        count = int(dict(client.config_get("databases"))["databases"] or 16)
    for number in reversed(range(count)):
        candidate = urlunsplit(urlsplit(url)._replace(path=f"/{number}"))
        with contextlib.closing(redis.Redis.from_url(candidate)) as client:
            if client.dbsize() or not client.set(CLAIM, os.getpid(), nx=True):
                continue
            try:
                yield candidate
            finally:
                client.flushdb()
            return
    raise StageError("Every database of the Redis in REDIS_URL holds something, and the story needs an empty one.")
