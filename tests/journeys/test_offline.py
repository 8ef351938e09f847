"""An answer is never lost: without a network, on two devices, after a week, with storage cleared, signed out meanwhile."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from playwright.sync_api import Error, Page, expect

from backend import clock
from backend.api.authentication import mark_of
from backend.calendar_days import local_day
from checkins import services
from checkins.answers import Answers
from checkins.models import CheckIn
from tests.cast import full_cast, signed_in
from tests.journeys.hands import QUESTIONS, answer, signed_in_phone, slide, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

KEPT = "Today is kept."
WAITS = "For now on this phone. It is sent by itself when there is a connection."
SIGN_IN = "For now on this phone. It is sent once you are signed in again."
ROWS = """() => new Promise((done) => {
  const asked = indexedDB.open("ebb");
  asked.onsuccess = () => {
    const database = asked.result;
    const all = database.transaction(["waiting"]).objectStore("waiting").getAll();
    all.onsuccess = () => { database.close(); done(all.result.map((row) => row.owner)); };
  };
})"""


@pytest.fixture
def cast(transactional_db):
    return full_cast(now=clock.now() - timedelta(days=30))


@pytest.fixture
def unsaid(phone_complaints) -> None:
    """Chromium itself reports on its console that a request failed. Everything else still fails the test."""
    phone_complaints.append(re.compile(r"net::ERR_|Failed to load resource: the server responded with a status of 40[13]"))


@pytest.fixture
def alices(phone, site, cast, unsaid) -> Page:
    """Alice's phone with the app installed: the worker looks after it."""
    page = signed_in_phone(phone, site, cast.alice)
    settled(page)
    return page


def settled(page: Page) -> None:
    page.goto("/tonight/")
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    until(page, lambda: page.evaluate("navigator.serviceWorker.controller !== null"))


def nothing_waits(page: Page) -> bool:
    try:
        return bool(page.evaluate(ROWS) == [])
    except Error:  # the page was just being loaded anew
        return False


def today(person):
    return local_day(clock.now(), person.zone)


def levels() -> list[tuple[int | None, int | None, int | None]]:
    return list(CheckIn.objects.order_by("day").values_list("closeness_felt", "closeness_wanted", "space_wanted"))


def full(*values: int) -> Answers:
    felt, wanted, space = values
    return Answers(kind="full", closeness_felt=felt, closeness_wanted=wanted, space_wanted=space)


def elsewhere(person, *values: int) -> None:
    """The same person answers today on another device."""
    item = services.Item(day=today(person), client_id=uuid4(), answers=full(*values))
    services.submit_check_in(person=person, item=item, now=clock.now())


def sign_out(person) -> None:
    """The session ends on the server, as it does after three months or from another device."""
    Session.objects.all().delete()
    UserSession.objects.filter(user=person).delete()


def sign_in(page: Page, site: str, person) -> None:
    page.context.add_cookies([{"name": "session", "value": signed_in(person).session.session_key or "", "url": site}])


def test_the_network_is_cut_in_the_middle_of_an_answer(alices, cast):
    slide(alices, QUESTIONS[0], 6)
    alices.context.set_offline(True)
    slide(alices, QUESTIONS[1], 8)
    slide(alices, QUESTIONS[2], 3)
    alices.get_by_role("button", name="Keep this").click()
    expect(alices.get_by_role("heading", name=KEPT)).to_be_visible()
    expect(alices.get_by_text(WAITS)).to_be_visible()
    assert not CheckIn.objects.exists()
    alices.context.set_offline(False)
    until(alices, CheckIn.objects.exists)
    assert levels() == [(6, 8, 3)]
    expect(alices.get_by_text(WAITS)).to_be_hidden()
    assert alices.evaluate(ROWS) == []


def test_the_app_opens_and_answers_without_a_network_and_what_waits_goes_on_the_next_visit(alices, cast):
    alices.context.set_offline(True)
    alices.goto("/tonight/")
    expect(alices.get_by_text("No connection just now.")).to_be_visible()
    answer(alices, 4, 5, 6)
    expect(alices.get_by_text(WAITS)).to_be_visible()
    # Opened again, still without a network, it says that the day is kept and shows nothing of the answer.
    alices.goto("/together/")
    expect(alices.get_by_role("heading", name=KEPT)).to_be_visible()
    alices.context.set_offline(False)
    alices.goto("/words/")
    until(alices, CheckIn.objects.exists)
    assert levels() == [(4, 5, 6)]
    alices.goto("/tonight/")
    expect(alices.get_by_role("link", name="Change it")).to_be_visible()


