import pytest

from backend.couples import services as couples
from tests import cast

pytestmark = pytest.mark.django_db

URL = "/api/v1/choices/"
OPEN = {"sharing": None, "prompt_mode": None, "show_pattern": False, "paused": False, "safety": False}


@pytest.fixture
def team():
    return cast.full_cast()


def patch(client, **body):
    return client.patch(URL, body, content_type="application/json")


def test_before_any_choice_everything_is_open(team):
    assert cast.signed_in(team.alice).get(URL).json() == OPEN
    assert cast.signed_in(team.charlie).get(URL).json() == OPEN


def test_choices_are_made_one_by_one(team):
    api = cast.signed_in(team.alice)
    assert patch(api, sharing="weekly").json() == OPEN | {"sharing": "weekly"}
    assert patch(api, prompt_mode="responsive", show_pattern=True).json() == OPEN | {
        "sharing": "weekly",
        "prompt_mode": "responsive",
        "show_pattern": True,
    }
    assert patch(api, paused=True, safety=True).json()["paused"] is True
    assert patch(api, paused=False).json() | {"safety": True} == api.get(URL).json()


def test_the_partner_sees_nothing_of_it(team):
    his = cast.signed_in(team.bob)
    patch(cast.signed_in(team.alice), sharing="levels", prompt_mode="none", show_pattern=True, safety=True)
    assert his.get(URL).json() == OPEN


def test_somebody_alone_may_pause_but_has_nobody_to_share_with(team):
    api = cast.signed_in(team.charlie)
    assert patch(api, paused=True, safety=True).status_code == 200
    answer = patch(api, sharing="nothing")
    assert answer.status_code == 409
    assert answer.json()["code"] == "not-paired"


def test_a_change_is_whole_or_not_at_all(team):
    api = cast.signed_in(team.charlie)
    assert patch(api, paused=True, sharing="levels").status_code == 409
    assert api.get(URL).json()["paused"] is False


def test_after_parting_choices_are_open_again(team):
    api = cast.signed_in(team.alice)
    patch(api, sharing="levels")
    couples.leave(person=team.bob, quietly=False, now=cast.EVENING)
    assert api.get(URL).json() == OPEN


@pytest.mark.parametrize(
    "body",
    [
        {"sharing": "all"},
        {"sharing": None},
        {"sharing": ""},
        {"prompt_mode": "always"},
        {"prompt_mode": 1},
        {"show_pattern": "yes"},
        {"show_pattern": None},
        {"paused": 1},
        {"safety": "true"},
        {"weekly_since": "2020-01-01"},
        {"membership": 1},
    ],
)
def test_bad_input_is_refused(team, body):
    api = cast.signed_in(team.alice)
    assert patch(api, **body).status_code == 422
    assert api.get(URL).json() == OPEN


def test_nobody_signed_in_is_told_to_sign_in(client):
    assert client.get(URL).status_code == 401
    assert patch(client, paused=True).status_code == 401
