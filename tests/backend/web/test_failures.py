"""What is answered when something went wrong."""

import pytest
from django.db import OperationalError
from django.utils.functional import SimpleLazyObject

from backend.web.failures import unexpected
from config import settings as written


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


@pytest.mark.django_db
def test_an_address_that_leads_nowhere_is_answered_by_our_own_page_for_developers_too(client):
    # As the file says it: the test runner sets the one in use.
    assert (written.DEVELOPMENT, written.DEBUG) == (True, False)
    answer = client.get("/nowhere/")
    assert answer.status_code == 404
    assert "Nothing is here" in answer.content.decode()
    assert "URLconf" not in answer.content.decode()


@pytest.mark.django_db
def test_a_surprise_is_our_own_page_and_stands_in_the_log_whole(client, monkeypatch, caplog):
    def surprise(*_parts: object, **_named: object) -> None:
        raise RuntimeError("a wire came loose")

    client.raise_request_exception = False
    monkeypatch.setattr("backend.accounts.pages.render", surprise)
    answer = client.get("/")
    assert answer.status_code == 500
    assert "Something went wrong on our side" in answer.content.decode()
    assert "a wire came loose" not in answer.content.decode()
    assert "RuntimeError: a wire came loose" in caplog.text
    assert "in surprise" in caplog.text
