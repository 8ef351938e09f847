"""Choosing privately what is shared, and holding everything back."""

import re

import pytest

from backend.consents import queries
from backend.couples.queries import active_membership
from tests.cast import full_cast, signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return full_cast()


def chosen(person):
    membership = active_membership(person)
    assert membership
    return queries.choice_of(membership)


def test_nothing_is_preselected(cast):
    assert "checked" not in signed_in(cast.alice).get("/you/sharing/").content.decode()


def test_choices_are_kept_and_shown_again_to_their_maker_alone(cast):
    alice = signed_in(cast.alice)
    assert alice.post("/you/sharing/", {"sharing": "weekly", "prompt_mode": "discreet", "show_pattern": "on"}).status_code == 302
    choice = chosen(cast.alice)
    assert (choice.sharing, choice.prompt_mode, choice.show_pattern) == ("weekly", "discreet", True)
    assert alice.get("/you/sharing/").content.decode().count(" checked") == 3
    assert "checked" not in signed_in(cast.bob).get("/you/sharing/").content.decode()


def test_a_question_left_open_stays_open(cast):
    signed_in(cast.alice).post("/you/sharing/", {"sharing": "levels"})
    assert chosen(cast.alice).prompt_mode is None


def test_a_choice_that_does_not_exist_is_refused_beside_its_question(cast):
    page = signed_in(cast.alice).post("/you/sharing/", {"sharing": "everything", "prompt_mode": "none"}).content.decode()
    assert "Select a valid choice" in page
    assert 'value="none" checked' in page
    assert chosen(cast.alice) is None


def test_what_each_choice_means_is_said_with_chance_and_measurement(cast):
    page = signed_in(cast.alice).get("/you/sharing/").content.decode()
    for words in ("Chance always plays a part", "whether prompts help", "can at most double the odds", "Sharing less takes away at once"):
        assert words in page


def test_a_pause_and_the_safety_state_begin_and_end_with_one_step(cast):
    alice = signed_in(cast.alice)
    alice.post("/you/sharing/pause/")
    assert queries.is_paused(cast.alice)
    alice.post("/you/sharing/resume/")
    alice.post("/you/sharing/safety/")
    assert queries.in_safety(cast.alice)
    assert not queries.is_paused(cast.alice)
    assert "End this" in alice.get("/you/care/").content.decode()
    alice.post("/you/sharing/safe/")
    assert not queries.is_held(cast.alice)


def test_the_partner_sees_no_trace_of_a_hold(cast):
    bob = signed_in(cast.bob)
    pages = ("/you/sharing/", "/you/pairing/", "/together/", "/you/")
    before = [_without_token(bob.get(page)) for page in pages]
    signed_in(cast.alice).post("/you/sharing/safety/")
    assert [_without_token(bob.get(page)) for page in pages] == before


def test_somebody_alone_is_led_to_pairing_and_may_pause(cast):
    charlie = signed_in(cast.charlie)
    assert "There is nobody to share with yet" in charlie.get("/you/sharing/").content.decode()
    charlie.post("/you/sharing/pause/")
    assert queries.is_paused(cast.charlie)


def _without_token(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
