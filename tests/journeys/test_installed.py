"""The installed app: what the phone keeps of it, how a new version takes over, and how one leaves in a hurry."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from backend import clock
from checkins.models import CheckIn
from config import worker
from tests.cast import full_cast
from tests.journeys.hands import answer, signed_in_phone, until
from tests.journeys.test_two_phones import OPEN_PAGES, PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PIN = "271828"
WAITING = """() => new Promise((done) => {
  const asked = indexedDB.open("ebb");
  asked.onsuccess = () => {
    const all = asked.result.transaction(["waiting"]).objectStore("waiting").count();
    all.onsuccess = () => { asked.result.close(); done(all.result); };
  };
})"""
KEPT_TEXTS = """async () => {
  const found = {};
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      const address = new URL(request.url);
      found[address.pathname + address.search] = await (await cache.match(request)).clone().text();
    }
  }
  return found;
}"""


@pytest.fixture
def cast(transactional_db):
    return full_cast(now=clock.now() - timedelta(days=1))


@pytest.fixture
def elsewhere(site: str, settings) -> str:
    """The neutral page that leaving leads to, on another origin."""
    address = site.replace("localhost", "127.0.0.1") + "/help/"
    settings.QUICK_EXIT_URL = address
    return address


@pytest.fixture
def alices(phone, site, cast, phone_complaints) -> Page:
    phone_complaints.append(re.compile(r"net::ERR_|Failed to load resource: the server responded with a status of 401"))
    page = signed_in_phone(phone, site, cast.alice)
    page.goto("/tonight/")
    until(page, lambda: page.evaluate("navigator.serviceWorker.controller !== null"))
    return page


def cached_names(page: Page, site: str) -> list[str]:
    session = page.context.new_cdp_session(page)
    return [one["cacheName"] for one in session.send("CacheStorage.requestCacheNames", {"securityOrigin": site})["caches"]]


def test_the_phone_keeps_the_apps_own_files_and_nothing_of_anybody(alices, cast):
    alices.get_by_text("Name a feeling, add a line").click()
    alices.get_by_label("A note for yourself").fill("canary of a heron")
    answer(alices, 6, 6, 6)
    for path in (*PAGES, *OPEN_PAGES):
        alices.goto(path)
    kept = alices.evaluate(KEPT_TEXTS)
    script = worker.script()
    assert kept
    assert all(f'"{address}"' in script for address in kept), "something else was kept"
    for text in kept.values():
        for private in ("canary", cast.alice.email, "data-person", "csrfmiddlewaretoken"):
            assert private not in text


def test_a_new_version_takes_over_an_open_page_and_throws_the_old_files_away(alices, site, monkeypatch):
    (old,) = cached_names(alices, site)
    text = worker.script().replace(f'"version": "{old.removeprefix("ebb-")}"', '"version": "next"')
    monkeypatch.setattr(worker, "script", lambda: text)
    alices.evaluate("navigator.serviceWorker.getRegistration().then((one) => one.update()).then(() => true)")
    until(alices, lambda: cached_names(alices, site) == ["ebb-next"])
    # The page that was open all the time goes on, also without a network.
    alices.context.set_offline(True)
    answer(alices, 5, 5, 5)
    expect(alices.get_by_role("heading", name="Today is kept.")).to_be_visible()
    alices.goto("/tonight/")
    expect(alices.get_by_role("heading", name="Today is kept.")).to_be_visible()


def test_a_version_that_cannot_be_had_whole_leaves_the_one_before_in_place(alices, site, monkeypatch):
    before = cached_names(alices, site)
    text = worker.script().replace(f'"version": "{before[0].removeprefix("ebb-")}"', '"version": "broken"')
    monkeypatch.setattr(worker, "script", lambda: text.replace('"files": [', '"files": ["/static/web/gone.js", '))
    state = alices.evaluate(
        """async () => {
          const registration = await navigator.serviceWorker.getRegistration();
          await registration.update();
          const fresh = registration.installing ?? registration.waiting;
          if (fresh && fresh.state !== "redundant") await new Promise((done) => fresh.addEventListener("statechange", done, { once: true }));
          return { fresh: fresh?.state, active: registration.active?.state };
        }"""
    )
    assert state == {"fresh": "redundant", "active": "activated"}
    alices.context.set_offline(True)
    alices.goto("/tonight/")
    expect(alices.get_by_role("button", name="Keep this")).to_be_visible()


def test_help_opens_without_a_network_under_the_name_that_was_chosen(alices):
    alices.goto("/install/")
    alices.get_by_text("Notes", exact=True).click()
    alices.get_by_role("button", name="Use this name").click()
    expect(alices).to_have_title("On your phone · Notes")
    alices.context.set_offline(True)
    alices.goto("/help/")
    expect(alices).to_have_title("Help · Notes")
    alices.get_by_text("Spain", exact=True).click()
    expect(alices.get_by_role("link", name="Call 016")).to_be_visible()


@pytest.mark.parametrize("offline", [False, True], ids=["connected", "without a network"])
@pytest.mark.parametrize("way", ["link", "keys"])
def test_leaving_hides_everything_and_keeps_what_was_not_sent(alices, site, elsewhere, way, offline):
    beside = alices.context.new_page()  # looks at what the browser keeps
    beside.goto("/deleted/")
    alices.goto("/tonight/")
    alices.context.set_offline(True)
    answer(alices, 4, 4, 4)
    expect(alices.get_by_text("For now on this phone.").first).to_be_visible()
    alices.context.set_offline(offline)
    if way == "link":
        alices.get_by_role("link", name="Leave this page").click()
    else:
        alices.keyboard.press("Escape")
        alices.keyboard.press("Escape")
    until(alices, lambda: not alices.url.startswith(site))
    assert "Today is kept." not in alices.content()
    until(beside, lambda: cached_names(beside, site) == [])
    alices.context.set_offline(False)
    # Opened anew, nothing was lost.
    alices.goto("/tonight/")
    expect(alices.get_by_role("heading", name="Today is kept.")).to_be_visible()


def test_one_press_of_escape_leaves_nothing(alices):
    alices.keyboard.press("Escape")
    alices.wait_for_timeout(1200)
    alices.keyboard.press("Escape")
    alices.wait_for_timeout(300)
    expect(alices).to_have_url(re.compile("/tonight/$"))


def test_leaving_also_throws_away_what_waits_where_the_person_chose_so(alices, site, elsewhere):
    alices.goto("/you/private/")
    alices.get_by_label("The quick way out also throws away").check()
    # The caches of this phone take long to go, and hold nothing up.
    alices.add_init_script("if (globalThis.caches) caches.delete = () => new Promise(() => {});")
    alices.goto("/tonight/")
    alices.context.set_offline(True)
    answer(alices, 4, 4, 4)
    expect(alices.get_by_text("For now on this phone.").first).to_be_visible()
    alices.get_by_role("link", name="Leave this page").click()
    until(alices, lambda: not alices.url.startswith(site))
    alices.context.set_offline(False)
    alices.goto("/help/")
    assert alices.evaluate(WAITING) == 0
    assert not CheckIn.objects.exists()


def test_private_mode_covers_the_page_locks_after_a_minute_and_opens_with_the_pin(alices):
    lock_with_a_pin(alices)
    alices.goto("/history/")
    alices.clock.install()
    heading = alices.get_by_role("heading", name="Your answers")
    away(alices, hidden=True)
    expect(heading).to_be_hidden()
    alices.clock.fast_forward(30_000)
    away(alices, hidden=False)
    expect(heading).to_be_visible()
    away(alices, hidden=True)
    alices.clock.fast_forward(61_000)
    away(alices, hidden=False)
    expect(alices).to_have_url(re.compile("/lock/"))
    alices.goto("/words/")
    expect(alices).to_have_url(re.compile("/lock/"))
    unlock(alices)
    expect(alices).to_have_url(re.compile("/words/"))
    # Left lying open it locks too, counted from the last touch.
    alices.clock.fast_forward(4 * 60_000)
    alices.keyboard.press("Tab")
    alices.clock.fast_forward(4 * 60_000)
    expect(alices).to_have_url(re.compile("/words/"))
    alices.clock.fast_forward(61_000)
    expect(alices).to_have_url(re.compile("/lock/"))


def lock_with_a_pin(page: Page) -> None:
    page.goto("/you/private/")
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.get_by_role("button", name="Lock the app with it").click()
    expect(page.get_by_text("Kept. The app asks for it from now on.")).to_be_visible()


def unlock(page: Page) -> None:
    page.get_by_label("PIN", exact=True).fill(PIN)
    page.get_by_role("button", name="Open").click()


def away(page: Page, *, hidden: bool) -> None:
    """Another app comes to the front, or goes again."""
    page.evaluate(
        """(hidden) => {
          Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));
        }""",
        hidden,
    )


def test_a_locked_app_shows_nothing_of_what_waits_and_lets_nobody_write_over_it(alices, cast):
    lock_with_a_pin(alices)
    alices.goto("/tonight/")
    alices.context.set_offline(True)
    answer(alices, 2, 9, 4)
    kept = alices.get_by_role("heading", name="Today is kept.")
    expect(kept).to_be_visible()
    # Somebody else holds the phone, later.
    alices.context.clear_cookies(name="awake")
    alices.goto("/tonight/")
    expect(alices.get_by_role("button", name="Keep this")).to_be_visible()
    expect(kept).to_be_hidden()
    answer(alices, 10, 10, 0)
    expect(alices.get_by_text("Once the app is open again, it asks whether this shall be kept.")).to_be_visible()
    expect(alices.get_by_role("button", name="Change it")).to_be_hidden()
    # Past the PIN the person's own answer is sent, and theirs is the word on the other.
    alices.context.set_offline(False)
    alices.goto("/tonight/")
    unlock(alices)
    locked = alices.locator("section", has=alices.get_by_role("heading", name="An answer from while the app was locked"))
    expect(locked.locator("[data-here] dd")).to_have_text(["10", "10", "0"])
    until(alices, lambda: CheckIn.objects.filter(closeness_felt=2, closeness_wanted=9, space_wanted=4, version=1).exists())
    locked.get_by_role("button", name="Keep it").click()
    expect(alices.get_by_role("heading", name="A day that was answered twice")).to_be_visible()
    assert CheckIn.objects.get().version == 1


def test_leaving_locks_at_once(alices, site, elsewhere):
    lock_with_a_pin(alices)
    alices.get_by_role("link", name="Leave this page").click()
    until(alices, lambda: not alices.url.startswith(site))
    alices.goto("/tonight/")
    expect(alices).to_have_url(re.compile("/lock/"))
