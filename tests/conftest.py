"""Prepares the surroundings of the tests before Django reads its settings.

`python3 dev.py test` brings a PostgreSQL and a Valkey of its own. To run pytest by hand, set DATABASE_URL and REDIS_URL.
"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import pytest
from django.conf import settings
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

BASE_DIR = Path(__file__).resolve().parent.parent
TOUCHES_ROWS = {"db", "transactional_db", "live_server", "client", "admin_client"}


def redis_of_worker(url: str, worker: str) -> str:
    """The Redis database of one xdist worker: as many further as the worker's number ("gw3" is 3)."""
    parts = urlsplit(url)
    number = int(parts.path.strip("/") or 0) + int(worker.removeprefix("gw") or 0)
    return urlunsplit(parts._replace(path=f"/{number}"))


def _prepare() -> None:
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        raise pytest.UsageError("The tests need a PostgreSQL and a Redis: run `python3 dev.py test`, or set DATABASE_URL and REDIS_URL.")
    os.environ["REDIS_URL"] = redis_of_worker(os.environ["REDIS_URL"], os.environ.get("PYTEST_XDIST_WORKER", ""))
    os.environ["DEBUG"] = "1"
    os.environ["DEMO_MODE"] = "0"
    os.environ["EBB_VAR_DIR"] = str(BASE_DIR / "var" / "test")
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    # The collected static files, none here; the server warns when their folder is missing.
    (BASE_DIR / "var" / "test" / "static").mkdir(parents=True, exist_ok=True)


_prepare()
# pytest-django looked for the settings module before this file could name it.
django.setup()
# The workers of xdist inherit the environment, and would read their settings before they know their own Redis database.
del os.environ["DJANGO_SETTINGS_MODULE"]
if os.environ["REDIS_URL"] != settings.REDIS_URL:
    raise pytest.UsageError("Unset DJANGO_SETTINGS_MODULE: the tests name it themselves, once each worker has a Redis database.")
# Routes are read to name the tests, and those of developers alone are not among them.
settings.DEVELOPMENT = False
# A slow hash protects people; here it would only cost seconds for every member of the cast.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The slow ones begin at once, so that no worker is left alone with one of them at the end."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, which can be dropped although a thread that served pages still holds a connection to it."""
    yield
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


@pytest.fixture
def now() -> datetime:
    """A fixed evening, 19:00 UTC, in winter time: 20:00 in Madrid."""
    return datetime(2026, 11, 18, 19, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _fresh_cache(request: pytest.FixtureRequest) -> None:
    """Counters of throttles and rate limits start at nothing for every test that may touch them."""
    if TOUCHES_ROWS & set(request.fixturenames) or request.node.get_closest_marker("django_db"):
        from django.core.cache import cache

        cache.clear()
