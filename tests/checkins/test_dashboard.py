"""What a person sees of the other: as much as the other chose, from the reveal on, and not a sign more."""

import json
import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH

from backend.accounts import services as accounts
from backend.consents import services as consents
from backend.couples import services as couples
from checkins import board
from checkins.dashboard import dashboard_of, suggestion_of
from checkins.queries import preview_of
from checkins.services import delete_check_in, submit_check_in
from tests import cast
from tests.answering import body, evening, full, item, keep, quick

pytestmark = pytest.mark.django_db

ONE, HOUR = timedelta(days=1), timedelta(hours=1)
DAY = cast.TODAY
# The reveal of DAY in Madrid: 07:00 of the next morning.
REVEAL = datetime(2026, 3, 5, 6, 0, tzinfo=UTC)
NOON = REVEAL + 5 * HOUR


@pytest.fixture
def team():
    return cast.full_cast(now=cast.EVENING - 6 * HOUR)


def share(who, sharing, now=cast.EVENING - 5 * HOUR):
    consents.choose(person=who, sharing=sharing, now=now)


def seen_by(who, now=NOON, weeks=4):
    """Days of the partner's levels, weeks and lines that are shown."""
    board = dashboard_of(person=who, weeks=weeks, now=now)
    days = [(datetime.fromisoformat(board["start"]) + n * ONE).date() for n in range(board["days"])]
    levels = {day: value for day, value in zip(days, board["partner"]["closeness_felt"], strict=True) if value is not None}
    return levels, {one["week"]: one for one in board["partner_weeks"]}, {one["date"]: one["text"] for one in board["partner_lines"]}


NOTHING: tuple[dict[date, int], dict[str, object], dict[str, str]] = ({}, {}, {})


def test_before_any_choice_nothing_is_shown(team):
    keep(team.bob, DAY, full(7, shared_line="a line"))
    assert seen_by(team.alice) == NOTHING


def test_one_who_is_not_paired_sees_their_own(team):
    keep(team.charlie, DAY, full(3))
    board = dashboard_of(person=team.charlie, weeks=4, now=NOON)
    assert board["mine"]["closeness_felt"][-2:] == [3, None]
    assert seen_by(team.charlie) == NOTHING
    assert board["pattern"] is None


def test_levels_appear_at_the_reveal_and_not_a_second_before(team):
    share(team.bob, "levels")
    keep(team.bob, DAY, full(7, 8, 2, tension=9, note="canary-note", feelings=("sad",), shared_line="a line"))
    assert seen_by(team.alice, REVEAL - timedelta(seconds=1)) == NOTHING
    assert seen_by(team.alice, REVEAL) == ({DAY: 7}, {}, {"2026-03-04": "a line"})
    text = json.dumps(dashboard_of(person=team.alice, weeks=4, now=NOON))
    assert "canary-note" not in text
    assert "sad" not in text
    assert "tension" not in text


def test_one_shares_without_the_other_sharing(team):
    share(team.bob, "levels")
    keep(team.bob, DAY)
    keep(team.alice, DAY)
    assert seen_by(team.alice)[0] == {DAY: 6}
    assert seen_by(team.bob) == NOTHING


@pytest.mark.parametrize("hold", [None, consents.pause, consents.enter_safety])
@pytest.mark.parametrize("there", ["Pacific/Honolulu", "Pacific/Auckland"])
def test_moving_ones_own_clock_opens_and_closes_no_day_that_has_been_revealed(team, hold, there):
    """Else a partner could move west and learn from what disappears that the other holds back."""
    share(team.bob, "levels")
    keep(team.bob, DAY)
    assert seen_by(team.alice, NOON)[0] == {DAY: 6}
    if hold:
        hold(person=team.bob, now=REVEAL + HOUR)
    accounts.update_profile(person=team.alice, timezone=there, now=NOON)
    assert seen_by(team.alice, NOON + HOUR)[0] == {DAY: 6}
    assert seen_by(team.alice, NOON + 3 * ONE)[0] == {DAY: 6}


