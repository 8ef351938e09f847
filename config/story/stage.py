"""What the story plays on: a database of its own, the real parts as processes, and doubles of the outside world.

Leaving the block stops and removes all of it, however the story ended.
"""

import base64
import contextlib
import hashlib
import os
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import redis

from config import scratch
from config.servers import end_with_parent
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
    broker: "Broker | None"

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
    """A complete installation of its own, with keys made for this one run; only the clock is the demo's.

    What the settings would otherwise take over from whoever started the story is set too.
    """
    keys = {
        "POLICY_KEY": policy_key(seed),
        "SECRET_KEY": secrets.token_urlsafe(48),
        "CODE_KEY": secrets.token_urlsafe(32),
        "FIELD_KEYS": f"story:{secrets.token_urlsafe(32)}",
        "VAPID_PRIVATE_KEY": secrets.token_urlsafe(32),
    }
    return {
        **keys,
        **{f"{name}_FILE": "" for name in keys},
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PYTHONUNBUFFERED": "1",
        "PYTHONWARNINGS": "ignore:No directory at:UserWarning",
        "DEBUG": "0",
        "DEMO_MODE": "1",
        "EBB_VAR_DIR": str(folder),
        "SITE_URL": "http://127.0.0.1:8000",
        "ALLOWED_HOSTS": "127.0.0.1",
        "SECURE_SSL_REDIRECT": "0",
        "TRUSTED_PROXY_COUNT": "0",
        "SWEEP_SECONDS": "1",
        # A day passes in a fraction of a second, and nobody answers that often otherwise.
        "THROTTLE_PERSON": "100000/min",
        "EMAIL_URL": f"smtp://{mail.host}:{mail.port}",
        "PUSH_HOSTS": "push.example.org",
        "PUSH_DEVELOPMENT_HOST": phones.place,
        "PUSH_DEVELOPMENT_CA": str(phones.authority),
        "VAPID_SUBJECT": "mailto:story@example.org",
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


class Broker:
    """The embedded Valkey of this story, which can be taken away and brought back at the same address."""

    def __init__(self, url: str, log: Path) -> None:
        self._url = url
        self._log = log
        self._again: subprocess.Popen[bytes] | None = None
        with contextlib.closing(redis.Redis.from_url(url)) as client:
            server = client.info("server")
        self._command = [str(server[name]) for name in ("executable", "config_file")]

    def stop(self) -> None:
        with contextlib.closing(redis.Redis.from_url(self._url)) as client:
            client.shutdown(nosave=True)

    def start(self) -> None:
        with self._log.open("ab") as output:
            self._again = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=end_with_parent(signal.SIGTERM),  # noqa: PLW1509  (as in config/servers.py)
            )
        deadline = time.monotonic() + scratch.START_SECONDS
        while not self._answers():
            if time.monotonic() > deadline:
                raise StageError("The broker did not come back.")
            time.sleep(0.05)

    def close(self) -> None:
        if self._again is not None:
            scratch.stop(self._again)

    def _answers(self) -> bool:
        try:
            with contextlib.closing(redis.Redis.from_url(self._url)) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False
