"""How often one may ask. Counted in the shared cache; limits that guard a secret are counted in the database."""

import threading
import time
from typing import Any

from django.conf import settings
from redis import ConnectionPool
from redis.exceptions import RedisError
from rest_framework.throttling import SimpleRateThrottle


class _FixedWindow(SimpleRateThrottle):
    """One increment per request. Without the cache nobody is kept from writing down their day."""

    num_requests: int | None
    duration: int

    def allow_request(self, request: Any, view: Any) -> bool:
        key = self.get_cache_key(request, view)
        if key is None or self.num_requests is None:
            return True
        try:
            return _count(key, self.duration) <= self.num_requests
        except (RedisError, OSError):
            return True

    def wait(self) -> float | None:
        """Seconds until this window ends."""
        return self.duration - time.time() % self.duration


class PersonThrottle(_FixedWindow):
    """For a person who is signed in."""

    scope = "person"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return f"throttle:person:{request.user.pk}" if request.user.is_authenticated else None


class AddressThrottle(_FixedWindow):
    """For those who are not signed in."""

    scope = "address"

    def get_cache_key(self, request: Any, view: Any) -> str | None:
        return None if request.user.is_authenticated else f"throttle:{self.scope}:{self.get_ident(request)}"


class AnswerThrottle(AddressThrottle):
    """For answers given from a push, which carry a token instead of a session."""

    scope = "answer"


# Most people ask once in a window, so counting and setting the end of the count are one round trip.
_COUNT = "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('EXPIRE', KEYS[1], ARGV[1]) end return n"


def _count(key: str, window: int) -> int:
    """How many asked in this window so far, this one included."""
    slot = f"{key}:{int(time.time()) // window}"
    connection = _connection()
    try:
        connection.send_command("EVAL", _COUNT, 1, slot, 2 * window)
        return int(connection.read_response())
    except (RedisError, OSError):
        connection.disconnect()  # the next request opens it again
        raise


def _connection() -> Any:
    """One connection per thread, kept. A pool with its retries would cost more than the count."""
    if not hasattr(_of_thread, "connection"):
        pool = ConnectionPool.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
        _of_thread.connection = pool.make_connection()
    return _of_thread.connection


_of_thread = threading.local()
