"""Check-ins over the API: forms in, documents out."""

import json
from datetime import timedelta
from uuid import uuid4

import pytest

from backend import clock
from backend.calendar_days import local_day
from checkins.models import CheckIn, Feeling
from tests import cast
from tests.answering import body, quick_body

pytestmark = pytest.mark.django_db

ONE = timedelta(days=1)
LIST = "/api/v1/check-ins/"


@pytest.fixture
def alice():
    return cast.person("Alice")


@pytest.fixture
def api(alice):
    return cast.signed_in(alice)


@pytest.fixture
def today(alice):
    return local_day(clock.now(), alice.zone)


def put(client, day, data=None, **headers):
    return client.put(f"{LIST}{day}/", json.dumps(body() if data is None else data), content_type="application/json", headers=headers)


def batch(client, items):
    return client.post(f"{LIST}batch/", json.dumps({"items": items}), content_type="application/json")


def problem(response):
    assert response["Content-Type"] == "application/problem+json"
    found = response.json()
    return response.status_code, found["code"], [(one["pointer"], one["code"]) for one in found.get("errors", [])]


def test_a_check_in_is_kept_read_amended_and_deleted(api, today):
    made = put(api, today, body(tension=2, feelings=["calm", "tired"], note="mine", shared_line="ours"))
    assert (made.status_code, made["ETag"]) == (201, '"1"')
    read = api.get(f"{LIST}{today}/")
    assert read.json() == made.json()
    assert read["ETag"] == '"1"'
    assert (read.json()["note"], read.json()["shared_line"], read.json()["feelings"]) == ("mine", "ours", ["calm", "tired"])
    amended = put(api, today, body(closeness_felt=1), **{"If-Match": '"1"'})
    assert (amended.status_code, amended["ETag"], amended.json()["closeness_felt"]) == (200, '"2"', 1)
    assert api.delete(f"{LIST}{today}/").status_code == 204
    assert problem(api.get(f"{LIST}{today}/")) == (404, "not-found", [])
    assert problem(api.delete(f"{LIST}{today}/")) == (404, "not-found", [])


def test_a_quick_answer_is_stored_as_what_it_is(api, today):
    made = put(api, today, quick_body("more_room"))
    assert made.status_code == 201
    assert (made.json()["kind"], made.json()["quick"], made.json()["closeness_felt"]) == ("quick", "more_room", None)


def test_a_retry_is_no_second_answer(api, today):
    data = body()
    first, second = put(api, today, data), put(api, today, data)
    assert (first.status_code, second.status_code) == (201, 200)
    assert first.json() == second.json()


def test_an_id_used_for_other_answers(api, today):
    data = body()
    put(api, today, data)
    assert problem(put(api, today, data | {"closeness_felt": 1})) == (422, "id-reused", [])


def test_versions(api, today):
    put(api, today)
    assert problem(put(api, today)) == (428, "version-required", [])
    stale = put(api, today, **{"If-Match": '"7"'})
    assert problem(stale) == (412, "stale-version", [])
    assert stale.json()["current"] == api.get(f"{LIST}{today}/").json()


@pytest.mark.parametrize("given", ["*", '""', 'W/"1"', '"1", "2"', "-1", "one", '"1e3"', '"99999999999999"', ""])
def test_an_odd_if_match_is_refused(api, today, given):
    put(api, today)
    assert problem(put(api, today, **{"If-Match": given}))[:2] == (422, "validation")


def test_days_out_of_reach(api, today):
    assert problem(put(api, today + ONE)) == (422, "validation", [("/date", "in-the-future")])
    assert problem(put(api, today - 2 * ONE)) == (422, "too-old", [])
    assert problem(put(api, "9999-12-31"))[0] == 422
    assert problem(put(api, "0001-01-01")) == (422, "too-old", [])
    assert put(api, today - ONE).status_code == 201


@pytest.mark.parametrize("day", ["2026-02-30", "2026-1-1", "20260101", "today", "0000-01-01", "２０２６-01-01", "-001-01-01"])
def test_what_is_no_date_is_not_found(api, day):
    for method in ("get", "put", "delete"):
        assert getattr(api, method)(f"{LIST}{day}/").status_code == 404


@pytest.mark.parametrize("field", ["closeness_felt", "closeness_wanted", "space_wanted", "tension"])
@pytest.mark.parametrize("value", [-1, 11, 5.0, 5.5, True, False, "5", "", [], {}, 10**30])
def test_a_level_is_a_whole_number_on_the_scale(api, today, field, value):
    status, code, errors = problem(put(api, today, body(**{field: value})))
    assert (status, code, [pointer for pointer, _ in errors]) == (422, "validation", [f"/{field}"])


@pytest.mark.parametrize("value", [0, 10])
def test_both_ends_of_the_scale_are_answers(api, today, value):
    data = body(closeness_felt=value, closeness_wanted=value, space_wanted=value, tension=value)
    assert put(api, today, data).json()["tension"] == value


