"""kill -9 in the middle of a send: nothing is lost, and the phone shows it once."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest
from django.db import connection

from notifications.models import Delivery
from notifications.services.passing import LEASE
from tests.cast import EVENING, person
from tests.notifications import doomed_worker
from tests.notifications.post import deliver, phone, remind, shown, states

EIGHT = EVENING - timedelta(minutes=30)
ROOT = Path(__file__).resolve().parents[2]


def start_worker() -> subprocess.Popen[str]:
    """A process of its own on the database of this test."""
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
    environment = os.environ | {"DATABASE_URL": urlunsplit(url), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(doomed_worker.__file__), EIGHT.isoformat()]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


@pytest.mark.django_db(transaction=True)
def test_a_killed_worker_loses_nothing():
    phone(person("Alice"), "alice", now=EIGHT - timedelta(hours=1))
    remind(EIGHT)
    with start_worker() as worker:
        assert worker.stdout is not None
        assert worker.stdout.readline() == "sending\n"
        worker.kill()
    assert states() == ["sending"]
    deliver(EIGHT + LEASE - timedelta(seconds=1))
    assert shown("alice") == []
    deliver(EIGHT + LEASE)
    assert len(shown("alice")) == 1
    assert Delivery.objects.get().attempts == 2
