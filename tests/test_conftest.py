"""Each worker has a Redis database of its own."""

import os

from django.conf import settings
from django.core.cache import cache

from tests.conftest import redis_of_worker


def test_the_number_of_a_worker_moves_it_to_another_database():
    assert redis_of_worker("redis://:secret@127.0.0.1:6379/0", "gw3") == "redis://:secret@127.0.0.1:6379/3"
    assert redis_of_worker("redis://127.0.0.1:6379/2", "gw1") == "redis://127.0.0.1:6379/3"
    assert redis_of_worker("redis://127.0.0.1:6379", "") == "redis://127.0.0.1:6379/0"


def test_the_settings_know_the_database_of_this_worker():
    assert settings.REDIS_URL == settings.CELERY_BROKER_URL == os.environ["REDIS_URL"]
    number = int(settings.REDIS_URL.rsplit("/", 1)[1])
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    assert number >= worker
    assert cache.get("anything") is None
