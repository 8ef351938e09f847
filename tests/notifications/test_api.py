"""Prompts, reminders and devices over HTTP; to everybody but their person they do not exist."""

import base64
import json
import secrets
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from django.test import Client

from backend.accounts.models import User
from notifications import services
from notifications.channels.vapid import b64
from notifications.models import Device, Preference, Prompt, ReminderSlot
from notifications.words import loader
from tests.cast import EVENING, TODAY, Cast, app_token, full_cast, person, signed_in
from tests.notifications.post import phone, preference, prompt_for

MORNING = datetime.fromisoformat("2026-03-05T06:10+00:00")
SLOT = datetime.fromisoformat("2026-03-05T07:30+00:00")
API = "/api/v1/"
OUTSIDERS = ["bob", "charlie", "dana"]
ENDPOINT = "https://fcm.googleapis.com/fcm/send/abc"

pytestmark = pytest.mark.django_db


class Moment:
    """Stands in for the clock."""

    def __init__(self) -> None:
        self.now = SLOT


@pytest.fixture
def moment(monkeypatch: pytest.MonkeyPatch) -> Moment:
    it = Moment()
    monkeypatch.setattr("backend.clock.now", lambda: it.now)
    return it


@pytest.fixture
def cast(moment: Moment) -> Cast:
    return full_cast(now=EVENING - timedelta(days=30))


@pytest.fixture
def prompt(cast: Cast) -> Prompt:
    item = loader.shipped("en")[0]
    (made,) = prompt_for(cast.alice, couple_id=cast.couple.pk, item=item.id, voice="reaching", now=MORNING)
    return made


def ask(who: User | None, method: str, path: str, body: Any = None) -> Any:
    client = signed_in(who) if who else Client()
    content = "" if body is None else json.dumps(body)
    return client.generic(method, API + path, content, content_type="application/json")


def subscription(**changes: Any) -> dict[str, Any]:
    point = ec.generate_private_key(ec.SECP256R1()).public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    usual = {"kind": "webpush", "endpoint": ENDPOINT, "p256dh": b64(point), "auth": b64(secrets.token_bytes(16)), "name": "Phone"}
    return usual | changes


