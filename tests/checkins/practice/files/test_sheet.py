"""The sheet for a session: made sealed, handed over once and with its line, and gone with the hour or with the consent."""

import re
from contextlib import nullcontext
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pypdf
import pytest
from django.db import DatabaseError, transaction
from django.utils import translation

from backend import nudge
from backend.audit.models import Disclosure, DisclosureQuerySet
from backend.audit.services import prepare
from backend.consents import services as consents
from checkins.models import CheckIn, Sheet
from checkins.practice.files import making
from checkins.practice.files.setting import Unsettable, set_in_type
from checkins.practice.files.sheet import content_of, ways_to_say
from checkins.practice.trend import trend_of
from tests.cast import EVENING, TODAY
from tests.checkins.practice.told import DAY, HIDES, Told
from tests.consenting import ALL, agree, allow

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
GONE = "No sheet is here."
STUB = b"%PDF-1.7 what would be the sheet"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any) -> Any:
    """Asks for a sheet the way the page does; the worker is told, and has not begun."""
    told_worker: list[str] = []
    monkeypatch.setattr(nudge, "publish", lambda task, *ids: told_worker.append(f"{task} {ids}"))

    def ask(told: Told, weeks: int = 4) -> Sheet:
        with django_capture_on_commit_callbacks(execute=True):
            answer = told.client.post(f"{told.address}sheet/", {"weeks": weeks})
        assert answer.headers["Location"] == f"{told.address}sheet/"
        sheet = Sheet.objects.get(link=told.link)
        assert f"checkins.practice.files.tasks.make_sheet ('{sheet.pk}',)" in told_worker
        return sheet

    return ask


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting takes its time, and is another test's."""
    monkeypatch.setattr(making, "set_in_type", lambda *ways: STUB)


def make(sheet: Sheet, now: Any = EVENING) -> None:
    making.make(sheet_id=sheet.pk, clock=lambda: now)


def download(told: Told) -> Any:
    return told.client.post(f"{told.address}sheet/download/", follow=True)


def page(told: Told) -> str:
    return str(told.client.get(f"{told.address}sheet/").content.decode())


def text_of(pdf: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(one.extract_text() for one in pypdf.PdfReader(BytesIO(pdf)).pages))