def test_what_waits_is_sealed(alices, cast):
    alices.context.set_offline(True)
    alices.get_by_text("Name a feeling, add a line").click()
    alices.get_by_label("A note for yourself").fill("canary of a heron")
    answer(alices, 1, 2, 3)
    expect(alices.get_by_text(WAITS)).to_be_visible()
    seen = alices.evaluate(
        """async () => {
          const database = await new Promise((done) => {
            const asked = indexedDB.open("ebb");
            asked.onsuccess = () => done(asked.result);
          });
          const all = (name) => new Promise((done) => {
            const asked = database.transaction([name]).objectStore(name).getAll();
            asked.onsuccess = () => done(asked.result);
          });
          const [rows, keys] = [await all("waiting"), await all("keys")];
          const taken = await crypto.subtle.exportKey("raw", keys[0].key).then(() => "out", (error) => error.name);
          const text = rows.map((row) => new TextDecoder().decode(row.sealed)).join();
          database.close();
          return { taken, extractable: keys[0].key.extractable, text, names: rows.map((row) => Object.keys(row).sort().join()) };
        }"""
    )
    assert (seen["taken"], seen["extractable"]) == ("InvalidAccessError", False)
    assert "canary" not in seen["text"]
    assert seen["names"] == ["id,iv,key,owner,sealed"]


def test_an_answer_that_arrived_while_its_reply_was_lost_is_kept_once(alices, cast):
    """The open page tries again by itself, also in a browser that has no Background Sync."""
    alices.add_init_script("Object.defineProperty(ServiceWorkerRegistration.prototype, 'sync', { value: undefined })")
    alices.reload()
    lost = []

    def lose_the_reply(route):
        route.fetch()
        lost.append(route.request.post_data)
        route.abort()

    alices.context.route("**/api/v1/check-ins/batch/", lose_the_reply, times=1)
    answer(alices, 7, 7, 2)
    expect(alices.get_by_role("heading", name=KEPT)).to_be_visible()
    until(alices, lambda: bool(lost))
    until(alices, lambda: nothing_waits(alices))
    assert levels() == [(7, 7, 2)]
    assert CheckIn.objects.get().version == 1


def test_changing_an_answer_before_and_after_it_was_sent_asks_nothing(alices, cast):
    alices.context.set_offline(True)
    answer(alices, 1, 1, 1)
    alices.get_by_role("button", name="Change it").click()
    slide(alices, QUESTIONS[0], 2)
    alices.get_by_role("button", name="Keep this").click()
    expect(alices.get_by_text(WAITS)).to_be_visible()
    alices.context.set_offline(False)
    until(alices, lambda: levels() == [(2, 1, 1)])
    expect(alices.get_by_text(WAITS)).to_be_hidden()
    alices.get_by_role("button", name="Change it").click()
    slide(alices, QUESTIONS[0], 9)
    alices.get_by_role("button", name="Keep this").click()
    until(alices, lambda: levels() == [(9, 1, 1)])
    until(alices, lambda: nothing_waits(alices))
    expect(alices.get_by_role("heading", name="A day that was answered twice")).to_have_count(0)


def test_changing_again_after_loading_the_page_anew_asks_nothing(alices, cast):
    elsewhere(cast.alice, 1, 1, 1)
    alices.goto("/tonight/?change=1")
    alices.context.set_offline(True)
    slide(alices, QUESTIONS[0], 2)
    alices.get_by_role("button", name="Keep this").click()
    expect(alices.get_by_text(WAITS)).to_be_visible()
    alices.goto("/tonight/")
    alices.get_by_role("button", name="Change it").click()
    answer(alices, 3, 1, 1)
    alices.context.set_offline(False)
    until(alices, lambda: levels() == [(3, 1, 1)])
    until(alices, lambda: nothing_waits(alices))