def test_the_reveal_waits_for_both_clocks():
    alice, bob = cast.person("Alice", zone="Pacific/Honolulu"), cast.person("Bob")
    cast.pair(alice, bob, now=cast.EVENING - 6 * HOUR)
    share(bob, "levels")
    keep(bob, DAY)
    # 07:00 in Honolulu, ten hours behind UTC.
    late = datetime(2026, 3, 5, 17, 0, tzinfo=UTC)
    assert seen_by(alice, late - timedelta(seconds=1)) == NOTHING
    assert seen_by(alice, late)[0] == {DAY: 6}


def test_what_was_revealed_before_sharing_began_is_not_opened_afterwards(team):
    keep(team.bob, DAY, full(7, shared_line="old"))
    keep(team.bob, DAY + ONE, full(3, shared_line="new"))
    share(team.bob, "levels", now=NOON)
    assert seen_by(team.alice, NOON + ONE) == ({DAY + ONE: 3}, {}, {"2026-03-05": "new"})


def test_answers_from_before_the_couple_are_never_shown():
    alice, bob = cast.person("Alice"), cast.person("Bob")
    for back in range(1, 8):
        keep(bob, DAY - back * ONE)
    cast.pair(alice, bob, now=cast.EVENING - 6 * HOUR)
    share(bob, "levels")
    for now in (NOON, NOON + 7 * ONE):
        assert seen_by(alice, now) == NOTHING


def test_sharing_nothing_shows_nothing_not_even_a_line(team):
    share(team.bob, "nothing")
    keep(team.bob, DAY, full(shared_line="a line"))
    assert seen_by(team.alice) == NOTHING


def test_a_quick_answer_has_no_level_to_show(team):
    share(team.bob, "levels")
    keep(team.bob, DAY, quick("more_room"))
    assert seen_by(team.alice) == NOTHING


# The weekly picture


MONDAY = date(2026, 3, 9)
SHOWN = datetime(2026, 3, 16, 6, 0, tzinfo=UTC)


def answer_week(who, values, start=MONDAY):
    for n, value in enumerate(values):
        if value is not None:
            keep(who, start + n * ONE, full(value, 6, 4))


def test_the_weekly_picture_appears_on_monday_with_words_alone(team):
    share(team.bob, "weekly")
    answer_week(team.bob, [1, 1, 2, 1, None, None, None])
    assert seen_by(team.alice, SHOWN - timedelta(seconds=1)) == NOTHING
    levels, weeks, lines = seen_by(team.alice, SHOWN)
    assert (levels, lines) == ({}, {})
    assert weeks == {"2026-03-09": {"week": "2026-03-09", "closeness_felt": "low", "closeness_wanted": "usual", "space_wanted": "usual"}}


@pytest.mark.parametrize("values", [[1, 1, 1, None, None, None, None], [None] * 7])
def test_no_picture_from_fewer_than_four_answers(team, values):
    share(team.bob, "weekly")
    answer_week(team.bob, values)
    assert seen_by(team.alice, SHOWN + ONE) == NOTHING


def test_with_levels_comes_the_weekly_picture(team):
    share(team.bob, "levels")
    answer_week(team.bob, [6] * 7)
    levels, weeks, _ = seen_by(team.alice, SHOWN)
    assert len(levels) == 7
    assert list(weeks) == ["2026-03-09"]


def test_a_picture_once_shown_does_not_change(team):
    share(team.bob, "weekly")
    answer_week(team.bob, [1, 1, 1, 1, None, None, 1])
    before = seen_by(team.alice, SHOWN)
    given = evening(MONDAY + 5 * ONE, team.bob)
    late = item(MONDAY + 5 * ONE, full(10), answered_at=given)
    submit_check_in(person=team.bob, item=late, now=SHOWN + HOUR)
    answer_week(team.bob, [9] * 7, start=MONDAY + 7 * ONE)
    assert seen_by(team.alice, SHOWN + 4 * ONE) == before


