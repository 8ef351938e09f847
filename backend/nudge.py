"""Wakes a worker. The one publisher of tasks: rows hold the work, so a lost nudge only means waiting for the next sweep."""

import logging
from importlib import import_module
from typing import Any

from celery import Task
from django.db import transaction
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)


def after_commit(task: str, *ids: Any) -> None:
    """Publishes the task with the dotted path `task` once the transaction has committed; forgives an absent broker only."""
    transaction.on_commit(lambda: publish(task, *ids))


def publish(task: str, *ids: Any) -> bool:
    """Publishes now, once. Returns whether the broker took it."""
    try:
        # max_retries 0 (in the broker's options) and no retry: an absent broker costs milliseconds, not seconds.
        _resolve(task).apply_async(args=ids, retry=False)
    except (OperationalError, ConnectionError, TimeoutError) as error:
        log.warning("the broker is away (%s); %s waits for the next sweep", error, task)
        return False
    return True


def _resolve(task: str) -> Task:
    module, name = task.rsplit(".", 1)
    found: Task = getattr(import_module(module), name)
    return found
