"""What the partner will see, shown before anything is chosen: the same pieces as on the partner's own page."""

import re
from datetime import timedelta

import pytest

from backend import clock
from backend.consents import services as consents
from backend.couples import services as couples
from checkins.queries import preview_of
from tests.answering import full, keep, keep_many
from tests.cast import EVENING, TODAY, full_cast, signed_in

pytestmark = pytest.mark.django_db

ONE = timedelta(days=1)
PLOT = r'<path class="you"[^>]* stroke-dasharray[^>]*>'
PIECES = re.compile(rf'{PLOT}|<circle[^>]* class="you"/>|<tr><td>.*?</tr>|<p class="voice">.*?</p>')


@pytest.fixture
def cast(monkeypatch):
    """Alice and Bob, paired five weeks ago, with an answer of Bob's on each day since, and a line for Alice."""
    now = EVENING + 36 * ONE
    monkeypatch.setattr(clock, "now", lambda: now)
    cast = full_cast(now=EVENING - timedelta(hours=6))
    keep_many(cast.bob, {TODAY + n * ONE: full(n % 11) for n in range(34)})
    keep(cast.bob, TODAY + 34 * ONE, full(1, note="canary-note", feelings=("sad",), shared_line="Soup was good."))
    return cast


def page(who, sharing=""):
    return signed_in(who).get(f"/you/sharing/preview/?sharing={sharing}").content.decode()


def now_part(text):
    return text.partition("How it may look")[0]


def test_the_preview_holds_the_very_pieces_of_the_partners_page(cast):
    consents.choose(person=cast.bob, sharing="levels", now=EVENING - timedelta(hours=5))
    theirs, mine = signed_in(cast.alice).get("/together/").content.decode(), now_part(page(cast.bob))
    drawn = [one for one in PIECES.findall(mine) if not one.startswith("<tr>")]
    assert len(drawn) == 4
    assert "Soup was good." in drawn[-1]
    assert [one for one in PIECES.findall(theirs) if one in drawn] == drawn
    weeks = re.findall(r"<tr><td>[^<]*</td><td><span.*?</tr>", mine)
    assert len(weeks) >= 4
    assert weeks == re.findall(r"<tr><td>[^<]*</td><td><span.*?</tr>", theirs)


def test_sharing_more_opens_nothing_from_before_and_sharing_less_takes_away(cast):
    consents.choose(person=cast.bob, sharing="weekly", now=EVENING - timedelta(hours=5))
    assert not re.search(PLOT, now_part(page(cast.bob, "levels")))
    assert "Soup was good." in now_part(page(cast.bob, "weekly"))
    assert "Soup was good." not in page(cast.bob, "nothing")
    assert "Nothing of your answers." in page(cast.bob, "nothing")


def test_looking_at_another_choice_chooses_nothing(cast):
    consents.choose(person=cast.bob, sharing="weekly", now=EVENING - timedelta(hours=5))
    page(cast.bob, "levels")
    cast.bob.refresh_from_db()
    assert signed_in(cast.bob).get("/api/v1/choices/").json()["sharing"] == "weekly"


def test_an_example_comes_from_ones_own_answers_or_says_that_it_is_made_up(cast):
    assert "With your own last four weeks" in page(cast.bob, "levels")
    assert "With made-up answers" in page(cast.alice, "levels")
    assert len(re.findall(PLOT, page(cast.alice, "levels"))) == 3
    assert page(cast.alice, "weekly").count("<tr>") > 3


def test_nothing_private_is_in_it_and_nothing_of_the_partner(cast):
    keep(cast.alice, TODAY + 20 * ONE, full(3, shared_line="canary-alice"))
    consents.choose(person=cast.alice, sharing="levels", now=EVENING)
    text = page(cast.bob, "levels")
    assert "canary" not in text
    assert ">sad<" not in text


def test_a_partner_who_left_quietly_is_not_given_away(cast):
    consents.choose(person=cast.bob, sharing="levels", now=EVENING - timedelta(hours=5))
    quietly = EVENING + 30 * ONE
    before = preview_of(cast.bob, since=TODAY, now=clock.now())
    couples.leave(person=cast.alice, quietly=True, now=quietly)
    assert preview_of(cast.bob, since=TODAY, now=clock.now()).levels.days() == before.levels.days() != []


def test_somebody_alone_sees_the_example_and_that_nobody_sees_anything(cast):
    text = page(cast.charlie, "weekly")
    assert "nobody sees anything of you" in text
    assert "With made-up answers" in text
