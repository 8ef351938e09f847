"""Two stretches of days beside each other: what each stands on, and that little is said of little."""

from datetime import date

import pytest

from checkins.practice.comparing import table_of
from checkins.practice.periods import bands_of, compared, parting_day
from checkins.practice.summary import QUESTIONS
from checkins.practice.trend import Side
from tests.checkins.practice.made_up import DAY, LAST, NAMES, SCOPES, made_up

ALL = frozenset(SCOPES)


def test_every_day_is_on_one_side_and_every_mean_is_of_its_own_days():
    compared_means = 0
    for seed in range(60):
        data = made_up(seed)
        trend = data.trend(ALL)
        day = parting_day(trend, [])
        comparison = compared(trend, day)
        if comparison is None:
            assert data.since == data.until
            continue
        assert sum(comparison.days) == (data.until - data.since).days + 1
        assert comparison.prompts == (sum(on < day for on, _ in data.prompts), sum(on >= day for on, _ in data.prompts))
        for question in QUESTIONS:
            for side, one in enumerate(comparison.levels[question]):
                rows = [(on, value) for who, on, asked, value in data.levels if (who, asked) == (side, question)]
                parts = [value for on, value in rows if on < day], [value for on, value in rows if on >= day]
                assert (one.before, one.since) == tuple(map(len, parts))
                assert (one.change is None) == (min(map(len, parts)) < 5)
                if one.change:
                    compared_means += 1
                    assert one.change.before == pytest.approx(sum(parts[0]) / len(parts[0]))
                    assert one.change.after == pytest.approx(sum(parts[1]) / len(parts[1]))
    assert compared_means > 100


def test_a_day_that_parts_nothing_compares_nothing():
    trend = made_up(5).trend(ALL)
    for day in (trend.since, trend.since - DAY, trend.until + DAY):
        assert compared(trend, day) is None
    assert compared(trend, trend.until)


def test_it_parts_at_the_last_session_within_these_days_and_else_in_the_middle():
    trend = made_up(5).trend(ALL)
    assert parting_day(trend, [trend.since + DAY, trend.since + 9 * DAY, LAST + DAY]) == trend.since + 9 * DAY
    middle = parting_day(trend, [trend.since])
    before, since = compared(trend, middle).days
    assert abs(before - since) <= 1


def test_only_what_both_allow_is_compared():
    trend = made_up(5).trend(frozenset({"levels"}))
    comparison = compared(trend, parting_day(trend, []))
    assert comparison.levels
    assert (comparison.weeks, comparison.episode_days, comparison.prompts, comparison.feelings) == (None, None, None, None)


def weeks(*levels: str | None, until: date = date(2026, 3, 29)) -> Side:
    mondays = [until - 6 * DAY - 7 * back * DAY for back in reversed(range(len(levels)))]
    return Side(name="", weeks={monday: dict.fromkeys(QUESTIONS, level) for monday, level in zip(mondays, levels, strict=True)})


@pytest.mark.parametrize(
    "side, way",
    [
        (weeks("low", "low", "usual", "usual"), "up"),
        (weeks("high", "usual", "low", "usual"), "down"),
        (weeks("high", "usual", "usual", "usual"), "alike"),
        (weeks("low", "low", "high"), None),
        (weeks("low", None, "high", "high"), None),
        (weeks(), None),
    ],
)
def test_weeks_say_which_way_only_from_two_on_either_side(side, way):
    assert bands_of(side, "space_wanted", date(2026, 3, 16)).way == way


def test_the_week_of_the_session_itself_belongs_to_neither_side():
    bands = bands_of(weeks("low", "low", "high", "usual"), "space_wanted", date(2026, 3, 18))
    assert (bands.before, bands.since) == ((2, 0, 0), (0, 1, 0))


def test_the_table_says_no_mean_of_few_answers():
    data = made_up(5)
    data.levels = [(side, LAST - n * DAY, question, 7) for side in (0, 1) for n in range(20) for question in QUESTIONS]
    trend = data.trend(frozenset({"levels"}))
    comparison = compared(trend, LAST - 3 * DAY)
    assert comparison
    table = table_of(comparison, NAMES)
    for _title, rows in table.groups:
        for row in rows:
            assert (row.before, row.since, row.said) == ("16 answers", "4 answers", "too few answers to say")