def roles_in(pdf: bytes) -> set[str]:
    """Every role in the tree of tags."""
    found: set[str] = set()
    waiting: list[Any] = [pypdf.PdfReader(BytesIO(pdf)).trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        one = waiting.pop()
        one = one.get_object() if hasattr(one, "get_object") else one
        if isinstance(one, list):
            waiting += one
        elif isinstance(one, dict):
            found.add(str(one.get("/S")))
            waiting += [one["/K"]] if "/K" in one else []
    return found


def test_a_sheet_goes_from_asking_to_one_download_and_is_gone(agreed, asked):
    sheet = asked(agreed)
    assert 'value="1"' in page(agreed)
    make(sheet)
    assert "Download (PDF)" in page(agreed)
    assert "gone at 21:30" in page(agreed)
    kept = Sheet.objects.get()
    assert b"%PDF" not in bytes(kept.content or b"%PDF")
    assert not Disclosure.objects.exists()
    answer = download(agreed)
    assert answer.headers["Content-Type"] == "application/pdf"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ebb-2026-02-04-2026-03-03.pdf"'
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Alice answered in full on 28 of these days" in text_of(answer.content)
    row = Disclosure.objects.get()
    assert (row.place, set(row.scopes), row.from_day, row.to_day) == ("sheet", set(ALL), TODAY - 28 * DAY, TODAY - DAY)
    assert not Sheet.objects.exists()
    again = download(agreed)
    assert "That sheet is no longer there." in again.content.decode()
    assert GONE in page(agreed)
    assert Disclosure.objects.count() == 1


@pytest.mark.parametrize("language, words", [("en", "Sheet for a session"), ("es", "Hoja para una sesión")])
def test_the_file_is_tagged_and_says_its_language_and_title(agreed, language, words):
    pdf = set_in_type(_content(agreed, 12, language))
    file = pypdf.PdfReader(BytesIO(pdf))
    root = file.trailer["/Root"]
    assert 1 <= len(file.pages) <= 2
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == language
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert file.metadata.title == f"{words}: Alice, Bob"
    assert "<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data().decode()
    assert roles_in(pdf) >= {"/H1", "/H2", "/L", "/Figure", "/Table", "/TH", "/TD"}
    text = text_of(pdf)
    assert words in text
    assert {"en": "Sessions: 24 February", "es": "24 de febrero"}[language] in text
    assert ("Alice answered in full" in text) == (language == "en")


def test_whatever_a_picture_is_made_of_has_its_colour_on_paper(agreed):
    """What the style sheet of the pages alone knows would be set as solid black."""
    for weeks in (4, 12):
        for plot in _content(agreed, weeks, "en")["plots"]:
            style, _, drawn = plot["svg"].partition("</style>")
            shapes = set(re.findall(r'<(rect|path|circle|line) class="([a-z]+)"', drawn))
            assert shapes
            assert [one for one in shapes if f".{one[1]}{{" not in style] == []


def _content(told: Told, weeks: int, language: str) -> dict[str, Any]:
    grant = prepare(therapist=told.thea, link_id=told.link.pk, weeks=weeks, now=EVENING)
    assert grant
    with translation.override(language):
        return content_of(trend_of(grant, now=EVENING), met=[TODAY - 8 * DAY])


def test_p8_the_sheet_holds_what_both_allow_and_nothing_else(told):
    allow(told.alice, told.link, told.code)
    allow(told.bob, told.link, told.code)
    parts = {"summary": "Times of reaching", "levels": "The same as a table", "feelings": "on how many days"}
    for scope in parts:
        agree(told.bob, told.link, scopes=[scope], days=28, days_back=84, now=EVENING)
        text = text_of(set_in_type(_content(told, 4, "en")))
        assert [one for one, words in parts.items() if words in text] == [scope]
        assert ("tender" in text) == (scope == "feelings")


def test_a_name_is_only_a_name_and_gives_way_where_it_could_not_be_read(agreed):
    grant = prepare(therapist=agreed.thea, link_id=agreed.link.pk, weeks=4, now=EVENING)
    assert grant
    trend = trend_of(grant, now=EVENING)
    a, b = trend.sides
    b = replace(b, name="a")
    for name, is_set in {"李小龍": False, 'a"b\\c': True, "#emoji *bold* $x$ <b>": True, "\x07\u202e": False}.items():
        text = text_of(set_in_type(*ways_to_say(replace(trend, sides=(replace(a, name=name), b)))))
        assert f"{name} answered in full on 28" in text if is_set else "One partner answered in full on 28" in text


def test_k3_however_it_ends_a_sheet_that_was_ready_is_gone_without_a_line(agreed, asked, at, stub):
    make(asked(agreed))
    for why, ends in HIDES.items():
        with transaction.atomic():
            ends(agreed, at)
            answer = download(agreed)
            assert STUB not in answer.content, why
            assert GONE in answer.content.decode(), why
            assert not Sheet.objects.exists(), why
            assert not Disclosure.objects.exists(), why
            transaction.set_rollback(True)
        at(EVENING)
    assert STUB in download(agreed).content


def test_k3_what_is_stopped_while_it_waits_or_is_made_is_not_made(agreed, asked, monkeypatch):
    waiting = asked(agreed)
    consents.pause(person=agreed.bob, now=EVENING)
    make(waiting)
    assert not Sheet.objects.exists()
    consents.resume(person=agreed.bob, now=EVENING)

    def stopped_meanwhile(*ways: Any) -> bytes:
        consents.withdraw(person=agreed.alice, link_id=agreed.link.pk, now=EVENING)
        return STUB

    monkeypatch.setattr(making, "set_in_type", stopped_meanwhile)
    make(asked(agreed))
    assert not Sheet.objects.exists()


def test_k5_a_new_consent_does_not_revive_what_was_made_under_an_earlier_one(agreed, asked, stub):
    make(asked(agreed))
    consents.withdraw(person=agreed.alice, link_id=agreed.link.pk, now=EVENING)
    allow(agreed.alice, agreed.link, agreed.code)
    assert STUB not in download(agreed).content
    assert not Disclosure.objects.exists()
    make(asked(agreed))
    agree(agreed.bob, agreed.link, scopes=ALL, days=28, days_back=84, now=EVENING)
    assert STUB not in download(agreed).content


def test_an_answer_deleted_since_takes_the_sheet_with_it(agreed, asked, stub):
    make(asked(agreed))
    CheckIn.objects.filter(person=agreed.alice, day=TODAY - 3 * DAY).delete()
    assert STUB not in download(agreed).content
    assert not Disclosure.objects.exists()
    assert not Sheet.objects.exists()


def test_it_is_kept_for_one_hour_and_not_a_second_longer(agreed, asked, at, stub):
    make(asked(agreed))
    at(EVENING + HOUR - timedelta(microseconds=1))
    assert "Download (PDF)" in page(agreed)
    at(EVENING + HOUR)
    assert GONE in page(agreed)
    assert STUB not in download(agreed).content


def test_the_sweep_takes_away_what_is_too_old_or_not_allowed_and_makes_what_was_left_behind(agreed, asked, stub):
    lost = asked(agreed)
    making.tend(clock=lambda: EVENING)
    assert Sheet.objects.get(pk=lost.pk).state == "ready"
    making.tend(clock=lambda: EVENING)
    assert Sheet.objects.filter(pk=lost.pk).exists()
    consents.pause(person=agreed.alice, now=EVENING)
    making.tend(clock=lambda: EVENING)
    assert not Sheet.objects.exists()
    consents.resume(person=agreed.alice, now=EVENING)
    make(asked(agreed))
    making.tend(clock=lambda: EVENING + HOUR)
    assert not Sheet.objects.exists()


def test_a_worker_that_died_over_it_is_followed_by_another_three_times(agreed, asked, monkeypatch):
    sheet = asked(agreed)

    def dies(*ways: Any) -> bytes:
        raise MemoryError

    monkeypatch.setattr(making, "set_in_type", dies)
    for number in range(5):
        now = EVENING + 2 * number * Sheet.LEASE
        with pytest.raises(MemoryError) if number < Sheet.MOST_TRIES else nullcontext():
            make(sheet, now)
    making.tend(clock=lambda: EVENING + 10 * Sheet.LEASE)
    assert Sheet.objects.get().state == "failed"
    assert "It could not be made this time." in page(agreed)


def test_two_workers_make_it_once(agreed, asked, monkeypatch):
    sheet, made = asked(agreed), []

    def second_worker(*ways: Any) -> bytes:
        made.append(ways)
        make(sheet)
        return STUB

    monkeypatch.setattr(making, "set_in_type", second_worker)
    make(sheet)
    assert len(made) == 1


def test_asking_again_waits_for_what_is_under_way_and_replaces_what_is_ready(agreed, asked, stub):
    first = asked(agreed)
    assert asked(agreed).pk == first.pk
    assert asked(agreed, weeks=12).pk != first.pk
    make(first)
    assert Sheet.objects.get().state == "waiting"
    making.make(sheet_id=UUID(int=3), clock=lambda: EVENING)


def test_k6_without_its_line_it_does_not_leave_and_waits(agreed, asked, stub, monkeypatch):
    make(asked(agreed))

    def fails(*_parts: Any, **_named: Any) -> None:
        raise DatabaseError("the log is full")

    monkeypatch.setattr(DisclosureQuerySet, "note_down", fails)
    answer = agreed.client.post(f"{agreed.address}sheet/download/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
    assert STUB not in answer.content
    assert Sheet.objects.get().state == "ready"


def test_what_cannot_be_set_says_so_kindly(agreed, asked, monkeypatch):
    def refuses(*ways: Any) -> bytes:
        raise Unsettable

    monkeypatch.setattr(making, "set_in_type", refuses)
    make(asked(agreed))
    assert "It could not be made this time." in page(agreed)