@pytest.mark.parametrize(
    "changes, wrong",
    [
        ({"closeness_felt": None}, "/closeness_felt"),
        ({"kind": "half"}, "/kind"),
        ({"kind": None}, "/kind"),
        ({"quick": "closer"}, "/quick"),
        ({"quick": "further"}, "/quick"),
        ({"feelings": ["calm", "calm"]}, "/feelings"),
        ({"feelings": ["calm", "tired", "sad", "hurt"]}, "/feelings"),
        ({"feelings": ["needy"]}, "/feelings/0"),
        ({"feelings": "calm"}, "/feelings"),
        ({"feelings": None}, "/feelings"),
        ({"feelings": {"calm": 1}}, "/feelings"),
        ({"feelings": [1]}, "/feelings/0"),
        ({"note": 5}, "/note"),
        ({"note": "x" * 4001}, "/note"),
        ({"shared_line": "x" * 281}, "/shared_line"),
        ({"client_id": 5}, "/client_id"),
        ({"client_id": "not-an-id"}, "/client_id"),
        ({"client_id": None}, "/client_id"),
        ({"answered_at": "yesterday"}, "/answered_at"),
        ({"answered_at": 1_700_000_000}, "/answered_at"),
        ({"answered_at": True}, "/answered_at"),
        ({"answered_at": "2026-13-01T00:00:00Z"}, "/answered_at"),
        ({"answered_at": "2026-11-18T20:04:00"}, "/answered_at"),
        ({"answered_at": "9999-12-31T23:59:59-14:00"}, "/answered_at"),
        ({"answered_at": "2099-01-01T00:00:00Z"}, "/answered_at"),
        ({"mood": 5}, "/mood"),
        ({"date": "2026-01-01"}, "/date"),
        ({"person": 1}, "/person"),
        ({"kept_private": False}, "/kept_private"),
        ({"version": 1}, "/version"),
    ],
)
def test_a_full_answer_that_cannot_be(api, today, changes, wrong):
    status, code, errors = problem(put(api, today, body(**changes)))
    assert (status, code) == (422, "validation")
    assert wrong in [pointer for pointer, _ in errors]
    assert not CheckIn.objects.exists()


@pytest.mark.parametrize("left_out", ["client_id", "kind", "closeness_felt", "closeness_wanted", "space_wanted"])
def test_what_a_full_answer_needs(api, today, left_out):
    data = body()
    del data[left_out]
    assert problem(put(api, today, data)) == (422, "validation", [(f"/{left_out}", "required")])


@pytest.mark.parametrize("changes", [{"closeness_felt": 5}, {"tension": 5}, {"quick": None}, {"quick": True}, {"quick": "as usual"}])
def test_a_quick_answer_that_cannot_be(api, today, changes):
    assert problem(put(api, today, quick_body(**changes)))[:2] == (422, "validation")


def test_a_quick_answer_needs_its_word(api, today):
    data = quick_body()
    del data["quick"]
    assert problem(put(api, today, data)) == (422, "validation", [("/quick", "required")])


def test_texts_are_measured_as_people_see_them(api, today):
    made = put(api, today, body(note="e\u0301" * 4000, shared_line="e\u0301" * 280))
    assert made.status_code == 201
    assert made.json()["note"] == "é" * 4000
    assert len(made.json()["shared_line"]) == 280


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_a_text_without_words_is_no_text(api, today, text):
    assert put(api, today, body(note=text, shared_line=text)).json()["note"] is None
    assert CheckIn.objects.get().note is None


def test_a_text_may_hold_anything_people_write(api, today):
    text = "Ünïcödé 🌊👩\u200d❤️\u200d👨 <script>'; DROP TABLE--\n\tشكرا"
    assert put(api, today, body(note=text)).json()["note"] == text


def test_every_named_feeling_may_be_chosen(api, today):
    for start in range(0, len(Feeling.values), 3):
        CheckIn.objects.all().delete()
        assert put(api, today, body(feelings=Feeling.values[start : start + 3])).status_code == 201


def test_an_answer_given_offline_says_when(api, today):
    given = clock.now() - 3 * ONE
    day = today - 3 * ONE
    made = put(api, day, body(answered_at=given.isoformat()))
    assert made.status_code == 201
    assert made.json()["answered_at"] == given.isoformat()


# Lists


