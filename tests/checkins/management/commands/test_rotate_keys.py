import base64
import secrets
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from backend.encryption import Unreadable, key_id_of
from checkins.models import CheckIn
from checkins.queries import check_in_of
from checkins.services import rotating
from tests import cast
from tests.answering import full, keep

pytestmark = pytest.mark.django_db

ONE = timedelta(days=1)
COUNT = 25


def new_key(name):
    return f"{name}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


@pytest.fixture
def alice(settings):
    settings.FIELD_KEYS = new_key("old")
    alice = cast.person("Alice")
    for n in range(COUNT):
        keep(alice, cast.TODAY - n * ONE, full(note=f"note {n}" if n % 3 else None, shared_line=f"line {n}" if n % 2 else None))
    settings.FIELD_KEYS = f"{new_key('new')},{settings.FIELD_KEYS}"
    return alice


def rotate(**options):
    output = StringIO()
    call_command("rotate_keys", stdout=output, **options)
    return output.getvalue()


def texts():
    return {row.day: (check_in_of(row)["note"], check_in_of(row)["shared_line"]) for row in CheckIn.objects.all()}


def keys_in_use():
    return {key_id_of(bytes(value)) for row in CheckIn.objects.all() for value in (row.note, row.shared_line) if value is not None}


def test_every_text_moves_to_the_current_key_and_reads_as_before(alice, settings):
    before = texts()
    said = rotate(batch=4)
    assert keys_in_use() == {"new"}
    assert "The older keys may be taken away." in said
    assert len(said.splitlines()) > 3
    settings.FIELD_KEYS = settings.FIELD_KEYS.split(",")[0]
    assert texts() == before


def test_nothing_else_of_a_check_in_changes(alice):
    columns = [field.attname for field in CheckIn._meta.fields if field.attname not in ("note", "shared_line")]
    before = list(CheckIn.objects.order_by("pk").values(*columns))
    rotate()
    assert list(CheckIn.objects.order_by("pk").values(*columns)) == before


def test_a_run_that_was_stopped_goes_on(alice):
    step = rotating.rotate_batch(limit=7)
    left = rotating.left_to_move()
    assert step.moved == 7
    assert keys_in_use() == {"old", "new"}
    assert rotate(batch=5).splitlines()[-2].startswith(f"{left} of {left}")
    assert keys_in_use() == {"new"}


def test_a_second_run_finds_nothing_to_do(alice):
    rotate()
    before = list(CheckIn.objects.order_by("pk").values_list("note", "shared_line"))
    rotate()
    assert [tuple(map(bytes, filter(None, row))) for row in before] == [
        tuple(map(bytes, filter(None, row))) for row in CheckIn.objects.order_by("pk").values_list("note", "shared_line")
    ]


def test_an_amendment_in_between_is_not_undone(alice, monkeypatch):
    """Somebody changes their note after it was read for moving and before it is written back."""
    original = rotating._moved
    changed: list[CheckIn] = []

    def moved(row):
        values = original(row)
        if row.day == cast.TODAY - ONE and not changed:
            changed.append(row)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE checkins_checkin SET note = NULL, shared_line = shared_line WHERE id = %s", [row.pk])
        return values

    monkeypatch.setattr(rotating, "_moved", moved)
    step = rotating.rotate_batch()
    assert changed
    assert CheckIn.objects.get(day=cast.TODAY - ONE).note is None
    assert step.moved == len([pair for pair in texts().values() if any(pair)]) - 1
    rotate()
    assert texts()[cast.TODAY - ONE] == (None, "line 1")


def test_what_cannot_be_opened_is_left_as_it_is_and_named(alice):
    row = CheckIn.objects.get(day=cast.TODAY - ONE)
    assert row.note is not None
    damaged = bytes(row.note)[:-1] + b"\x00"
    CheckIn.objects.filter(pk=row.pk).update(note=damaged)
    with pytest.raises(CommandError, match=str(row.pk)):
        rotate()
    row.refresh_from_db()
    assert bytes(row.note or b"") == damaged
    with pytest.raises(Unreadable):
        check_in_of(row)
    CheckIn.objects.filter(pk=row.pk).delete()
    assert keys_in_use() == {"new"}


def test_what_is_written_under_the_old_key_meanwhile_is_not_forgotten(alice, settings, monkeypatch):
    original = rotating.rotate_batch

    def batch(**given):
        step = original(**given)
        if step.last is None:
            both = settings.FIELD_KEYS
            settings.FIELD_KEYS = both.split(",")[1]
            keep(alice, cast.TODAY + ONE, full(note="late"))
            settings.FIELD_KEYS = both
        return step

    with monkeypatch.context() as racing:
        racing.setattr(rotating, "rotate_batch", batch)
        with pytest.raises(CommandError, match="run this again"):
            rotate()
    rotate()
    assert texts()[cast.TODAY + ONE] == ("late", None)
    assert keys_in_use() == {"new"}
