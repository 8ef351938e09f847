"""A browser is allowed to show a notice, shows the neutral line, and keeps an answer from it with one tap."""

import base64
import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from playwright.sync_api import Page, Worker, expect

from backend import clock
from backend.calendar_days import local_day
from checkins.models import CheckIn
from notifications import services
from notifications.channels.base import MemoryAddress, Message
from notifications.channels.webpush import plaintext_of
from notifications.models import Delivery, Device, ReminderSlot
from tests.cast import full_cast, signed_in
from tests.journeys.hands import answer, signed_in_phone, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

ENDPOINT = "https://fcm.googleapis.com/fcm/send/made-by-a-test"
# There is no push service to ask, so the browser's answer is made up: an endpoint, and a key of ours.
SUBSCRIPTION = """
  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
  const made = { endpoint: "%s" + (localStorage.getItem("moved") ?? ""), getKey: (name) => bytes(name === "auth" ? "%s" : "%s") };
  made.unsubscribe = async () => {
    sessionStorage.setItem("subscribed", "no more");
    return true;
  };
  PushManager.prototype.getSubscription = async () => (sessionStorage.getItem("subscribed") === "yes" ? made : null);
  PushManager.prototype.subscribe = async () => {
    sessionStorage.setItem("subscribed", "yes");
    return made;
  };
"""


@pytest.fixture
def cast(transactional_db):
    return full_cast(now=clock.now() - timedelta(days=1))


@pytest.fixture
def page(phone, site, cast) -> Page:
    """Alice's browser, which may show notices, on the page about them."""
    made: Page = phone(permissions=["notifications"])
    session = signed_in(cast.alice).session.session_key or ""
    made.context.add_cookies([{"name": "session", "value": session, "url": site}])
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    secret = base64.b64encode(b"0123456789abcdef").decode()
    made.add_init_script(SUBSCRIPTION % (ENDPOINT, secret, base64.b64encode(point).decode()))
    made.goto("/you/devices/")
    made.get_by_role("button", name="Allow notices here").click()
    expect(made.get_by_text("This browser may show a neutral notice from now on.")).to_be_visible()
    return made


def worker_of(page: Page) -> Worker:
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    return page.context.service_workers[0]


def push(page: Page, site: str, payload: dict[str, str]) -> None:
    """Delivers what our channel would send, as the browser hands it to the worker, once the worker is there to take it."""
    until(page, lambda: page.evaluate("navigator.serviceWorker.ready.then((one) => one.active.state === 'activated')"))
    found: list[str] = []
    session = page.context.new_cdp_session(page)
    session.on(
        "ServiceWorker.workerRegistrationUpdated", lambda event: found.extend(one["registrationId"] for one in event["registrations"])
    )
    session.send("ServiceWorker.enable")
    for _ in range(50):
        if found:
            break
        page.wait_for_timeout(100)
    message = Message(
        delivery_id=Delivery().pk, kind="reminder", collapse_key="k", ttl_seconds=60, address=MemoryAddress("x"), payload=payload
    )
    data = plaintext_of(message).decode()
    session.send("ServiceWorker.deliverPushMessage", {"origin": site, "registrationId": found[0], "data": data})


def notices(page: Page) -> list[dict[str, object]]:
    """What the browser shows, once it shows something."""
    shown = "navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.map((one) => ({ title: one.title, body: one.body, actions: one.actions.map((action) => action.action) })))"
    for _ in range(150):
        if found := page.evaluate(shown):
            return list(found)
        page.wait_for_timeout(100)
    return []


def press(worker: Worker, action: str) -> None:
    """Presses an action of the notice that is shown."""
    worker.evaluate(
        """async (action) => {
          const [notification] = await self.registration.getNotifications();
          self.dispatchEvent(new NotificationEvent("notificationclick", { notification, action }));
        }""",
        action,
    )


def token_for(person) -> str:
    slot = ReminderSlot.objects.create(person=person, day=local_day(clock.now(), person.zone))
    delivery = Delivery(person=person, device=Device.objects.get(), slot=slot)
    return services.mint_answer_tokens(deliveries=[delivery])[delivery.pk]


