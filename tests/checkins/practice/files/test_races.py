"""K1, K3: withdrawing at the very moment in which a file is made or leaves. Each act has a thread and a connection of its own.

EBB_RACES says how many of each; the release runs 500.
"""

import os
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from backend import nudge
from backend.audit.models import Disclosure
from backend.consents import services as consents
from checkins.models import Sheet
from checkins.practice.files import making
from tests.cast import EVENING
from tests.checkins.practice.told import Told
from tests.consenting import ALL, agree
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

RACES = int(os.environ.get("EBB_RACES", "5"))
STUB = b"%PDF-1.7 what would be the sheet"


@pytest.fixture
def told_by_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nudge, "publish", lambda task, *ids: True)
    monkeypatch.setattr(making, "set_in_type", lambda *ways: STUB)


def allow_again(told: Told) -> None:
    agree(told.alice, told.link, scopes=ALL, days=28, days_back=84, now=EVENING)


def stop(told: Told) -> None:
    consents.withdraw(person=told.alice, link_id=told.link.pk, now=EVENING)


def ask(told: Told) -> Sheet:
    return making.ask(therapist=told.thea, link_id=told.link.pk, weeks=4, language="en", now=EVENING)


def post(told: Told, file: str) -> Any:
    return told.client.post(f"{told.address}{file}/")


def lines() -> int:
    return Disclosure.objects.count()


@pytest.mark.parametrize("file", ["table", "record", "sheet/download"])
def test_k1_a_file_leaves_with_its_line_or_not_at_all_and_never_after_the_reply(agreed, told_by_nobody, file):
    left = 0
    for number in range(RACES):
        allow_again(agreed)
        making.make(sheet_id=ask(agreed).pk, clock=lambda: EVENING)
        before = lines()
        acts: list[Callable[[], Any]] = [lambda: post(agreed, file), lambda: stop(agreed)]
        answer, _ = at_once(acts if number % 2 else acts[::-1])[:: 1 if number % 2 else -1]
        assert answer.status_code in (200, 302), answer
        assert (answer.status_code == 200) == (lines() == before + 1)
        left += answer.status_code == 200
        after = post(agreed, file)
        assert (after.status_code, after.content) == (302, b"")
        assert lines() <= before + 1
    assert left <= RACES


def test_k3_stopping_while_a_worker_makes_a_sheet_leaves_nothing_to_take(agreed, told_by_nobody):
    for _ in range(RACES):
        allow_again(agreed)
        sheet = ask(agreed)
        made, stopped = at_once([partial(making.make, sheet_id=sheet.pk, clock=lambda: EVENING), partial(stop, agreed)])
        assert (made, stopped) == (None, None)
        assert post(agreed, "sheet/download").status_code == 302
    assert lines() == 0
    making.tend(clock=lambda: EVENING)
    assert not Sheet.objects.exists()


def test_a_sheet_is_taken_once_by_however_many_ask(agreed, told_by_nobody):
    making.make(sheet_id=ask(agreed).pk, clock=lambda: EVENING)
    taken = at_once([lambda: making.take(therapist=agreed.thea, link_id=agreed.link.pk, now=EVENING)] * 4)
    assert sorted(one is not None for one in taken) == [False, False, False, True]
    assert lines() == 1
