"""An embedded Valkey that can be taken away and brought back at the same address, for stories and fault runs."""

import contextlib
import signal
import subprocess
import time
from pathlib import Path

import redis

from config import scratch
from config.servers import end_with_parent


class Broker:
    """Knows the running server by its address, and how to start it again."""

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
        """Raises DidNotStart."""
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
                raise scratch.DidNotStart("The broker did not come back.")
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
