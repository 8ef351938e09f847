"""What a therapist takes along as a table or a record: what both allow, with its line in the couple's log, or nothing at all."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError
from fhir.resources.R4B.bundle import Bundle

from backend.audit.models import Disclosure, DisclosureQuerySet
from checkins.models import CheckIn, Episode
from checkins.practice.files.table import COLUMNS
from notifications import services as notifications
from notifications.models import Prompt
from tests.cast import EVENING, TODAY, signed_in
from tests.checkins.practice.told import DAY, Told
from tests.consenting import ALL, agree, allow

pytestmark = pytest.mark.django_db

FILES = ("table", "record")
GROUPS = {"summary": {"week", "episode", "prompt"}, "levels": {"level"}, "feelings": {"feeling"}}


def take(told: Told, file: str, weeks: int = 4) -> Any:
    return told.client.post(f"{told.address}{file}/", {"weeks": weeks})


def rows(told: Told, weeks: int = 4) -> list[dict[str, str]]:
    answer = take(told, "table", weeks)
    assert answer.status_code == 200
    return list(csv.DictReader(StringIO(answer.content.decode("utf-8-sig"))))


def bundle(told: Told, weeks: int = 4) -> dict[str, Any]:
    answer = take(told, "record", weeks)
    assert answer.status_code == 200
    Bundle.model_validate_json(answer.content)
    file: dict[str, Any] = json.loads(answer.content)
    return file


def resources(file: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [one["resource"] for one in file["entry"] if one["resource"]["resourceType"] == kind]


def codes(observations: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(one["code"]["coding"][0]["system"].rpartition(":")[2], one["code"]["coding"][0]["code"]) for one in observations]


@pytest.fixture
def eventful(agreed):
    """With an episode, a prompt that helped and one nobody answered."""
    couple = agreed.alice.memberships.get().couple
    Episode.objects.create(couple=couple, started_on=TODAY - 9 * DAY, ended_on=TODAY - 6 * DAY, direction="a_reaches")
    Episode.objects.create(couple=couple, started_on=TODAY - 2 * DAY, direction="b_reaches")
    recipients = [notifications.Recipient(one.pk, one.zone, "the-tide", 1, "reaching", "en") for one in (agreed.alice, agreed.bob)]
    for ago in (6, 12):
        notifications.queue_prompts(occasion=uuid4(), couple_id=couple.pk, recipients=recipients, now=EVENING - ago * DAY)
    Prompt.objects.filter(day=TODAY - 5 * DAY, person=agreed.bob).update(reaction="helped", reacted_at=EVENING)
    return agreed


@pytest.mark.parametrize(
    "a, b", [(("summary",), ALL), (ALL, ("levels",)), (("levels", "feelings"), ("feelings", "summary")), (("summary",), ("levels",))]
)
def test_p8_a_file_holds_what_both_allow_and_nothing_else(told, a, b):
    allow(told.alice, told.link, told.code, scopes=a)
    allow(told.bob, told.link, told.code, scopes=b)
    in_common = set(a) & set(b)
    if not in_common:
        for file in FILES:
            assert take(told, file).headers["Location"] == told.address
        assert not Disclosure.objects.exists()
        return
    allowed = set().union(*(GROUPS[scope] for scope in in_common))
    found = {row["what"] for row in rows(told)}
    assert found <= allowed
    assert found >= allowed - {"episode", "prompt"}
    record = bundle(told)
    kinds = {"week": ("summary",), "question": ("levels", "feelings"), "pattern": ("summary",), "prompt": ("summary",)}
    for system, code in codes(resources(record, "Observation")):
        assert ("feelings" if code == "feeling" else kinds[system][0]) in in_common
    assert {code["coding"][0]["code"] for one in resources(record, "Consent") for code in one["provision"]["code"]} == in_common
    assert [(row.place, set(row.scopes)) for row in Disclosure.objects.order_by("pk")] == [("table", in_common), ("record", in_common)]


def test_the_table_says_what_the_page_says_a_fact_a_row(eventful):
    table = rows(eventful)
    assert list(table[0]) == list(COLUMNS)
    first = {
        "what": "level",
        "from_day": "2026-02-04",
        "to_day": "2026-02-04",
        "person": "Alice",
        "question": "closeness_felt",
        "value": "5",
    }
    assert table[0] == first
    assert sum(row["what"] == "level" for row in table) == 2 * 28 * 3
    said = [tuple(row.values()) for row in table]
    assert ("feeling", "2026-03-01", "2026-03-01", "Alice", "", "tender") in said
    assert ("week", "2026-02-23", "2026-03-01", "Bob", "space_wanted", "high") in said
    assert [row[1:3] for row in said if row[0] == "episode"] == [("2026-02-23", "2026-02-26"), ("2026-03-02", "")]
    assert [row[5] for row in said if row[0] == "prompt"] == ["", "helped"]


def test_a_name_that_a_spreadsheet_would_carry_out_is_only_a_name(agreed):
    for name in ('=HYPERLINK("https://example.org";"x")', "@SUM(A1)", "+1", "-1+1", "\t=1"):
        agreed.alice.name = name
        agreed.alice.save(update_fields=["name"])
        assert {row["person"] for row in rows(agreed)} == {f"'{name}", "Bob"}


def test_files_carry_only_their_days_in_the_name_and_no_cache_keeps_them(agreed):
    for file, ending, media in (("table", "csv", "text/csv"), ("record", "fhir.json", "application/fhir+json")):
        answer = take(agreed, file)
        assert answer.headers["Content-Disposition"] == f'attachment; filename="ebb-2026-02-04-2026-03-03.{ending}"'
        assert answer.headers["Content-Type"].startswith(media)
        assert answer.headers["Cache-Control"] == "no-store"


def test_the_record_is_valid_fhir_and_each_reference_in_it_leads_somewhere(eventful):
    record = bundle(eventful)
    there = {entry["fullUrl"] for entry in record["entry"]}
    assert len(there) == len(record["entry"])
    text = json.dumps(record)
    asked = [part.partition('"')[0] for part in text.split('"reference": "')[1:]]
    assert asked
    assert set(asked) <= there
    assert {resource["resourceType"] for resource in (entry["resource"] for entry in record["entry"])} == {
        "Patient", "Group", "Consent", "Observation", "Provenance",
    }  # fmt: skip
    (provenance,) = resources(record, "Provenance")
    observations = resources(record, "Observation")
    assert {one["reference"] for one in provenance["target"]} == {f"urn:uuid:{one['id']}" for one in observations}
    levels = [one for one in observations if one["code"]["coding"][0] == {"system": "urn:x-ebb:question", "code": "closeness-felt"}]
    assert len(levels) == 2 * 28
    assert (levels[0]["effectiveDateTime"], levels[0]["valueInteger"]) == ("2026-02-04", 5)
    assert codes(observations).count(("prompt", "prompt")) == 2
    assert [one["status"] for one in observations if one["code"]["coding"][0]["code"] == "episode"] == ["final", "preliminary"]
    # It would not pass with something missing.
    del resources(record, "Observation")[0]["status"]
    with pytest.raises(ValueError, match="status"):
        Bundle.model_validate(record)


def test_the_record_calls_people_by_pseudonyms_of_this_therapist(agreed):
    first, second = bundle(agreed), bundle(agreed)
    numbers = {one["id"] for one in resources(first, "Patient")}
    assert numbers == {one["id"] for one in resources(second, "Patient")}
    text = json.dumps(first)
    for secret in ("example.org", "Thea", "The two from Tuesday", str(agreed.link.pk)):
        assert secret not in text
    assert not any(f'"{one.pk}"' in text for one in (agreed.alice, agreed.bob))


def test_the_record_tells_nothing_of_a_consent_but_what_both_allow(agreed):
    agree(agreed.bob, agreed.link, scopes=["summary", "levels"], days=9, days_back=14, now=EVENING)
    for consent in resources(bundle(agreed), "Consent"):
        assert "dateTime" not in consent
        assert consent["provision"]["dataPeriod"] == {"start": "2026-02-18", "end": "2026-03-03"}
        assert {"start", "end"} == set(consent["provision"]["dataPeriod"])
        assert "period" not in consent["provision"]
        assert [code["coding"][0]["code"] for code in consent["provision"]["code"]] == ["levels", "summary"]


def test_a_deleted_answer_is_in_no_file(agreed):
    assert any(row["from_day"] == "2026-03-01" for row in rows(agreed))
    CheckIn.objects.filter(day=TODAY - 3 * DAY).delete()
    assert not any(row["from_day"] == "2026-03-01" and row["what"] != "week" for row in rows(agreed))


def test_k6_no_line_no_file(agreed, monkeypatch):
    def fails(*_parts: Any, **_named: Any) -> None:
        raise DatabaseError("the log is full")

    monkeypatch.setattr(DisclosureQuerySet, "note_down", fails)
    for file in FILES:
        answer = take(agreed, file)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "Alice" not in answer.content.decode()


def test_nothing_leaves_before_the_second_factor_or_by_a_link_alone(agreed):
    late = signed_in(agreed.thea)
    for file in FILES:
        assert agreed.client.get(f"{agreed.address}{file}/").status_code == 405
        assert late.post(f"{agreed.address}{file}/").headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert not Disclosure.objects.exists()


def test_a_file_of_twelve_weeks_goes_no_further_back_than_both_allow(agreed):
    agree(agreed.bob, agreed.link, scopes=ALL, days=28, days_back=10, now=EVENING)
    assert min(row["from_day"] for row in rows(agreed, 12) if row["what"] == "level") == str(TODAY - timedelta(days=10))
