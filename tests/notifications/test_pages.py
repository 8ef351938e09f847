"""Words, reminders and devices as pages."""

import base64
from datetime import time, timedelta
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.core.signing import Signer
from django.test import Client

from backend import clock
from notifications import services
from notifications.models import Delivery, Device, Preference, Prompt, ReminderSlot
from tests.cast import full_cast, signed_in

pytestmark = pytest.mark.django_db

ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"


@pytest.fixture
def cast():
    return full_cast()


def subscription(endpoint=ENDPOINT):
    """What the module on the page puts into the form."""
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    return {
        "endpoint": endpoint,
        "p256dh": base64.urlsafe_b64encode(point).decode().rstrip("="),
        "auth": base64.urlsafe_b64encode(b"0123456789abcdef").decode().rstrip("="),
        "name": "Chrome · Android",
    }


def arrived(someone, *, hours_ago=1, item="the-tide", voice="reaching", language="en"):
    then = clock.now() - timedelta(hours=hours_ago)
    return Prompt.objects.create(
        person=someone,
        occasion=uuid4(),
        item=item,
        version=1,
        voice=voice,
        language=language,
        day=then.date(),
        slot_at=then,
        expires_at=then + timedelta(hours=6),
    )


def token_in_mail(person):
    by_mail = Delivery(person=person, device=None)
    return services.stop_tokens(deliveries=[by_mail])[by_mail.pk]