def errors(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 422, response.content
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


NOBODYS = UUID(int=1)
"""Fixed, because every worker must collect tests of the same names."""

EVERYTHING = [
    ("GET", "prompts/"),
    ("GET", f"prompts/{NOBODYS}/"),
    ("PUT", f"prompts/{NOBODYS}/reaction/"),
    ("GET", "prompts/mute/"),
    ("PUT", "prompts/mute/"),
    ("GET", "reminders/"),
    ("PATCH", "reminders/"),
    ("GET", "devices/"),
    ("POST", "devices/"),
    ("DELETE", f"devices/{NOBODYS}/"),
]


@pytest.mark.parametrize("method, path", EVERYTHING)
def test_somebody_who_is_not_signed_in_is_asked_to_sign_in(method, path):
    response = ask(None, method, path, {})
    assert (response.status_code, response.json()["code"]) == (401, "auth-required")


class TestPrompts:
    def test_their_person_reads_the_words_in_their_own_voice(self, cast, prompt):
        text = loader.get(prompt.item, prompt.version, "en").text("reaching")
        (found,) = ask(cast.alice, "GET", "prompts/").json()["results"]
        assert found == {
            "id": str(prompt.pk),
            "arrived_at": "2026-03-05T07:30:00Z",
            "title": text.title,
            "body": text.body,
            "step": text.step or None,
            "minutes": text.minutes,
            "language": "en",
            "reaction": None,
        }
        assert ask(cast.alice, "GET", f"prompts/{prompt.pk}/").json() == found

    def test_nobody_reads_them_before_their_hour(self, cast, prompt, moment):
        moment.now = SLOT - timedelta(seconds=1)
        assert ask(cast.alice, "GET", "prompts/").json()["results"] == []
        assert ask(cast.alice, "GET", f"prompts/{prompt.pk}/").status_code == 404

    @pytest.mark.parametrize("who", OUTSIDERS)
    def test_to_others_they_do_not_exist(self, cast, prompt, who):
        other = getattr(cast, who)
        assert ask(other, "GET", "prompts/").json()["results"] == []
        for method, tail, body in (("GET", "", None), ("PUT", "reaction/", {"reaction": "helped"})):
            theirs = ask(other, method, f"prompts/{prompt.pk}/{tail}", body)
            nothing = ask(other, method, f"prompts/{uuid4()}/{tail}", body)
            assert theirs.status_code == nothing.status_code == 404
            assert without_id(theirs) == without_id(nothing)
        prompt.refresh_from_db()
        assert prompt.reaction is None

    def test_reading_changes_nothing_in_the_database(self, cast, prompt):
        before = Prompt.objects.values().get()
        ask(cast.alice, "GET", "prompts/")
        ask(cast.alice, "GET", f"prompts/{prompt.pk}/")
        assert Prompt.objects.values().get() == before

    def test_a_reaction_is_kept_and_taken_back(self, cast, prompt):
        for reaction in ("helped", "did_not_fit", None):
            response = ask(cast.alice, "PUT", f"prompts/{prompt.pk}/reaction/", {"reaction": reaction})
            assert (response.status_code, response.json()["reaction"]) == (200, reaction)

    @pytest.mark.parametrize(
        "body, found",
        [
            ({}, [("/reaction", "required")]),
            ({"reaction": "great"}, [("/reaction", "unknown-choice")]),
            ({"reaction": 1}, [("/reaction", "unknown-choice")]),
            ({"reaction": "helped", "read": True}, [("/read", "unknown-field")]),
        ],
    )
    def test_a_reaction_that_is_none_is_refused(self, cast, prompt, body, found):
        assert errors(ask(cast.alice, "PUT", f"prompts/{prompt.pk}/reaction/", body)) == found

    def test_a_long_list_comes_in_pages_newest_first(self, cast):
        item = loader.shipped("en")[0].id
        for day in range(32):
            prompt_for(cast.alice, item=item, now=MORNING - timedelta(days=day))
        first = ask(cast.alice, "GET", "prompts/").json()
        second = signed_in(cast.alice).get(first["next"]).json()
        days = [one["arrived_at"] for one in (*first["results"], *second["results"])]
        assert len(days) == 32
        assert days == sorted(days, reverse=True)


class TestMute:
    def test_a_week_and_back(self, cast):
        until = (SLOT + timedelta(days=7)).isoformat().replace("+00:00", "Z")
        assert ask(cast.alice, "PUT", "prompts/mute/", {"days": 7}).json() == {"muted_until": until}
        assert ask(cast.alice, "GET", "prompts/mute/").json() == {"muted_until": until}
        assert ask(cast.alice, "PUT", "prompts/mute/", {"days": 0}).json() == {"muted_until": None}

    def test_a_mute_that_is_over_is_not_shown(self, cast, moment):
        ask(cast.alice, "PUT", "prompts/mute/", {"days": 7})
        moment.now += timedelta(days=7)
        assert ask(cast.alice, "GET", "prompts/mute/").json() == {"muted_until": None}

    @pytest.mark.parametrize("days", [1, 8, -7, 7.0, "7", True, None, [7]])
    def test_other_numbers_are_refused(self, cast, days):
        assert [pointer for pointer, _ in errors(ask(cast.alice, "PUT", "prompts/mute/", {"days": days}))] == ["/days"]

    @pytest.mark.parametrize("who", OUTSIDERS)
    def test_nobody_mutes_or_sees_it_for_somebody_else(self, cast, who):
        ask(cast.alice, "PUT", "prompts/mute/", {"days": 7})
        other = getattr(cast, who)
        assert ask(other, "GET", "prompts/mute/").json() == {"muted_until": None}
        ask(other, "PUT", "prompts/mute/", {"days": 0})
        assert services.is_muted([cast.alice.pk], SLOT)


class TestReminders:
    def test_somebody_who_chose_nothing_has_the_defaults_and_reading_keeps_nothing(self, cast):
        assert ask(cast.alice, "GET", "reminders/").json() == {
            "reminders_on": True,
            "reminder_time": "20:00",
            "quiet_from": "22:00",
            "quiet_until": "07:00",
            "email_on": False,
            "next_reminder_at": None,
        }
        assert not Preference.objects.exists()

    def test_a_change_is_kept_and_moves_the_next_reminder(self, cast):
        phone(cast.alice, "alice", now=MORNING)
        response = ask(cast.alice, "PATCH", "reminders/", {"reminder_time": "19:15", "quiet_from": "21:30"})
        found = response.json()
        assert (found["reminder_time"], found["quiet_from"], found["quiet_until"]) == ("19:15", "21:30", "07:00")
        assert found["next_reminder_at"] == "2026-03-05T18:15:00Z"

    @pytest.mark.parametrize(
        "body, found",
        [
            ({"reminder_time": "25:00"}, ["/reminder_time"]),
            ({"reminder_time": "8 pm"}, ["/reminder_time"]),
            ({"reminder_time": 20}, ["/reminder_time"]),
            ({"reminder_time": None}, ["/reminder_time"]),
            ({"reminders_on": "yes"}, ["/reminders_on"]),
            ({"email_on": 1}, ["/email_on"]),
            ({"next_reminder_at": "2026-03-05T18:15:00Z"}, ["/next_reminder_at"]),
            ({"reminder_time": "23:00"}, ["/reminder_time"]),
        ],
    )
    def test_what_is_wrong_is_named_and_changes_nothing(self, cast, body, found):
        assert [pointer for pointer, _ in errors(ask(cast.alice, "PATCH", "reminders/", body))] == found
        assert not Preference.objects.exclude(reminder_time=time(20)).exists()

    @pytest.mark.parametrize("who", OUTSIDERS)
    def test_nobody_sees_or_changes_somebody_elses(self, cast, who):
        ask(cast.alice, "PATCH", "reminders/", {"reminder_time": "19:15"})
        other = getattr(cast, who)
        assert ask(other, "GET", "reminders/").json()["reminder_time"] == "20:00"
        ask(other, "PATCH", "reminders/", {"reminder_time": "18:00"})
        assert preference(cast.alice).reminder_time == time(19, 15)


class TestDevices:
    def test_a_device_is_registered_listed_and_removed(self, cast):
        made = ask(cast.alice, "POST", "devices/", subscription())
        assert made.status_code == 201
        assert made.json() == {
            "id": str(Device.objects.get().pk),
            "kind": "webpush",
            "name": "Phone",
            "created_at": "2026-03-05T07:30:00Z",
            "last_seen_at": "2026-03-05T07:30:00Z",
        }
        assert ask(cast.alice, "GET", "devices/").json() == [made.json()]
        assert ask(cast.alice, "DELETE", f"devices/{made.json()['id']}/").status_code == 204
        assert ask(cast.alice, "GET", "devices/").json() == []

    def test_an_app_that_signs_out_gets_nothing_any_more(self, cast):
        app = {"X-Session-Token": app_token(cast.alice)}
        assert Client().post(API + "devices/", subscription(), content_type="application/json", headers=app).status_code == 201
        assert Client().delete("/_allauth/app/v1/auth/session", headers=app).status_code == 401  # nobody is signed in any more
        assert Device.objects.get().revoked_reason == "signed-out"

    def test_no_answer_repeats_an_address_or_a_key(self, cast):
        sent = subscription()
        answers = [ask(cast.alice, "POST", "devices/", sent), ask(cast.alice, "GET", "devices/")]
        answers.append(ask(cast.alice, "POST", "devices/", subscription(endpoint="https://example.org/canary")))
        for answer in answers:
            for secret in (ENDPOINT, sent["p256dh"], sent["auth"], "canary"):
                assert secret not in answer.content.decode()

    @pytest.mark.parametrize(
        "changes, pointer",
        [
            ({"endpoint": "http://fcm.googleapis.com/x"}, "/endpoint"),
            ({"endpoint": "https://fcm.googleapis.com@10.0.0.1/x"}, "/endpoint"),
            ({"endpoint": "https://fcm.googleapis.com/" + "x" * 3000}, "/endpoint"),
            ({"endpoint": 7}, "/endpoint"),
            ({"p256dh": "AAAA"}, "/p256dh"),
            ({"auth": ""}, "/auth"),
            ({"kind": "memory"}, "/kind"),
            ({"kind": "fcm"}, "/kind"),
            ({"name": "x" * 61}, "/name"),
            ({"person": 1}, "/person"),
        ],
    )
    def test_what_is_not_allowed_is_refused(self, cast, changes, pointer):
        assert [where for where, _ in errors(ask(cast.alice, "POST", "devices/", subscription(**changes)))] == [pointer]
        assert not Device.objects.exists()

    def test_the_eleventh_is_refused_with_a_code_of_its_own(self, cast):
        for n in range(10):
            phone(cast.alice, f"phone {n}", now=MORNING)
        response = ask(cast.alice, "POST", "devices/", subscription())
        assert (response.status_code, response.json()["code"]) == (422, "too-many-devices")

    @pytest.mark.parametrize("who", OUTSIDERS)
    def test_to_others_it_does_not_exist(self, cast, who):
        device = phone(cast.alice, "alice", now=MORNING)
        other = getattr(cast, who)
        assert ask(other, "GET", "devices/").json() == []
        theirs, nothing = (ask(other, "DELETE", f"devices/{pk}/") for pk in (device.pk, uuid4()))
        assert theirs.status_code == nothing.status_code == 404
        assert without_id(theirs) == without_id(nothing)
        assert Device.objects.live().count() == 1


def without_id(response: Any) -> dict[str, Any]:
    return {name: value for name, value in response.json().items() if name != "request_id"}


def test_an_app_learns_the_key_that_it_subscribes_with() -> None:
    answer = signed_in(full_cast().alice).get("/api/v1/devices/push-key/")
    assert answer.status_code == 200
    public = base64.urlsafe_b64decode(answer.json()["application_server_key"] + "=")
    # An uncompressed point on P-256, as RFC 8292 wants it.
    assert ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)