def test_a_page_left_open_overnight_asks_anew_unless_something_was_begun(alices):
    alices.get_by_text("Name a feeling, add a line").click()
    note = alices.get_by_label("A note for yourself")
    note.fill("begun")
    alices.clock.set_fixed_time(clock.now() + timedelta(days=1))
    come_back = "document.dispatchEvent(new Event('visibilitychange'))"
    alices.evaluate(come_back)
    note.press_sequentially(" late")
    expect(note).to_have_value("begun late")
    note.fill("")
    with alices.expect_navigation():
        alices.evaluate(come_back)


@pytest.mark.parametrize("choice, holds", [("Keep the one from this phone", (2, 9, 4)), ("Keep the other one", (5, 5, 5))])
def test_a_day_answered_on_two_devices_is_the_persons_own_choice(alices, cast, choice, holds):
    alices.context.set_offline(True)
    answer(alices, 2, 9, 4)
    expect(alices.get_by_text(WAITS)).to_be_visible()
    elsewhere(cast.alice, 5, 5, 5)
    alices.context.set_offline(False)
    expect(alices.get_by_role("heading", name="A day that was answered twice")).to_be_visible()
    assert levels() == [(5, 5, 5)]
    # Nothing is lost by looking away first.
    alices.goto("/tonight/")
    card = alices.locator("section", has=alices.get_by_role("heading", name="A day that was answered twice"))
    expect(card.locator("[data-here] dd")).to_have_text(["2", "9", "4"])
    expect(card.locator("[data-there] dd")).to_have_text(["5", "5", "5"])
    card.get_by_role("button", name=choice).click()
    until(alices, lambda: levels() == [holds])
    until(alices, lambda: nothing_waits(alices))
    expect(card).to_have_count(0)


def test_a_week_without_a_network(alices, cast):
    now = clock.now()  # the week ends now: the worker sends too, and its clock cannot be set
    alices.context.set_offline(True)
    for number in range(7):
        alices.clock.set_fixed_time(now - timedelta(days=6 - number))
        alices.goto("/tonight/")
        answer(alices, number, 10 - number, 3)
        expect(alices.get_by_text(WAITS)).to_be_visible()
    alices.context.set_offline(False)
    until(alices, lambda: CheckIn.objects.count() == 7)
    assert levels() == [(number, 10 - number, 3) for number in range(7)]


def test_an_answer_that_came_too_late_is_shown_until_it_is_let_go(alices, cast, monkeypatch):
    alices.context.set_offline(True)
    answer(alices, 3, 3, 3)
    expect(alices.get_by_text(WAITS)).to_be_visible()
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(days=9))
    alices.context.set_offline(False)
    alices.goto("/tonight/")
    expect(alices.get_by_role("heading", name="An answer that came too late")).to_be_visible()
    assert not CheckIn.objects.exists()
    alices.get_by_role("button", name="Let it go").click()
    expect(alices.get_by_role("heading", name="An answer that came too late")).to_have_count(0)
    assert alices.evaluate(ROWS) == []


def test_a_session_that_ended_meanwhile_keeps_the_answer_until_the_person_is_back(alices, site, cast):
    slide(alices, QUESTIONS[0], 8)
    sign_out(cast.alice)
    slide(alices, QUESTIONS[1], 8)
    slide(alices, QUESTIONS[2], 1)
    alices.get_by_role("button", name="Keep this").click()
    expect(alices.get_by_text(SIGN_IN)).to_be_visible()
    assert alices.evaluate(ROWS) == [mark_of(cast.alice.pk)]
    sign_in(alices, site, cast.alice)
    alices.goto("/tonight/")
    until(alices, CheckIn.objects.exists)
    assert levels() == [(8, 8, 1)]


