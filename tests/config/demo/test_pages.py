"""The page that makes a demo walkable. It exists in demo mode only."""

from datetime import timedelta
from importlib import import_module

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail
from django.core.mail.backends.filebased import EmailBackend

from backend import clock
from backend.accounts.models import User
from config.demo.mails import last_mails
from config.demo.people import ANA, THEA
from tests.cast import person, signed_in
from tests.consenting import verified

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings, tmp_path):
    # Read before demo mode is on, so that the usual addresses stay the usual ones.
    import_module("config.urls")
    settings.DEMO_MODE = True
    settings.ROOT_URLCONF = "tests.config.demo_urls"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return settings


@pytest.fixture(autouse=True)
def _nobody_is_woken(monkeypatch):
    monkeypatch.setattr("backend.nudge.publish", lambda *parts: None)


def somebody_of_the_demo(one=ANA):
    made = person(one.who)
    made.email = one.email
    made.set_password(one.password)
    made.save()
    made.emailaddress_set.update(email=one.email)
    return one, made


def write(to, text):
    sender = EmailBackend()
    sender.send_messages([mail.EmailMessage("Your code", text, "hello@example.org", [to])])


def test_outside_demo_mode_there_is_no_such_page(client):
    assert client.get("/demo/").status_code == 404


def test_the_people_of_the_demo_sign_in_with_one_press(demo, client):
    one, _ = somebody_of_the_demo()
    assert one.email in client.get("/demo/").content.decode()
    assert client.post("/demo/sign-in/", {"email": one.email}).headers["Location"] == "/tonight/"
    assert client.get("/tonight/").status_code == 200


def test_a_therapist_of_the_demo_needs_one_press_for_both_steps(demo, client):
    thea = verified(somebody_of_the_demo(THEA)[1])
    TOTP.activate(thea, THEA.key)
    assert THEA.key in client.get("/demo/").content.decode()
    assert client.post("/demo/sign-in/", {"email": THEA.email}).headers["Location"] == "/practice/"
    assert client.get("/practice/").status_code == 200


def test_nobody_else_is_signed_in_this_way(demo, client):
    person("Erin")
    assert client.post("/demo/sign-in/", {"email": "erin@example.org"}).status_code == 404


def test_who_changed_their_password_is_not_signed_in(demo, client):
    one, _ = somebody_of_the_demo()
    someone = User.objects.get(email=one.email)
    someone.set_password("another long password")
    someone.save()
    page = client.post("/demo/sign-in/", {"email": one.email}, follow=True).content.decode()
    assert "not good any more" in page


def test_tomorrow_morning_is_nine_by_ones_own_clock(demo):
    erin = person("Erin", zone="Asia/Tokyo")
    before = clock.now().astimezone(erin.zone)
    page = signed_in(erin).post("/demo/tomorrow/", follow=True).content.decode()
    after = clock.now().astimezone(erin.zone)
    assert before < after < before + timedelta(days=2)
    assert (after.hour, after.minute) == (9, 0)
    assert page.count(", 09:00.") == 2


def test_the_last_mails_are_shown_newest_first_with_their_words(demo, client):
    write("erin@example.org", "Your code is\n\nABC123\n\nüber")
    write("finn@example.org", "Second")
    assert [one.to for one in last_mails(1)] in (["finn@example.org"], ["erin@example.org"])
    assert {one.text for one in last_mails(9)} == {"Your code is\n\nABC123\n\nüber", "Second"}
    page = client.get("/demo/").content.decode()
    assert "ABC123" in page


def test_a_word_from_a_mail_is_never_a_tag_on_the_page(demo, client):
    write("erin@example.org", "<script>alert(1)</script>")
    assert "<script>alert" not in client.get("/demo/").content.decode()