def test_a_browser_is_registered_with_our_key(page, cast):
    device = Device.objects.get()
    assert (device.person_id, device.endpoint) == (cast.alice.pk, ENDPOINT)
    assert "Linux" in device.name
    expect(page.get_by_role("button", name="Remove")).to_be_visible()


def test_a_browser_registers_again_once_a_day_as_it_is_subscribed_then(page):
    def registered(request) -> bool:
        return bool(request.method == "POST" and request.url.endswith("/api/v1/devices/"))

    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.post_data_json["endpoint"]) if registered(request) else None)
    with page.expect_response(lambda answer: registered(answer.request)):
        page.goto("/tonight/")
    # The push service moved it meanwhile. The same day nothing is asked; the next day the server hears of it.
    page.evaluate("localStorage.setItem('moved', '-and-moved')")
    page.reload(wait_until="networkidle")
    page.clock.set_fixed_time(datetime.now(UTC) + timedelta(days=1))
    with page.expect_response(lambda answer: registered(answer.request)):
        page.reload()
    assert sent == [ENDPOINT, f"{ENDPOINT}-and-moved"]
    until(page, lambda: Device.objects.filter(endpoint=f"{ENDPOINT}-and-moved", revoked_at=None).exists())


def test_notices_are_offered_once_to_somebody_who_has_answered(phone, site, cast):
    page = signed_in_phone(phone, site, cast.alice)
    page.add_init_script("Object.defineProperty(Notification, 'permission', { get: () => 'default' })")
    offer = page.get_by_role("heading", name="A quiet reminder in the evening?")
    page.goto("/tonight/")
    answer(page, 6, 6, 6)
    until(page, CheckIn.objects.exists)
    page.goto("/tonight/")
    expect(offer).to_be_visible()
    page.get_by_role("button", name="No, thank you").click()
    expect(offer).to_be_hidden()
    page.reload(wait_until="networkidle")
    expect(offer).to_be_hidden()


def test_a_notice_shows_the_neutral_line_alone(page, site):
    push(page, site, {})
    assert notices(page) == [{"title": "A quiet moment, whenever you like", "body": "", "actions": []}]


def test_as_usual_is_kept_with_one_tap(page, site, cast):
    push(page, site, {"answer_token": token_for(cast.alice)})
    (notice,) = notices(page)
    assert notice["actions"] == ["as_usual", "answer"]
    press(worker_of(page), "as_usual")
    deadline = time.monotonic() + 10
    while not CheckIn.objects.exists() and time.monotonic() < deadline:
        page.wait_for_timeout(100)
    assert CheckIn.objects.values_list("person_id", "quick").get() == (cast.alice.pk, "as_usual")
    page.goto("/tonight/")
    expect(page.get_by_role("heading", name="Today is kept.")).to_be_visible()


def test_answer_opens_the_evening_with_one_tap_offered(page, site, cast):
    push(page, site, {"answer_token": token_for(cast.alice)})
    assert notices(page)
    worker = worker_of(page)
    # A browser lets a worker bring a window to the front after a real tap alone.
    worker.evaluate("WindowClient.prototype.focus = async function () { return this; }")
    press(worker, "answer")
    page.wait_for_url("**/tonight/?one-tap=1")
    expect(page.get_by_role("heading", name="Compared with most days")).to_be_visible()
    assert not CheckIn.objects.exists()


def test_whoever_signs_out_leaves_no_notice_to_the_next_person(page, site):
    push(page, site, {})
    assert notices(page)
    page.goto("/you/")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url(site + "/")
    assert page.evaluate("sessionStorage.getItem('subscribed')") == "no more"
    assert page.evaluate("navigator.serviceWorker.ready.then((one) => one.getNotifications()).then((all) => all.length)") == 0
    assert Device.objects.get().revoked_reason == "signed-out"


def test_notices_of_one_end_where_the_other_is_signed_in(page, site, cast):
    page.context.add_cookies([{"name": "session", "value": signed_in(cast.bob).session.session_key or "", "url": site}])
    page.goto("/you/")
    until(page, lambda: page.evaluate("sessionStorage.getItem('subscribed')") == "no more")
