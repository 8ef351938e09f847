"""The people of the demo came about as everybody does, and can be made again and again."""

import json
import time
from importlib import import_module

import pytest
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.management import CommandError, call_command

from backend import clock
from backend.accounts.models import User
from backend.calendar_days import local_day
from backend.couples.models import Couple
from checkins.models import CheckIn, Decision, Episode, PatternDay
from config.demo.people import ANA, BEN, DAYS, LUCIA, SIGN_INS, THEA, TUESDAYS, ZONE, make_demo_people
from notifications.models import Prompt
from tests.cast import person, signed_in


@pytest.fixture
def made(settings, db):
    # Read before demo mode is on, so that the usual addresses stay the usual ones.
    import_module("config.urls")
    settings.DEMO_MODE = True
    assert make_demo_people(now=clock.now())


def demo_data(capsys, *options: str) -> str:
    call_command("demo_data", *options)
    text: str = capsys.readouterr().out
    return text


def test_outside_demo_mode_nobody_is_made(db):
    with pytest.raises(CommandError, match="demo mode"):
        call_command("demo_data")
    assert not User.objects.exists()


@pytest.mark.slow
def test_the_couple_has_twelve_weeks_behind_it(made):
    ana, ben = (User.objects.get(email=one.email) for one in (ANA, BEN))
    couple = Couple.objects.get(memberships__person=ana)
    assert PatternDay.objects.filter(couple=couple).count() in (DAYS - 1, DAYS)
    assert Decision.objects.filter(couple=couple).count() in (DAYS - 1, DAYS)
    assert CheckIn.objects.filter(person=ana).count() > 0.8 * DAYS
    assert {one.direction for one in Episode.objects.filter(couple=couple)} == {"a_reaches", "b_reaches"}
    sent = Decision.objects.filter(couple=couple, sent=True).count()
    assert Prompt.objects.filter(person=ana).count() == Prompt.objects.filter(person=ben).count() == sent
    assert Prompt.objects.filter(reaction="helped").exists()
    board = signed_in(ana).get("/api/v1/dashboard/?weeks=12").json()
    assert any(board["mine"]["closeness_felt"])
    assert any(board["partner"]["closeness_felt"])
    assert {"steady", "one_reaching"} <= {week["state"] for week in board["pattern"]}
    assert board["partner_lines"]
    # One of the other couple has words to read, in Spanish.
    page = signed_in(User.objects.get(email=LUCIA.email)).get("/words/")
    assert page.context["prompts"][0][1]["language"] == "es"


@pytest.fixture
def few_days(monkeypatch):
    """A history short enough to be made twice in a moment."""
    monkeypatch.setattr("config.demo.people.DAYS", 3)
    monkeypatch.setattr("config.demo.people.DAYS_ALONE", 2)
    monkeypatch.setattr("config.demo.people.DAYS_IN_SPANISH", 2)
    monkeypatch.setattr("config.demo.people.EPISODES", ())
    monkeypatch.setattr("config.demo.people.EPISODE_IN_SPANISH", ())


def test_they_can_sign_in_and_today_is_still_open(few_days, made, client):
    for one in SIGN_INS:
        assert client.login(email=one.email, password=one.password)
        assert EmailAddress.objects.get(user__email=one.email).verified
    assert CheckIn.objects.exists()
    assert not CheckIn.objects.filter(day__gte=local_day(clock.now(), ZONE)).exists()


def test_the_therapist_is_shown_what_each_couple_allows(few_days, made):
    thea = User.objects.get(email=THEA.email)
    assert (
        Authenticator.objects.get(user=thea)
        .wrap()
        .validate_code(format_hotp_value(hotp_value(THEA.key, next(yield_hotp_counters_from_time()))))
    )
    client = signed_in(thea)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY] = [{"method": "mfa", "at": time.time()}]
    session.save()
    rows = client.get("/practice/").context["couples"]
    assert {row["label"] for row in rows} == {TUESDAYS, "The new two"}
    pages = {row["label"]: client.get(f"/practice/{row['id']}/").context for row in rows}
    assert pages[TUESDAYS]["plots"]
    assert pages["The new two"]["plots"] is None
    assert pages["The new two"]["weeks"] is not None


def test_asking_again_changes_nothing_and_fresh_begins_anew_for_them_alone(few_days, made, capsys):
    charlie = person("Charlie")
    before = set(User.objects.values_list("pk", flat=True))
    assert "were here already" in demo_data(capsys)
    assert set(User.objects.values_list("pk", flat=True)) == before
    said = json.loads(demo_data(capsys, "--json", "--fresh"))
    assert [one["who"] for one in said["sign_ins"]] == ["Ana", "Ben", "Kim", "Lucía", "Mateo", "Thea"]
    assert set(User.objects.values_list("pk", flat=True)) & before == {charlie.pk}
    assert Couple.objects.count() == 2