def test_a_picture_is_the_same_in_every_span_and_at_every_later_look(team):
    share(team.bob, "weekly")
    for week in range(24):
        answer_week(team.bob, [10 if week < 8 else 4 if week == 23 else 3] * 4, start=MONDAY + 7 * week * ONE)
    last = MONDAY + 7 * 23 * ONE
    shown = SHOWN + 7 * 23 * ONE
    looks = [(shown, 4), (shown, 12), (shown, 52), (shown + 14 * ONE, 4), (shown + 14 * ONE, 52)]
    pictures = [seen_by(team.alice, now, weeks)[1][last.isoformat()] for now, weeks in looks]
    assert {one["closeness_felt"] for one in pictures} == {"high"}


# Late, less, gone


def test_a_late_answer_appears_at_the_next_reveal(team):
    share(team.bob, "levels")
    given = evening(DAY, team.bob)
    submit_check_in(person=team.bob, item=item(DAY, full(9), answered_at=given), now=NOON)
    assert seen_by(team.alice, NOON + HOUR) == NOTHING
    assert seen_by(team.alice, REVEAL + ONE - timedelta(seconds=1)) == NOTHING
    assert seen_by(team.alice, REVEAL + ONE)[0] == {DAY: 9}


def test_a_late_full_answer_over_a_quick_one_appears_at_the_next_reveal(team):
    share(team.bob, "levels")
    keep(team.bob, DAY, quick())
    given = evening(DAY, team.bob, 21)
    submit_check_in(person=team.bob, item=item(DAY, full(9), answered_at=given), now=NOON)
    assert seen_by(team.alice, NOON + HOUR) == NOTHING
    assert seen_by(team.alice, REVEAL + ONE)[0] == {DAY: 9}


def test_sharing_less_removes_at_once(team):
    share(team.bob, "levels")
    keep(team.bob, DAY, full(shared_line="a line"))
    assert seen_by(team.alice)[0] == {DAY: 6}
    share(team.bob, "weekly", now=NOON)
    assert seen_by(team.alice) == ({}, {}, {"2026-03-04": "a line"})
    share(team.bob, "nothing", now=NOON)
    assert seen_by(team.alice) == NOTHING


def test_sharing_again_does_not_bring_back_what_was_removed(team):
    share(team.bob, "levels")
    keep(team.bob, DAY)
    share(team.bob, "nothing", now=NOON)
    share(team.bob, "levels", now=NOON)
    assert seen_by(team.alice, NOON + HOUR) == NOTHING


def test_deleting_removes_at_once(team):
    share(team.bob, "levels")
    keep(team.bob, DAY)
    delete_check_in(person=team.bob, day=DAY, now=NOON)
    assert seen_by(team.alice) == NOTHING


def test_leaving_openly_removes_at_once(team):
    share(team.bob, "levels")
    keep(team.bob, DAY)
    couples.leave(person=team.bob, quietly=False, now=NOON)
    assert seen_by(team.alice) == NOTHING


def test_after_pairing_anew_nothing_of_the_time_before_is_shown(team):
    share(team.bob, "levels")
    keep(team.bob, DAY)
    couples.leave(person=team.bob, quietly=False, now=NOON)
    cast.pair(team.bob, team.alice, now=NOON + HOUR)
    share(team.bob, "levels", now=NOON + HOUR)
    assert seen_by(team.alice, NOON + ONE) == NOTHING


def test_a_line_written_for_one_partner_is_never_shown_to_the_next(team):
    share(team.bob, "levels")
    keep(team.bob, DAY, full(7, shared_line="for Alice"), now=cast.EVENING)
    late = item(DAY + ONE, full(2, shared_line="for Alice"), answered_at=NOON)
    couples.leave(person=team.bob, quietly=False, now=NOON + HOUR)
    cast.pair(team.bob, team.charlie, now=NOON + 2 * HOUR)
    share(team.bob, "levels", now=NOON + 2 * HOUR)
    submit_check_in(person=team.bob, item=late, now=NOON + 3 * HOUR)
    assert seen_by(team.charlie, NOON + 7 * ONE) == NOTHING


