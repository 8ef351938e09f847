import time

import kombu
import kombu.pools
import pytest
import redis
from django.db import transaction

from backend import nudge
from config.celery import app

TASK = "backend.couples.tasks.end_quietly_left"


def _forget_connections():
    kombu.pools.reset()
    app.amqp._producer_pool = app._pool = None


@pytest.fixture
def absent_broker(monkeypatch):
    """A port on which nobody listens."""
    # The general address last: the others are read from it, and would be put back wrong.
    for name in ("broker_read_url", "broker_write_url", "broker_url"):
        monkeypatch.setattr(app.conf, name, "redis://127.0.0.1:1/0")
    _forget_connections()
    yield
    _forget_connections()


@pytest.fixture
def waiting(settings):
    """How many messages wait in the broker, as a question to ask again."""
    queue = settings.CELERY_BROKER_TRANSPORT_OPTIONS["global_keyprefix"] + "celery"
    with redis.Redis.from_url(settings.REDIS_URL) as broker:
        broker.delete(queue)
        yield lambda: broker.llen(queue)
        broker.delete(queue)


@pytest.mark.django_db(transaction=True)
def test_a_nudge_reaches_the_broker_once_and_only_after_the_commit(waiting):
    with transaction.atomic():
        nudge.after_commit(TASK)
        assert waiting() == 0
    assert waiting() == 1


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_nudges_nobody(waiting):
    with transaction.atomic():
        nudge.after_commit(TASK)
        transaction.set_rollback(True)
    assert waiting() == 0


def test_an_absent_broker_is_forgiven_and_costs_little(absent_broker):
    nudge.publish(TASK)
    started = time.perf_counter()
    assert nudge.publish(TASK) is False
    assert time.perf_counter() - started < 0.5


def test_a_task_that_does_not_exist_is_not_forgiven():
    with pytest.raises(AttributeError):
        nudge.publish("backend.couples.tasks.no_such_task")


def test_a_task_called_wrongly_is_not_forgiven():
    with pytest.raises(TypeError):
        nudge.publish(TASK, "one argument too many")
