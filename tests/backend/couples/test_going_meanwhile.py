"""A partner leaves, or deletes their account, between any two statements of a request."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import connection

from backend import clock
from backend.couples import services as couples
from backend.privacy import services as privacy
from tests import cast

pytestmark = pytest.mark.django_db(transaction=True)

PLACES = ["/api/v1/couples/", "/api/v1/dashboard/", "/api/v1/choices/", "/api/v1/prompts/", "/together/", "/you/pairing/", "/you/sharing/"]


def leave(person):
    couples.leave(person=person, quietly=False, now=clock.now())


def leave_quietly(person):
    couples.leave(person=person, quietly=True, now=clock.now())


def erase(person):
    privacy.erase(person=person, now=clock.now())


class _After:
    """Lets something happen on another connection after the nth statement of this one."""

    def __init__(self, number: int, act: Callable[[], None]) -> None:
        self.left, self.act, self.happened = number, act, False
        self.here = threading.get_ident()

    def one_more(self) -> None:
        if threading.get_ident() != self.here:
            return
        self.left -= 1
        if self.left == 0:
            self.happened = True
            elsewhere = threading.Thread(target=self._act_elsewhere)
            elsewhere.start()
            elsewhere.join(timeout=30)
            assert not elsewhere.is_alive()

    def _act_elsewhere(self) -> None:
        try:
            self.act()
        finally:
            connection.close()


@contextmanager
def after_statement(number: int, act: Callable[[], None]) -> Iterator[_After]:
    after, honest = _After(number, act), psycopg.Cursor.execute

    def execute(cursor: Any, *call: Any, **named: Any) -> Any:
        result = honest(cursor, *call, **named)
        after.one_more()
        return result

    # Where the driver is asked, since not every statement goes through Django's own cursor.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(psycopg.Cursor, "execute", execute)
        yield after


@pytest.mark.parametrize("go", [leave, leave_quietly, erase])
@pytest.mark.parametrize("place", PLACES)
def test_a_partner_may_go_at_any_moment_of_a_request(place, go):
    alice = cast.person("Alice")
    number, happened = 1, True
    while happened:
        bob = cast.person(f"Bob{number}")
        cast.pair(alice, bob, now=clock.now())
        client = cast.signed_in(alice)
        with after_statement(number, lambda bob=bob: go(bob)) as after:  # type: ignore[misc]  # bound now
            assert client.get(place).status_code == 200
        number, happened = number + 1, after.happened
        if happened and go is not leave_quietly:
            assert client.get("/api/v1/couples/").json()["paired"] is False
        elif go is leave_quietly:
            leave(alice)
    assert number > 2