# Holding back


FREEZES = {
    "pause": lambda who, now: consents.pause(person=who, now=now),
    "safety": lambda who, now: consents.enter_safety(person=who, now=now),
    "quiet leaving": lambda who, now: couples.leave(person=who, quietly=True, now=now),
}


@pytest.mark.parametrize("freeze", FREEZES.values(), ids=FREEZES)
def test_what_was_revealed_stays_and_nothing_new_appears(team, freeze):
    share(team.bob, "levels")
    keep(team.bob, DAY, full(7, shared_line="before"))
    keep(team.bob, DAY + ONE, full(3, shared_line="not yet"), now=NOON)
    freeze(team.bob, NOON + HOUR)
    keep(team.bob, DAY + 2 * ONE, full(2))
    for later in (HOUR, ONE, 2 * ONE, 3 * ONE):
        assert seen_by(team.alice, NOON + later) == ({DAY: 7}, {}, {"2026-03-04": "before"})


@pytest.mark.parametrize("freeze", FREEZES.values(), ids=FREEZES)
def test_holding_back_is_the_same_as_not_answering_any_more(freeze):
    """Twin couples: one holds back and goes on answering, the other has stopped. The partner's answer is the same, byte for byte."""
    seen = []
    for held in (True, False):
        alice, bob = cast.person(f"Alice{held}"), cast.person(f"Bob{held}")
        cast.pair(alice, bob, now=cast.EVENING - 6 * HOUR)
        share(bob, "levels")
        share(alice, "levels")
        for n in range(20):
            keep(alice, DAY + n * ONE, full(5))
            if held or n < 9:
                if held and n == 9:
                    freeze(bob, evening(DAY + 9 * ONE, bob, 12))
                keep(bob, DAY + n * ONE, full(n % 11, shared_line=f"line {n}"))
        last = 11 if freeze is FREEZES["quiet leaving"] else 20
        seen.append(
            [json.dumps(dashboard_of(person=alice, weeks=12, now=REVEAL + n * ONE + k * HOUR)) for n in range(last) for k in (0, 7)]
        )
    assert seen[0] == seen[1]


@pytest.mark.parametrize("kind", ["pause", "safety"])
def test_what_was_answered_while_held_is_never_shown(team, kind):
    share(team.bob, "levels")
    FREEZES[kind](team.bob, cast.EVENING - HOUR)
    keep(team.bob, DAY, full(shared_line="private"))
    consents.resume(person=team.bob, now=cast.EVENING + HOUR)
    consents.leave_safety(person=team.bob, now=cast.EVENING + HOUR)
    keep(team.bob, DAY + ONE, full(3))
    assert seen_by(team.alice, NOON + 5 * ONE) == ({DAY + ONE: 3}, {}, {})


def test_after_three_days_of_quiet_everything_of_the_other_is_gone(team):
    share(team.bob, "levels")
    keep(team.bob, DAY)
    couples.leave(person=team.bob, quietly=True, now=NOON)
    couples.end_quietly_left(now=NOON + 3 * ONE)
    assert seen_by(team.alice, NOON + 3 * ONE) == NOTHING


def test_the_one_who_left_quietly_sees_nothing_of_the_other(team):
    share(team.bob, "levels")
    keep(team.bob, DAY)
    couples.leave(person=team.alice, quietly=True, now=NOON)
    assert seen_by(team.alice) == NOTHING


def test_a_preview_shows_what_the_partner_sees(team):
    share(team.bob, "levels")
    keep(team.bob, DAY, full(7, shared_line="a line"))
    mine = preview_of(team.bob, since=DAY - 7 * ONE, now=NOON)
    assert mine.levels.days() == [DAY]
    assert mine.lines == {DAY: "a line"}
    assert seen_by(team.alice) == ({DAY: 7}, {}, {DAY.isoformat(): "a line"})


def test_the_driver_remembers_how_it_read_the_statement():
    assert len(board._statement()) <= MAX_CACHED_STATEMENT_LENGTH


