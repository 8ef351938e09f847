"""What a therapist is shown of a couple: as far as both allow, while both do, and never without a line in the couple's log."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from backend.accounts.models import User
from backend.audit.models import Disclosure, DisclosureQuerySet
from backend.care import services as care
from backend.care.models import CareSession
from backend.consents import services as consents
from backend.couples import services as couples
from checkins.models import CheckIn, Episode
from notifications import services as notifications
from notifications.models import Prompt
from tests.answering import full, keep, keep_many
from tests.cast import EVENING, TODAY, pair, person, signed_in
from tests.checkins.practice.told import DAY, HIDES, PAIRED, plain
from tests.consenting import ALL, agree, allow, applied, code_of, signed_in_twice, verified

pytestmark = pytest.mark.django_db

SAYS_NOTHING = "Not available at present."
PARTS = {"summary": "Week by week", "levels": "<h2>Room needed</h2>", "feelings": "<h2>Feelings named</h2>"}
FILES = ("table", "record")
SHEET = ("sheet", "sheet/download")


@pytest.mark.parametrize(
    "a, b",
    [
        (ALL, ALL),
        (("summary",), ALL),
        (ALL, ("levels",)),
        (("levels", "feelings"), ("feelings", "summary")),
        (("summary",), ("levels", "feelings")),
    ],
)
def test_p8_the_page_shows_what_both_allow_and_nothing_else(told, a, b):
    allow(told.alice, told.link, told.code, scopes=a)
    allow(told.bob, told.link, told.code, scopes=b)
    page, in_common = told.look(), set(a) & set(b)
    assert {scope for scope, words in PARTS.items() if words in page} == in_common
    assert (SAYS_NOTHING in page) == (not in_common)
    assert ("Alice" in page) == bool(in_common)
    assert ("tender" in page) == ("feelings" in in_common)
    assert [set(row.scopes) for row in Disclosure.objects.all()] == ([in_common] if in_common else [])


@pytest.mark.parametrize("why", HIDES)
def test_k1_k4_however_it_ends_the_next_look_says_the_same_few_words_and_leaves_no_line(agreed, at, why):
    link, _ = code_of(agreed.thea)
    nobody_allowed = agreed.client.get(f"/practice/{link.pk}/").content.decode().replace(str(link.pk), "LINK")
    assert "Alice" in agreed.look()
    lines = Disclosure.objects.count()
    HIDES[why](agreed, at)
    assert plain(agreed.look().replace(str(agreed.link.pk), "LINK")) == plain(nobody_allowed)
    assert SAYS_NOTHING in nobody_allowed
    assert "Alice" not in agreed.client.get("/practice/").content.decode()
    for file in FILES:
        answer = agreed.client.post(f"{agreed.address}{file}/")
        assert (answer.status_code, answer.headers["Location"], answer.content) == (302, agreed.address, b"")
    assert Disclosure.objects.count() == lines


def test_k4_it_ends_at_the_very_second(agreed, at):
    at(EVENING + 28 * DAY - timedelta(microseconds=1))
    assert "Alice" in agreed.look()
    at(EVENING + 28 * DAY)
    assert SAYS_NOTHING in agreed.look()


def test_what_one_partner_alone_allows_shows_nothing(told):
    nobody = told.look()
    allow(told.alice, told.link, told.code)
    assert told.look() == nobody
    assert not Disclosure.objects.exists()


@pytest.mark.parametrize(
    "who", ["a partner", "an ex", "another couple", "a therapist of another couple", "an unverified therapist", "nobody's therapist"]
)
def test_whoever_else_asks_finds_nothing_there(agreed, who):
    other = person("Olga")
    if who == "a partner":
        other = agreed.bob
    elif who == "an ex":
        couples.leave(person=agreed.bob, quietly=False, now=EVENING)
        other = agreed.bob
    elif who == "another couple":
        pair(other, person("Otto"))
    elif who == "an unverified therapist":
        applied(other)
    else:
        verified(other)
        if who == "a therapist of another couple":
            otto, pia = person("Otto"), person("Pia")
            pair(otto, pia)
            link, code = code_of(other)
            allow(otto, link, code)
            allow(pia, link, code)
    client = signed_in_twice(other)
    asked = [f"/practice/{{}}/{rest}" for rest in ("", "notes/", "sheet/")]
    for address in asked:
        there, missing = client.get(address.format(agreed.link.pk)), client.get(address.format("00000000-0000-4000-8000-000000000007"))
        assert there.status_code == missing.status_code == 404
        assert plain(there.content.decode()) == plain(missing.content.decode())
    for posted in ("let-go", *FILES, *SHEET):
        assert client.post(f"{agreed.address}{posted}/").status_code == 404
    assert Client().get(agreed.address).headers["Location"].startswith("/accounts/login/")


def test_a_verification_that_is_taken_back_closes_every_page(agreed):
    care.decide(therapist_id=agreed.thea.pk, state="withdrawn", note="Licence ended.", by=agreed.thea, now=EVENING)
    for address in (agreed.address, "/practice/", "/practice/offer/", "/practice/reads/", f"{agreed.address}notes/"):
        assert agreed.client.get(address).status_code == 404


def test_nothing_is_shown_before_the_second_factor(agreed):
    agreed.client.logout()
    without = signed_in(agreed.thea)
    assert without.get(agreed.address).headers["Location"] == f"/accounts/2fa/reauthenticate/?next=%2Fpractice%2F{agreed.link.pk}%2F"
    agreed.thea.authenticator_set.all().delete()
    assert without.get("/practice/").headers["Location"] == "/accounts/2fa/"
    long_ago = signed_in_twice(agreed.thea, hours_ago=12.1)
    assert long_ago.get("/practice/").headers["Location"].startswith("/accounts/2fa/reauthenticate/")
    assert not Disclosure.objects.exists()


def test_k6_every_look_is_one_line_with_who_what_which_days_and_why(agreed):
    for _ in range(3):
        agreed.look()
    agreed.client.get("/practice/")
    rows = list(Disclosure.objects.order_by("pk"))
    assert [row.place for row in rows] == ["trend"] * 3 + ["caseload"]
    first = rows[0]
    assert (first.therapist_name, first.practice, first.purpose) == ("Dr Thea", "Practice by the river", "sessions")
    assert (first.from_day, first.to_day) == (TODAY - 28 * DAY, TODAY - DAY)
    assert rows[3].scopes == ["summary"]


def test_k6_no_line_no_data(agreed, monkeypatch):
    def fails(*_parts: Any, **_named: Any) -> None:
        raise DatabaseError("the log is full")

    monkeypatch.setattr(DisclosureQuerySet, "note_down", fails)
    for address in (agreed.address, "/practice/"):
        answer = agreed.client.get(address)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "30")
        assert "Alice" not in answer.content.decode()


def test_no_cache_may_keep_what_was_shown(agreed):
    for address in (agreed.address, "/practice/"):
        assert agreed.client.get(address).headers["Cache-Control"] == "no-store"


def test_what_is_kept_private_written_or_not_yet_over_is_never_shown(told):
    consents.pause(person=told.alice, now=EVENING - 12 * DAY)
    keep(told.alice, TODAY - 36 * DAY, full(9, 9, 9, feelings=("numb",)))
    CheckIn.objects.filter(person=told.alice, day=TODAY - 10 * DAY).update(kept_private=True, feelings=["lonely"])
    consents.resume(person=told.alice, now=EVENING - 12 * DAY + timedelta(hours=1))
    keep(told.alice, TODAY, full(7, 7, 7, note="a note of mine", shared_line="a line for Bob", feelings=("hurt",)), now=EVENING)
    allow(told.alice, told.link, told.code)
    allow(told.bob, told.link, told.code)
    page = told.look(12)
    assert "tender" in page
    for word in ("lonely", "hurt", "a note of mine", "a line for Bob"):
        assert word not in page


def test_k5_no_day_before_the_window_of_either_is_shown_and_a_new_consent_states_its_own(told):
    CheckIn.objects.filter(person=told.alice, day=TODAY - 30 * DAY).update(feelings=["playful"])
    allow(told.alice, told.link, told.code)
    allow(told.bob, told.link, told.code, days_back=28)
    assert "playful" not in told.look(12)
    agree(told.bob, told.link, scopes=ALL, days=28, days_back=84, now=EVENING)
    assert "playful" in told.look(12)
    agree(told.alice, told.link, scopes=ALL, days=28, days_back=0, now=EVENING)
    page = told.look(12)
    assert "tender" not in page
    assert page.count("Not enough answers yet.") == 4


def test_thin_data_read_as_thin(told):
    CheckIn.objects.all().delete()
    allow(told.alice, told.link, told.code)
    allow(told.bob, told.link, told.code)
    assert "Not enough answers yet." in told.look()
    assert "Not enough answers yet." in told.client.get("/practice/").content.decode()


def test_episodes_and_prompts_say_when_and_how_it_was_felt_and_never_who(agreed):
    couple = agreed.alice.memberships.get().couple
    Episode.objects.create(couple=couple, started_on=TODAY - 9 * DAY, ended_on=TODAY - 6 * DAY, direction="a_reaches")
    recipients = [notifications.Recipient(one.pk, one.zone, "the-tide", 1, "reaching", "en") for one in (agreed.alice, agreed.bob)]
    occasion = agreed.link.pk  # any id
    notifications.queue_prompts(occasion=occasion, couple_id=couple.pk, recipients=recipients, now=EVENING - 6 * DAY)
    Prompt.objects.filter(person=agreed.bob).update(reaction="helped", reacted_at=EVENING)
    page = agreed.look()
    assert "23 February to 26 February" in page
    assert re.search(r"<td>27 February</td><td>helped</td>", page)
    mirrored = Episode.objects.update(direction="b_reaches")
    Prompt.objects.filter(person=agreed.bob).update(reaction=None, reacted_at=None)
    Prompt.objects.filter(person=agreed.alice).update(reaction="helped", reacted_at=EVENING)
    assert mirrored
    assert agreed.look() == page


def test_a_session_is_marked_for_its_therapist_and_parts_the_days(agreed):
    session = TODAY - 13 * DAY
    care.mark_session(therapist=agreed.thea, link_id=agreed.link.pk, day=session)
    page = agreed.look()
    assert f'<time datetime="{session}">' in page
    assert "Since the session on 19 February" in page
    assert page.count('class="met" d=') == 4
    assert "15 days before" in page
    other = agreed.client.get(agreed.address, {"from": str(TODAY - 7 * DAY)}).content.decode()
    assert "Before and since 25 February" in other
    for nonsense in ("2026-13-45", "yesterday", str(TODAY), "0001-01-01"):
        assert "Since the session on 19 February" in agreed.client.get(agreed.address, {"from": nonsense}).content.decode()


def test_the_caseload_says_which_way_weeks_went_since_the_session_and_when_it_is_too_early(agreed):
    def said() -> str:
        return plain(agreed.client.get("/practice/").content.decode())

    assert "Since the session" not in said()
    care.mark_session(therapist=agreed.thea, link_id=agreed.link.pk, day=TODAY - 9 * DAY)
    assert re.search(r"Since the session on 23 February:\s*too few weeks to say", said())
    CareSession.objects.update(day=TODAY - 16 * DAY)
    assert re.search(r'Since the session on 16 February:\s*Alice <span aria-hidden="true">', said())


def test_the_summary_stands_on_the_page_in_the_language_of_whoever_reads(agreed):
    assert "Alice answered in full on 28 of these days and Bob on 28" in agreed.look()
    User.objects.filter(pk=agreed.thea.pk).update(language="es")
    assert "Alice respondió por completo 28 de estos días" in agreed.look()


def test_the_caseload_asks_as_much_for_many_couples_as_for_few(agreed, at):
    def couple_more(number: int) -> None:
        a, b = person(f"A{number}"), person(f"B{number}")
        pair(a, b, now=PAIRED)
        keep_many(a, {TODAY - n * DAY: full() for n in range(1, 15)})
        link, code = code_of(agreed.thea)
        allow(a, link, code)
        allow(b, link, code)

        care.mark_session(therapist=agreed.thea, link_id=link.pk, day=TODAY - 15 * DAY)

    def statements() -> int:
        with CaptureQueriesContext(connection) as asked:
            agreed.client.get("/practice/")
        return len(asked)

    agreed.client.get("/practice/")
    few = statements()
    for number in range(5):
        couple_more(number)
    lines = Disclosure.objects.count()
    assert statements() == few
    assert Disclosure.objects.count() == lines + 6


def test_a_person_sees_their_own_side_before_they_decide_and_nothing_is_noted_down(told):
    consents.enter_code(person=told.alice, code=told.code, address="::1", now=EVENING)
    page = signed_in(told.alice).get(f"/you/therapists/{told.link.pk}/preview/").content.decode()
    assert "tender" in page
    assert "Bob" not in page
    assert not Disclosure.objects.exists()
    assert signed_in(told.bob).get(f"/you/therapists/{told.link.pk}/preview/").status_code == 404
