"""Pairing on pages, and leaving."""

import re

import pytest

from backend import clock
from backend.couples.models import Invitation
from backend.couples.queries import active_membership, partner_of
from tests.cast import full_cast, person, signed_in

pytestmark = pytest.mark.django_db


def code_on(page: str) -> str:
    found = re.search(r'class="invite-code">([A-Z0-9-]+)<', page)
    assert found
    return found[1]


@pytest.fixture
def erin():
    return person("Erin")


@pytest.fixture
def finn():
    return person("Finn")


def test_two_people_pair_on_two_phones(erin, finn):
    here, there = signed_in(erin), signed_in(finn)
    page = here.post("/you/pairing/invite/").content.decode()
    code = code_on(page)
    assert f"/invitation/#{code}" in page
    assert "<svg" in page
    assert there.post("/you/pairing/", {"code": code.lower().replace("-", " ")}).status_code == 302
    assert "You said yes to Erin" in there.get("/you/pairing/").content.decode()
    waiting = here.get("/you/pairing/").content.decode()
    assert "Finn said yes" in waiting
    assert active_membership(erin) is None
    confirm = re.search(r'action="(/you/pairing/[0-9a-f-]+/confirm/)"', waiting)
    assert confirm
    assert here.post(confirm[1]).headers["Location"] == "/you/sharing/"
    assert partner_of(erin) == finn


def test_the_code_is_shown_once(erin):
    here = signed_in(erin)
    code = code_on(here.post("/you/pairing/invite/").content.decode())
    assert code not in here.get("/you/pairing/").content.decode()


def test_wrong_used_and_own_codes_look_alike_and_stay_in_the_field(erin, finn):
    own = code_on(signed_in(erin).post("/you/pairing/invite/").content.decode())
    for code in ("ABCDE-FGHJK", own):
        page = signed_in(erin).post("/you/pairing/", {"code": code}).content.decode()
        assert "This code cannot be used" in page
        assert f'value="{code}"' in page


def test_too_many_tries_are_told_to_wait(erin):
    here = signed_in(erin)
    for _ in range(5):
        here.post("/you/pairing/", {"code": "ABCDE-FGHJK"})
    assert "Please wait a little" in here.post("/you/pairing/", {"code": "ABCDE-FGHJK"}).content.decode()


@pytest.mark.parametrize("verb", ["confirm", "decline", "cancel"])
def test_an_outsider_meets_nothing_where_an_invitation_is(erin, verb):
    signed_in(erin).post("/you/pairing/invite/")
    invitation = Invitation.objects.get()
    answer = signed_in(person("Gina")).post(f"/you/pairing/{invitation.pk}/{verb}/")
    assert answer.status_code == 404
    invitation.refresh_from_db()
    assert invitation.state == Invitation.State.OPEN


def test_declining_and_taking_back_end_an_invitation(erin, finn):
    here, there = signed_in(erin), signed_in(finn)
    code = code_on(here.post("/you/pairing/invite/").content.decode())
    there.post("/you/pairing/", {"code": code})
    invitation = Invitation.objects.get()
    assert here.post(f"/you/pairing/{invitation.pk}/decline/").headers["Location"] == "/you/pairing/"
    assert "Is this your partner?" not in here.get("/you/pairing/").content.decode()
    # To the one who waits it goes on, and then expires.
    assert "You said yes" in there.get("/you/pairing/").content.decode()
    Invitation.objects.update(expires_at=invitation.created_at)
    assert "You said yes" not in there.get("/you/pairing/").content.decode()


def test_the_link_carries_the_code_to_no_server(client):
    page = client.get("/invitation/").content.decode()
    assert "couples/invitation.js" in page
    assert "/accounts/signup/?next=/invitation/" in page


def test_somebody_paired_is_told_so_and_cannot_invite():
    cast = full_cast()
    here = signed_in(cast.alice)
    assert "You are paired with Bob." in here.get("/you/pairing/").content.decode()
    assert here.post("/you/pairing/invite/").headers["Location"] == "/you/pairing/"
    assert not Invitation.objects.filter(state="open").exists()


def test_leaving_pressed_twice_leads_where_the_first_press_led():
    client = signed_in(full_cast(now=clock.now()).alice)
    for _ in range(2):
        answer = client.post("/you/leaving/", {"how": "quietly"})
        assert (answer.status_code, answer.headers.get("Location")) == (302, "/you/leaving/done/")


@pytest.mark.parametrize("how, bob_still_sees_it", [("quietly", True), ("openly", False)])
def test_either_leaves_alone(how, bob_still_sees_it):
    cast = full_cast(now=clock.now())
    assert signed_in(cast.alice).post("/you/leaving/", {"how": how}).headers["Location"] == "/you/leaving/done/"
    assert active_membership(cast.alice) is None
    assert (active_membership(cast.bob) is not None) == bob_still_sees_it
    page = signed_in(cast.alice).get("/you/leaving/done/").content.decode()
    assert "Sign out everywhere else" in page


def test_how_to_leave_is_not_preselected_and_has_to_be_said():
    cast = full_cast()
    here = signed_in(cast.alice)
    assert "checked" not in here.get("/you/leaving/").content.decode()
    assert "This field is required." in here.post("/you/leaving/", {"how": ""}).content.decode()
    assert active_membership(cast.alice) is not None