def test_looking_costs_the_same_whatever_the_other_did(team):
    counts = set()
    for step in (
        lambda: None,
        lambda: share(team.bob, "levels"),
        lambda: keep(team.bob, DAY, full(shared_line="a line")),
        lambda: consents.pause(person=team.bob, now=NOON),
        lambda: couples.leave(person=team.bob, quietly=True, now=NOON),
    ):
        step()
        with CaptureQueriesContext(connection) as captured:
            dashboard_of(person=team.alice, weeks=52, now=NOON)
        counts.add(len(captured))
    assert counts == {1}


# Over the API


def test_the_form_is_the_same_for_everybody(team):
    answers = [cast.signed_in(who).get("/api/v1/dashboard/?weeks=4").json() for who in (team.alice, team.charlie)]
    assert answers[0] == answers[1]
    assert answers[0]["days"] == 28
    assert {len(line) for side in ("mine", "partner") for line in answers[0][side].values()} == {28}


@pytest.mark.parametrize("weeks", [4, 12, 52])
def test_spans(team, weeks):
    assert cast.signed_in(team.alice).get(f"/api/v1/dashboard/?weeks={weeks}").json()["days"] == 7 * weeks


@pytest.mark.parametrize("weeks", ["5", "0", "-4", "4.0", "", "all", "４", "4&weeks=5", "%00"])
def test_no_other_span(team, weeks):
    answer = cast.signed_in(team.alice).get(f"/api/v1/dashboard/?weeks={weeks}")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == "/weeks"


def test_the_partners_answering_today_changes_no_byte(team):
    share(team.bob, "levels", now=cast.EVENING)
    hers, his = cast.signed_in(team.alice), cast.signed_in(team.bob)
    paths = ("/api/v1/dashboard/?weeks=4", "/api/v1/couples/", "/api/v1/check-ins/", "/api/v1/choices/", "/api/v1/me/")

    def transcript():
        return [re.sub(rb'"request_id":"\w+"', b"", hers.get(path).content) for path in paths]

    before = transcript()
    today = dashboard_today(his)
    assert his.put(f"/api/v1/check-ins/{today}/", json.dumps(body(shared_line="x")), content_type="application/json").status_code == 201
    assert transcript() == before


def dashboard_today(client):
    board = client.get("/api/v1/dashboard/?weeks=4").json()
    return (datetime.fromisoformat(board["start"]) + 27 * ONE).date()


# The suggestion of the week


def test_the_suggestion_is_the_same_for_everybody_all_week(team):
    monday = date(2026, 3, 2)
    boards = [
        dashboard_of(person=who, weeks=4, now=datetime.combine(monday + n * ONE, datetime.min.time().replace(hour=18), UTC))
        for who in (team.alice, team.bob, team.charlie)
        for n in range(7)
    ]
    assert {board["suggestion"]["title"] for board in boards} == {suggestion_of(week=monday, language="en", retired=frozenset())["title"]}
    assert {board["suggestion"]["week"] for board in boards} == {"2026-03-02"}


def test_the_suggestion_stays_the_same_for_one_who_does_not_feel_safe(team):
    before = dashboard_of(person=team.alice, weeks=4, now=cast.EVENING)["suggestion"]
    consents.enter_safety(person=team.alice, now=cast.EVENING)
    assert dashboard_of(person=team.alice, weeks=4, now=cast.EVENING)["suggestion"] == before


def test_the_suggestion_comes_in_ones_own_language(team):
    team.alice.language = "es"
    mine, theirs = (dashboard_of(person=who, weeks=4, now=cast.EVENING)["suggestion"] for who in (team.alice, team.bob))
    assert (mine["language"], theirs["language"]) == ("es", "en")
    assert mine["title"] != theirs["title"]


def test_the_page_shows_the_suggestion(team):
    shown = cast.signed_in(team.alice).get("/together/").content.decode()
    assert "For this week" in shown
    assert shown.count("small-step") == 1