def test_the_list_is_ones_own_newest_first_in_pages(api, alice, today):
    for back in range(70):
        CheckIn.objects.create(
            person=alice, day=today - back * ONE, client_id=uuid4(), kind="quick", quick="closer", answered_at=clock.now(),
            received_at=clock.now(), updated_at=clock.now(),
        )  # fmt: skip
    first = api.get(LIST).json()
    assert len(first["results"]) == 60
    assert first["results"][0]["date"] == today.isoformat()
    second = api.get(first["next"]).json()
    assert len(second["results"]) == 10
    assert second["next"] is None
    assert cast.signed_in(cast.person("Bob")).get(LIST).json()["results"] == []


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "cD14", "cD0yMDI2LTEzLTAx", "bz0x", "cj0xJnA9eA", "b3=" * 400, "bz05OTk5OTk5OTk5OTk5OTk5OTk5OTk"]
)
def test_a_made_up_cursor_is_no_surprise(api, today, cursor):
    put(api, today)
    assert api.get(f"{LIST}?cursor={cursor}").status_code in (200, 404)


# Batches


def test_a_batch_answers_each_item_in_its_place(api, today):
    put(api, today - ONE)
    made = batch(
        api,
        [
            body(date=str(today)),
            body(date=str(today + ONE)),
            body(date=str(today), closeness_felt=11),
            quick_body(date="2026-02-30"),
            "nonsense",
            body(date=str(today - ONE)),
            body(date=str(today), version=1, closeness_felt=2, answered_at=(clock.now() + timedelta(seconds=5)).isoformat()),
        ],
    )
    assert made.status_code == 200
    results = made.json()["results"]
    assert [one["status"] for one in results] == [201, 422, 422, 422, 422, 422, 200]
    assert results[0]["check_in"]["date"] == str(today)
    assert results[0]["problem"] is None
    assert results[1]["problem"]["errors"][0]["pointer"] == "/date"
    assert results[5]["problem"]["code"] == "too-old"
    assert api.get(f"{LIST}{today}/").json()["closeness_felt"] == 2


def test_a_stale_item_is_told_what_stands(api, today):
    put(api, today)
    result = batch(api, [body(date=str(today), version=9)]).json()["results"][0]
    assert result["status"] == 412
    assert result["problem"]["current"]["version"] == 1


@pytest.mark.parametrize("items", [None, {}, "x", [], [{}] * 51])
def test_a_batch_that_cannot_be(api, items):
    assert problem(batch(api, items))[:2] == (422, "validation")


@pytest.mark.parametrize("data", [{}, [], {"items": [], "more": 1}, {"Items": [{}]}])
def test_a_batch_without_items(api, data):
    answer = api.post(f"{LIST}batch/", json.dumps(data), content_type="application/json")
    assert problem(answer)[:2] == (422, "validation")


def test_a_batch_from_a_wrong_clock_says_what_that_clock_shows(api, today):
    yesterday = (clock.now() - timedelta(hours=25)).isoformat()
    sent = {"items": [body(date=str(today), answered_at=yesterday)], "sent_at": yesterday}
    answer = api.post(f"{LIST}batch/", json.dumps(sent), content_type="application/json")
    assert [one["status"] for one in answer.json()["results"]] == [201]


@pytest.mark.parametrize("sent_at", [None, "", "now", 5, "2026-03-04T20:00:00"])
def test_a_batch_whose_clock_cannot_be_read(api, today, sent_at):
    sent = {"items": [body(date=str(today))], "sent_at": sent_at}
    answer = api.post(f"{LIST}batch/", json.dumps(sent), content_type="application/json")
    assert answer.status_code == 422
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/sent_at"]


@pytest.mark.parametrize("sent_at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00Z"])
@pytest.mark.parametrize("answered_at", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"])
def test_no_clock_is_too_wrong_to_be_answered(api, today, sent_at, answered_at):
    sent = {"items": [body(date=str(today), answered_at=answered_at)], "sent_at": sent_at}
    answer = api.post(f"{LIST}batch/", json.dumps(sent), content_type="application/json")
    assert answer.status_code in (200, 422)


def test_fifty_items_fit_into_one_batch(api, today):
    results = batch(api, [quick_body(date=str(today)) for _ in range(50)]).json()["results"]
    assert [one["status"] for one in results].count(201) == 1
    assert {one["status"] for one in results} == {200, 201}
    assert CheckIn.objects.count() == 1


# Others


def test_others_are_told_what_they_are_told_of_nothing(api, today):
    put(api, today, body(note="canary"))
    outsider = cast.signed_in(cast.person("Charlie"))
    there, nothing = outsider.get(f"{LIST}{today}/"), outsider.get(f"{LIST}2020-01-01/")
    strip = lambda answer: {name: value for name, value in answer.json().items() if name != "request_id"}  # noqa: E731
    assert strip(there) == strip(nothing)
    assert problem(outsider.delete(f"{LIST}{today}/")) == (404, "not-found", [])
    assert put(outsider, today).status_code == 201
    assert CheckIn.objects.count() == 2


def test_nobody_signed_in_is_told_to_sign_in(client, today):
    for answer in (client.get(LIST), client.get(f"{LIST}{today}/"), put(client, today), batch(client, [])):
        assert problem(answer) == (401, "auth-required", [])
