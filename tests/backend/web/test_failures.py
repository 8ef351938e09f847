"""What is answered when something went wrong."""

import pytest
from django.db import OperationalError
from django.utils.functional import SimpleLazyObject

from backend.web.failures import unexpected


def _away() -> object:
    raise OperationalError


@pytest.fixture
def without_database(rf):
    """A request for which nobody can say who sent it."""
    request = rf.get("/tonight/")
    request.user = SimpleLazyObject(_away)
    request._messages = SimpleLazyObject(_away)
    return request


def test_a_surprise_is_told_calmly_without_asking_the_database(without_database):
    page = unexpected(without_database)
    assert page.status_code == 500
    assert "Something went wrong on our side" in page.content.decode()
    assert "Leave this page" in page.content.decode()