def test_what_one_person_left_is_neither_kept_nor_shown_as_the_next_ones(alices, site, cast):
    """A shared phone: Alice answers and is signed out before it is sent; Charlie signs in on the same browser."""
    sign_out(cast.alice)
    alices.get_by_text("Name a feeling, add a line").click()
    alices.get_by_label("A note for yourself").fill("only for Alice")
    answer(alices, 8, 8, 1)
    expect(alices.get_by_text(SIGN_IN)).to_be_visible()
    sign_in(alices, site, cast.charlie)
    for path in ("/tonight/", "/history/", "/tonight/"):
        alices.goto(path)
        alices.wait_for_load_state("networkidle")
        assert "only for Alice" not in alices.content()
        expect(alices.get_by_role("heading", name=KEPT)).to_be_hidden()
    answer(alices, 2, 2, 2)
    until(alices, CheckIn.objects.exists)
    assert CheckIn.objects.get().person_id == cast.charlie.pk
    assert alices.evaluate(ROWS) == [mark_of(cast.alice.pk)]
    sign_out(cast.charlie)
    sign_in(alices, site, cast.alice)
    alices.goto("/tonight/")
    until(alices, lambda: CheckIn.objects.filter(person=cast.alice).exists())
    assert CheckIn.objects.get(person=cast.alice).closeness_felt == 8


def test_the_server_itself_refuses_an_answer_sent_by_somebody_elses_page(site, cast):
    """Two tabs: Alice's page is open while Charlie signs in."""
    item = {"client_id": str(uuid4()), "date": today(cast.alice).isoformat(), "kind": "quick", "quick": "closer"}
    charlie = signed_in(cast.charlie)
    body = json.dumps({"items": [item]})
    named = {"X-Person": mark_of(cast.alice.pk)}
    assert charlie.post("/api/v1/check-ins/batch/", body, content_type="application/json", headers=named).status_code == 401
    assert not CheckIn.objects.exists()
    mine = {"X-Person": mark_of(cast.charlie.pk)}
    assert charlie.post("/api/v1/check-ins/batch/", body, content_type="application/json", headers=mine).status_code == 200


def test_clearing_the_storage_of_an_open_page_does_not_stop_it(alices, site, cast):
    session = alices.context.new_cdp_session(alices)
    session.send("Storage.clearDataForOrigin", {"origin": site, "storageTypes": "indexeddb,cache_storage,service_workers"})
    answer(alices, 5, 6, 7)
    expect(alices.get_by_role("heading", name=KEPT)).to_be_visible()
    until(alices, CheckIn.objects.exists)
    assert levels() == [(5, 6, 7)]


@pytest.mark.parametrize("lacks", ["globalThis, 'indexedDB'", "navigator, 'locks'"])
def test_a_browser_that_cannot_keep_or_send_sends_the_form_as_ever(phone, site, cast, lacks):
    page = signed_in_phone(phone, site, cast.alice)
    page.add_init_script(f"Object.defineProperty({lacks}, {{ value: undefined }})")
    page.goto("/tonight/")
    answer(page, 5, 6, 7)
    expect(page.get_by_role("link", name="Change it")).to_be_visible()
    assert levels() == [(5, 6, 7)]


def test_one_tap_is_kept_without_a_network_too(alices, cast):
    alices.goto("/tonight/?one-tap=1")
    alices.context.set_offline(True)
    alices.get_by_role("button", name="Closer").click()
    expect(alices.get_by_text(WAITS)).to_be_visible()
    alices.context.set_offline(False)
    until(alices, CheckIn.objects.exists)
    assert CheckIn.objects.get().quick == "closer"


def test_yesterday_can_be_filled_in_without_a_network(alices, cast):
    alices.context.set_offline(True)
    yesterday = today(cast.alice) - timedelta(days=1)
    alices.goto(f"/tonight/?day={yesterday}")
    expect(alices.get_by_role("heading", name="How was yesterday, between you?")).to_be_visible()
    answer(alices, 4, 4, 4)
    alices.context.set_offline(False)
    until(alices, CheckIn.objects.exists)
    assert CheckIn.objects.get().day == yesterday


def test_without_a_network_nobody_answers_for_somebody_who_signed_out(alices, cast):
    alices.goto("/you/")
    alices.get_by_role("button", name="Sign out").click()
    expect(alices.get_by_role("link", name="Begin")).to_be_visible()
    alices.context.set_offline(True)
    alices.goto("/tonight/")
    expect(alices.get_by_role("heading", name="There is no connection")).to_be_visible()
    expect(alices.get_by_role("button", name="Keep this")).to_be_hidden()
