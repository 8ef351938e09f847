"""The world of the matrix is made once for a module and never changed: every call is undone."""

import logging
from collections.abc import Iterator

import pytest
from django.db import transaction
from pytest_django.plugin import DjangoDbBlocker

from backend import clock
from checkins import board
from tests.project.access import world as made_up
from tests.project.access.world import World


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    with pytest.MonkeyPatch.context() as patch, django_db_blocker.unblock(), transaction.atomic():
        patch.setattr(clock, "now", lambda: made_up.NOW)
        # Thousands of refusals are what is asked for here; their warnings would drown everything else.
        logging.disable(logging.CRITICAL)
        # What may be seen is asked anew for each call, so that a check that was taken away is missed.
        patch.setattr(board, "_statement", board._statement.__wrapped__)
        yield made_up.build()
        logging.disable(logging.NOTSET)
        transaction.set_rollback(True)