class TestWhyAReminderCameOrDidNot:
    PATH = "/api/v1/reminders/days/"

    @pytest.fixture
    def alice(self):
        alice = person("Alice")
        services.register_device(person=alice, kind="memory", endpoint="one", name="Kitchen tablet", now=EVENING - timedelta(hours=2))
        services.queue_due_reminders(now=EVENING)
        return alice

    def test_a_day_tells_its_state_and_how_it_went_to_each_device(self, alice):
        services.deliver_due(clock=lambda: EVENING)
        answer = signed_in(alice).get(self.PATH).json()
        assert answer["rhythm"] == "daily"
        (day,) = answer["days"]
        assert (day["day"], day["state"], day["reason"]) == ("2026-03-04", "sent", "accepted")
        assert "handed over" in day["explanation"]
        (way,) = day["ways"]
        assert (way["name"], way["state"], way["explanation"]) == ("Kitchen tablet", "sent", day["explanation"])
        assert way["sent_at"]

    def test_a_day_that_was_answered_first_says_so(self, alice):
        services.close_slot(person_id=alice.pk, day=TODAY, now=EVENING)
        (day,) = signed_in(alice).get(self.PATH).json()["days"]
        assert (day["state"], day["ways"][0]["state"], day["ways"][0]["reason"]) == ("answered", "cancelled", "slot-closed")

    def test_words_about_two_are_not_among_them(self, alice):
        prompt_for(alice, now=EVENING)
        assert len(signed_in(alice).get(self.PATH).json()["days"][0]["ways"]) == 1

    def test_to_anybody_else_they_do_not_exist(self, alice):
        answer = signed_in(person("Charlie")).get(self.PATH).json()
        assert answer == {"rhythm": "no-address", "explanation": answer["explanation"], "days": []}

    def test_the_number_of_statements_does_not_grow(self, alice, django_assert_max_num_queries):
        for back in range(1, 20):
            ReminderSlot.objects.create(person=alice, day=TODAY - timedelta(days=back), state="expired", reason="stale")
        client = signed_in(alice)
        with django_assert_max_num_queries(7):
            assert len(client.get(self.PATH).json()["days"]) == 20