def test_mails_are_stopped_by_whoever_holds_their_token(cast):
    services.change_preference(person=cast.alice, now=clock.now(), email_on=True)
    services.change_preference(person=cast.bob, now=clock.now(), email_on=True)
    address = f"/stop-mail/{token_in_mail(cast.alice)}/"

    assert "Shall the mails stop?" in Client().get(address).content.decode()
    assert Preference.objects.get(person=cast.alice).email_on, "looking changes nothing"

    answer = Client(enforce_csrf_checks=True).post(address, {"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, "No more mails." in answer.content.decode()) == (200, True)
    assert not Preference.objects.get(person=cast.alice).email_on
    assert Preference.objects.get(person=cast.bob).email_on
    assert Client().post(address).status_code == 200, "pressed twice"


def test_a_mail_says_no_number_of_an_account(cast):
    services.change_preference(person=cast.alice, now=clock.now(), email_on=True)
    number, _, _ = token_in_mail(cast.alice).partition(":")
    assert UUID(number).version == 4


@pytest.mark.parametrize("token", ["1", "1:wrong", "x", ":", "1:" + "a" * 5000, Signer(salt="notifications.stop-mail").sign("1")])
def test_a_made_up_token_stops_nothing(cast, token):
    for ask in (Client().get, Client().post):
        assert ask(f"/stop-mail/{token}/").status_code == 404


def test_words_are_read_by_their_receiver_alone(cast):
    prompt = arrived(cast.alice)
    for page in ("/words/", f"/words/{prompt.pk}/"):
        assert "When the pull gets strong" in signed_in(cast.alice).get(page).content.decode()
    assert signed_in(cast.bob).get(f"/words/{prompt.pk}/").status_code == 404
    assert signed_in(cast.bob).post(f"/words/{prompt.pk}/", {"reaction": "helped"}).status_code == 404
    assert "Nothing here yet" in signed_in(cast.bob).get("/words/").content.decode()


def test_words_come_in_the_language_they_were_sent_in_and_say_which(cast):
    prompt = arrived(cast.alice, language="es")
    for page in ("/words/", f"/words/{prompt.pk}/"):
        shown = signed_in(cast.alice).get(page).content.decode()
        assert "Cuando la marea tira" in shown
        assert '<div lang="es">' in shown


def test_a_step_that_names_a_span_brings_a_timer_that_waits_for_its_module(cast):
    prompt = arrived(cast.alice, item="a-time-to-be-back", voice="making_room")
    shown = signed_in(cast.alice).get(f"/words/{prompt.pk}/").content.decode()
    assert 'class="timer" hidden data-minutes="60"' in shown
    assert "an hour for me" in shown
    assert "Take 60 minutes" in shown
    assert "notifications/timer.js" in shown


def test_a_step_without_a_span_brings_none(cast):
    prompt = arrived(cast.alice)
    assert "data-minutes" not in signed_in(cast.alice).get(f"/words/{prompt.pk}/").content.decode()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_page_of_a_prompt_names_nobody_elses_answers_or_reading(cast, language):
    """Everything a prompt page says is the same whatever the partner did: it names the partner nowhere."""
    prompt = arrived(cast.alice, language=language)
    shown = signed_in(cast.alice).get(f"/words/{prompt.pk}/").content.decode()
    told = shown.partition("<main")[2].partition("</main>")[0].lower()
    assert "did it help?" in told
    assert not {word for word in ("partner", "pareja", cast.bob.name.lower(), " read ", "seen", "answered yet", "leído") if word in told}


def test_words_are_not_there_before_their_hour(cast):
    prompt = arrived(cast.alice, hours_ago=-1)
    alice = signed_in(cast.alice)
    assert alice.get(f"/words/{prompt.pk}/").status_code == 404
    assert "Nothing here yet" in alice.get("/words/").content.decode()


def test_the_evening_page_says_that_words_came_today(cast):
    prompt = arrived(cast.alice, hours_ago=0)
    Prompt.objects.update(day=clock.now().astimezone(cast.alice.zone).date())
    shown = signed_in(cast.alice).get("/tonight/")
    assert (f"/words/{prompt.pk}/" in shown.content.decode()) == (shown.context["day"] == Prompt.objects.get().day)


@pytest.mark.parametrize("reaction", ["helped", "not_now", "did_not_fit"])
def test_how_it_felt_is_kept_and_can_be_taken_back(cast, reaction):
    prompt, alice = arrived(cast.alice), signed_in(cast.alice)
    alice.post(f"/words/{prompt.pk}/", {"reaction": reaction})
    prompt.refresh_from_db()
    assert prompt.reaction == reaction
    assert alice.get(f"/words/{prompt.pk}/").content.decode().count('aria-pressed="true"') == 1
    alice.post(f"/words/{prompt.pk}/", {"reaction": ""})
    prompt.refresh_from_db()
    assert prompt.reaction is None


def test_an_unknown_reaction_changes_nothing(cast):
    prompt = arrived(cast.alice)
    signed_in(cast.alice).post(f"/words/{prompt.pk}/", {"reaction": "loved"})
    prompt.refresh_from_db()
    assert prompt.reaction is None


def test_prompts_are_muted_for_a_week_and_let_come_again(cast):
    alice = signed_in(cast.alice)
    alice.post("/words/mute/", {"mute": "1"})
    assert services.is_muted([cast.alice.pk], clock.now() + timedelta(days=6))
    assert "Let prompts come again" in alice.get("/words/").content.decode()
    alice.post("/words/mute/", {"unmute": "1"})
    assert not services.is_muted([cast.alice.pk], clock.now())


def test_hours_are_kept(cast):
    form = {"reminders_on": "on", "reminder_time": "21:15", "quiet_from": "23:00", "quiet_until": "06:30", "email_on": "on"}
    assert signed_in(cast.alice).post("/you/reminders/", form).status_code == 302
    kept = Preference.objects.get(person=cast.alice)
    assert (kept.reminder_time, kept.quiet_from, kept.quiet_until, kept.email_on) == (time(21, 15), time(23), time(6, 30), True)


@pytest.mark.parametrize(
    "change, told",
    [
        ({"reminder_time": "23:30"}, "The reminder would fall into your quiet hours."),
        ({"reminder_time": "late"}, "Enter a valid time."),
        ({"quiet_from": ""}, "This field is required."),
    ],
)
def test_hours_that_cannot_be_are_told_and_the_rest_stays(cast, change, told):
    form = {"reminders_on": "on", "reminder_time": "20:00", "quiet_from": "22:00", "quiet_until": "06:45"} | change
    page = signed_in(cast.alice).post("/you/reminders/", form).content.decode()
    assert told in page
    assert 'value="06:45"' in page


def test_reminders_can_be_switched_off(cast):
    form = {"reminder_time": "20:00", "quiet_from": "22:00", "quiet_until": "07:00"}
    signed_in(cast.alice).post("/you/reminders/", form)
    assert not Preference.objects.get(person=cast.alice).reminders_on


def test_a_browser_is_registered_listed_and_removed_by_its_person_alone(cast):
    alice = signed_in(cast.alice)
    assert alice.post("/you/devices/", subscription()).status_code == 302
    device = Device.objects.get()
    assert "Chrome · Android" in alice.get("/you/devices/").content.decode()
    assert "Chrome · Android" not in signed_in(cast.bob).get("/you/devices/").content.decode()
    assert signed_in(cast.bob).post(f"/you/devices/{device.pk}/revoke/").status_code == 404
    alice.post(f"/you/devices/{device.pk}/revoke/")
    assert "None yet." in alice.get("/you/devices/").content.decode()


def test_whoever_signs_out_of_a_browser_gets_nothing_there_any_more(cast):
    alice, elsewhere = signed_in(cast.alice), signed_in(cast.alice)
    alice.post("/you/devices/", subscription())
    elsewhere.post("/accounts/logout/")
    assert Device.objects.live().count() == 1
    alice.post("/accounts/logout/")
    assert [(one.revoked_reason, one.endpoint) for one in Device.objects.all()] == [("signed-out", "")]


def test_signing_out_everywhere_else_ends_notices_there_and_not_here(cast):
    alice, elsewhere = signed_in(cast.alice), signed_in(cast.alice)
    alice.post("/you/devices/", subscription())
    elsewhere.post("/you/devices/", subscription("https://fcm.googleapis.com/fcm/send/elsewhere"))
    assert alice.post("/accounts/sessions/").status_code == 302
    assert Device.objects.live().get().endpoint == subscription()["endpoint"]


def test_a_browser_that_another_person_uses_now_is_not_theirs_to_lose_again(cast):
    alice, bob = signed_in(cast.alice), signed_in(cast.bob)
    for one in (alice, bob):
        one.post("/you/devices/", subscription())
    alice.post("/accounts/logout/")
    assert Device.objects.live().get().person == cast.bob


def test_an_address_that_is_not_allowed_is_refused_with_a_reason(cast):
    page = signed_in(cast.alice).post("/you/devices/", subscription("https://push.evil.example/x")).content.decode()
    assert 'class="errorlist"' in page
    assert not Device.objects.exists()


def test_the_worker_is_served_from_the_root_and_looked_up_anew_each_time(client):
    worker = client.get("/sw.js")
    assert worker.headers["Content-Type"] == "text/javascript; charset=utf-8"
    assert "no-cache" in worker.headers["Cache-Control"]


def test_the_page_of_reminders_says_why_one_came_and_why_none(cast):
    now = clock.now()
    services.register_device(person=cast.alice, kind="memory", endpoint="one", name="Kitchen tablet", now=now)
    slot = ReminderSlot.objects.create(person=cast.alice, day=now.date(), state="suppressed", reason="paused")
    page = signed_in(cast.alice).get("/you/reminders/").content.decode()
    assert "You were taking a break." in page
    assert "At most one a day, at your hour" in page
    slot.delete()
    Preference.objects.filter(person=cast.alice).update(reminders_on=False, next_reminder_at=None, next_reminder_day=None)
    page = signed_in(cast.alice).get("/you/reminders/").content.decode()
    assert "Reminders are off." in page
    assert "taking a break" not in page
