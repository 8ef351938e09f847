"""The evening's check-in as a page, one's own answers, and the dashboard."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from backend import clock
from backend.accounts.models import User
from backend.calendar_days import local_day
from backend.consents import services as consents
from backend.couples.models import Membership
from checkins import services
from checkins.answers import Answers
from checkins.models import CheckIn
from checkins.queries import opened
from tests.cast import full_cast, person, signed_in

pytestmark = pytest.mark.django_db

LEVELS = {"closeness_felt": "6", "closeness_wanted": "8", "space_wanted": "3"}
WORDS = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|name="client_id" value="[0-9a-f-]+"')


@pytest.fixture
def cast():
    return full_cast()


def full(**changes):
    """What a filled-in check-in form sends."""
    return {"client_id": str(uuid4()), "version": "", **LEVELS, **changes}


def today_of(someone):
    return local_day(clock.now(), someone.zone)


def stands_for(someone, day=None):
    return CheckIn.objects.get(person=someone, day=day or today_of(someone))


def paired_since(cast, days):
    """Puts the beginning of the couple back by so many days."""
    then = clock.now() - timedelta(days=days)
    Membership.objects.filter(couple=cast.couple).update(joined_at=then, joined_day=then.date())
    User.objects.filter(pk__in=[cast.alice.pk, cast.bob.pk]).update(date_joined=then)


def kept(someone, *, days_ago, **levels):
    """A full answer given so many days ago."""
    then = clock.now() - timedelta(days=days_ago)
    answers = Answers(kind="full", **({"closeness_felt": 5, "closeness_wanted": 5, "space_wanted": 5} | levels))
    item = services.Item(day=local_day(then, someone.zone), client_id=uuid4(), answers=answers, answered_at=then)
    services.submit_check_in(person=someone, item=item, now=then)


def test_no_answer_is_suggested(cast):
    page = signed_in(cast.alice).get("/tonight/").content.decode()
    assert "checked" not in page
    assert page.count(" required") == 33


def test_three_answers_are_kept_with_one_calm_sentence(cast):
    alice = signed_in(cast.alice)
    assert alice.post("/tonight/", full()).headers["Location"] == "/tonight/"
    assert stands_for(cast.alice).closeness_wanted == 8
    assert "Today is kept." in alice.get("/tonight/").content.decode()


def test_everything_optional_is_kept_and_only_the_author_reads_it(cast):
    extra = {"tension": "4", "feelings": ["calm", "tired"], "note": "A café, then\r\nhome.", "shared_line": "Soup was good."}
    signed_in(cast.alice).post("/tonight/", full(**extra))
    row = stands_for(cast.alice)
    assert (row.tension, row.feelings) == (4, ["calm", "tired"])
    assert opened(row, "note") == "A café, then\nhome."
    assert "Soup was good." in signed_in(cast.alice).get("/history/").content.decode()
    for page in ("/history/", "/together/", "/tonight/"):
        assert "Soup" not in signed_in(cast.bob).get(page).content.decode()


@pytest.mark.parametrize(
    "change, told",
    [
        ({"closeness_felt": ""}, "This field is required."),
        ({"closeness_felt": "11"}, "Select a valid choice"),
        ({"closeness_felt": "6.5"}, "Select a valid choice"),
        ({"feelings": ["calm", "tired", "sad", "hurt"]}, "Three at most"),
        ({"feelings": ["hungry"]}, "Select a valid choice"),
        ({"shared_line": "x" * 281}, "at most 280 characters"),
        ({"client_id": "no id"}, "Enter a valid UUID."),
    ],
)
def test_what_cannot_be_kept_is_told_beside_its_field_and_the_rest_stays(cast, change, told):
    page = signed_in(cast.alice).post("/tonight/", full(note="Keep me.", **change)).content.decode()
    assert told in page
    assert "Keep me.</textarea>" in page
    assert re.search(r'name="closeness_wanted" value="8"[^>]* checked', page)
    assert not CheckIn.objects.exists()


def test_a_long_text_is_counted_as_its_writer_sees_it(cast):
    assert signed_in(cast.alice).post("/tonight/", full(shared_line="e\u0301" * 280)).status_code == 302


def test_sending_the_same_form_twice_changes_nothing(cast):
    form = full()
    alice = signed_in(cast.alice)
    assert [alice.post("/tonight/", form).status_code for _ in range(2)] == [302, 302]
    assert stands_for(cast.alice).version == 1


def test_today_can_be_changed(cast):
    alice = signed_in(cast.alice)
    alice.post("/tonight/", full())
    page = alice.get("/tonight/?change=1").content.decode()
    assert re.search(r'name="closeness_felt" value="6"[^>]* checked', page)
    assert 'name="version" value="1"' in page
    alice.post("/tonight/", full(version="1", closeness_felt="2"))
    assert (stands_for(cast.alice).closeness_felt, stands_for(cast.alice).version) == (2, 2)


def test_the_later_of_two_phones_is_asked_once_more(cast):
    alice = signed_in(cast.alice)
    alice.post("/tonight/", full())
    alice.post("/tonight/", full(version="1", closeness_felt="2"))
    page = alice.post("/tonight/", full(version="1", closeness_felt="9")).content.decode()
    assert "changed elsewhere" in page
    assert 'name="version" value="2"' in page
    assert re.search(r'name="closeness_felt" value="9"[^>]* checked', page)
    again = re.search(r'name="client_id" value="([0-9a-f-]+)"', page)
    assert again
    alice.post("/tonight/", full(client_id=again[1], version="2", closeness_felt="9"))
    assert stands_for(cast.alice).closeness_felt == 9


def test_a_form_that_was_open_before_the_first_answer_is_asked_once_more(cast):
    alice = signed_in(cast.alice)
    alice.post("/tonight/", full())
    assert "changed elsewhere" in alice.post("/tonight/", full(closeness_felt="1")).content.decode()
    assert stands_for(cast.alice).closeness_felt == 6


@pytest.mark.parametrize("quick", ["closer", "as_usual", "more_room"])
def test_one_tap_is_enough(cast, quick):
    alice = signed_in(cast.alice)
    assert f'name="quick" value="{quick}"' in alice.get("/tonight/?one-tap=1").content.decode()
    assert alice.post("/tonight/", {"client_id": str(uuid4()), "quick": quick}).status_code == 302
    assert stands_for(cast.alice).quick == quick
    assert "Answer in full" in alice.get("/tonight/").content.decode()


def test_a_full_answer_takes_the_place_of_one_tap(cast):
    alice = signed_in(cast.alice)
    alice.post("/tonight/", {"client_id": str(uuid4()), "quick": "closer"})
    alice.post("/tonight/", full(version="1"))
    assert stands_for(cast.alice).kind == "full"


def test_yesterday_can_be_filled_in_once(cast):
    paired_since(cast, 5)
    alice = signed_in(cast.alice)
    yesterday = today_of(cast.alice) - timedelta(days=1)
    assert f"?day={yesterday}" in alice.get("/tonight/").content.decode()
    assert alice.post(f"/tonight/?day={yesterday}", full()).status_code == 302
    assert stands_for(cast.alice, yesterday).closeness_felt == 6
    page = alice.get(f"/tonight/?day={yesterday}").content.decode()
    assert "That day is kept." in page
    assert "?change=1" not in page
    assert f"?day={yesterday}" not in alice.get("/tonight/").content.decode()


def test_days_before_one_came_are_not_asked_for(cast):
    assert "fill in yesterday" not in signed_in(person("Erin", date_joined=clock.now())).get("/tonight/").content.decode()


@pytest.mark.parametrize("day", ["2020-01-01", "2999-01-01", "yesterday", "", "2026-02-30"])
def test_any_other_day_does_not_exist(cast, day):
    assert signed_in(cast.alice).get(f"/tonight/?day={day}").status_code == 404


def test_a_pause_is_said_where_one_answers_and_the_safety_state_is_not(cast):
    consents.enter_safety(person=cast.alice, now=clock.now())
    assert "yours alone unless you share" in signed_in(cast.alice).get("/tonight/").content.decode()
    consents.pause(person=cast.alice, now=clock.now())
    assert "a pause: this stays yours alone" in signed_in(cast.alice).get("/tonight/").content.decode()


def test_an_answer_is_deleted_by_its_author_alone(cast):
    signed_in(cast.alice).post("/tonight/", full())
    address = f"/history/{today_of(cast.alice)}/delete/"
    assert signed_in(cast.bob).post(address).status_code == 404
    assert CheckIn.objects.exists()
    assert signed_in(cast.alice).post(address).headers["Location"] == "/history/"
    assert not CheckIn.objects.exists()


def test_nothing_the_partner_sees_changes_when_an_answer_is_given(cast):
    consents.choose(person=cast.alice, now=clock.now(), sharing="levels", prompt_mode="responsive")
    bob, pages = signed_in(cast.bob), ("/tonight/", "/together/", "/words/", "/you/", "/you/pairing/")
    before = [WORDS.sub("", bob.get(page).content.decode()) for page in pages]
    signed_in(cast.alice).post("/tonight/", full(shared_line="Hello."))
    assert [WORDS.sub("", bob.get(page).content.decode()) for page in pages] == before


def test_the_dashboard_shows_what_the_partner_shares_and_has_revealed(cast):
    paired_since(cast, 20)
    consents.choose(person=cast.bob, now=clock.now() - timedelta(days=19), sharing="levels")
    for ago in range(6, 2, -1):
        kept(cast.bob, days_ago=ago, closeness_felt=9)
        kept(cast.alice, days_ago=ago, closeness_felt=4)
    page = signed_in(cast.alice).get("/together/").content.decode()
    assert 'stroke-dasharray="7 5"' in page
    assert '<th scope="col">Your partner</th>' in page
    mirrored = signed_in(cast.bob).get("/together/").content.decode()
    assert "Your partner</th>" not in mirrored


def test_what_is_not_chosen_yet_is_said_to_its_owner_alone(cast):
    assert "You have not chosen yet" in signed_in(cast.alice).get("/together/").content.decode()
    consents.choose(person=cast.alice, now=clock.now(), sharing="nothing")
    assert "You show nothing." in signed_in(cast.alice).get("/together/").content.decode()


@pytest.mark.parametrize("weeks", ["4", "12", "52", "7", "x", ""])
def test_every_span_is_drawn_and_any_other_is_the_shortest(cast, weeks):
    page = signed_in(cast.alice).get(f"/together/?weeks={weeks}").content.decode()
    assert page.count('<svg class="plot"') == 3
    expected = weeks if weeks in ("4", "12", "52") else "4"
    assert f'href="?weeks={expected}" aria-current="page"' in page


def test_what_a_prompt_tells_is_said_in_the_numbers_in_use_beside_the_choice(cast):
    alice = signed_in(cast.alice)
    assert "/you/sharing/what-a-prompt-tells/" in alice.get("/you/sharing/").content.decode()
    page = alice.get("/you/sharing/what-a-prompt-tells/").content.decode()
    assert "words come on 30 of 100 mornings; after all other days on 15 of 100. At most 2 in any seven days" in page
    assert "by a factor of 4 at most, and those of any two weeks against each other by 10.6" in page
    assert "Seeing which mornings brought words, they guessed no better than without" in page
    assert "18 times as likely" in page
    assert "1.21 times less likely" in page
    cast.alice.language = "es"
    cast.alice.save()
    assert "divide entre 1,21" in alice.get("/you/sharing/what-a-prompt-tells/").content.decode()
