"""Two stretches of days beside each other: what each stands on, and that little is said of little."""

from datetime import date

import pytest

from backend.errors import Invalid
from checkins.practice.choosing import chosen
from checkins.practice.comparing import heads_of_parting, heads_of_periods, table_of
from checkins.practice.periods import Period, bands_of, before_and_since, compared, parted_at, parting_day
from checkins.practice.summary import QUESTIONS
from checkins.practice.trend import Side, Trend
from tests.checkins.practice.made_up import DAY, LAST, NAMES, SCOPES, made_up

ALL = frozenset(SCOPES)


def parted(trend: Trend, day: date) -> tuple[Period, Period]:
    parts = parted_at(trend, day)
    assert parts is not None
    return parts


def test_every_day_is_on_one_side_and_every_mean_is_of_its_own_days():
    compared_means = 0
    for seed in range(60):
        data = made_up(seed)
        trend = data.trend(ALL)
        day = parting_day(trend, [])
        parts = parted_at(trend, day)
        if parts is None:
            assert data.since == data.until
            continue
        comparison = compared(trend, *parts)
        assert sum(one.days for one in parts) == (data.until - data.since).days + 1
        assert comparison.prompts == (sum(on < day for on, _ in data.prompts), sum(on >= day for on, _ in data.prompts))
        for question in QUESTIONS:
            for side, one in enumerate(comparison.levels[question]):
                rows = [(on, value) for who, on, asked, value in data.levels if (who, asked) == (side, question)]
                earlier, later = [value for on, value in rows if on < day], [value for on, value in rows if on >= day]
                assert (one.earlier, one.later) == (len(earlier), len(later))
                assert (one.change is None) == (min(len(earlier), len(later)) < 5)
                if one.change:
                    compared_means += 1
                    assert one.change.before == pytest.approx(sum(earlier) / len(earlier))
                    assert one.change.after == pytest.approx(sum(later) / len(later))
    assert compared_means > 100


def test_a_day_that_parts_nothing_compares_nothing():
    trend = made_up(5).trend(ALL)
    for day in (trend.since, trend.since - DAY, trend.until + DAY):
        assert parted_at(trend, day) is None
    assert parted_at(trend, trend.until)


def test_it_parts_at_the_last_session_within_these_days_and_else_in_the_middle():
    trend = made_up(5).trend(ALL)
    assert parting_day(trend, [trend.since + DAY, trend.since + 9 * DAY, LAST + DAY]) == trend.since + 9 * DAY
    middle = parting_day(trend, [trend.since])
    before, since = parted(trend, middle)
    assert abs(before.days - since.days) <= 1


def test_only_what_both_allow_is_compared():
    trend = made_up(5).trend(frozenset({"levels"}))
    comparison = compared(trend, *parted(trend, parting_day(trend, [])))
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
    assert bands_of(side, "space_wanted", *before_and_since(date(2026, 3, 16))).way == way


def test_the_week_of_the_session_itself_belongs_to_neither_side():
    bands = bands_of(weeks("low", "low", "high", "usual"), "space_wanted", *before_and_since(date(2026, 3, 18)))
    assert (bands.earlier, bands.later) == ((2, 0, 0), (0, 1, 0))


def test_the_table_says_no_mean_of_few_answers():
    data = made_up(5)
    data.levels = [(side, LAST - n * DAY, question, 7) for side in (0, 1) for n in range(20) for question in QUESTIONS]
    trend = data.trend(frozenset({"levels"}))
    comparison = compared(trend, *parted(trend, LAST - 3 * DAY))
    table = table_of(comparison, NAMES, heads=heads_of_parting(comparison))
    assert table.heads == ("49 days before", "4 days since")
    for _title, rows in table.groups:
        for row in rows:
            assert (row.earlier, row.later, row.said) == ("16 answers", "4 answers", "too few answers to say")


def test_days_in_neither_stretch_are_in_no_figure():
    """Whatever the days between hold, two stretches say the same."""
    compared_something = 0
    for seed in range(40):
        data = made_up(seed)
        days = (data.until - data.since).days
        if days < 20:
            continue
        earlier, later = Period(data.since + DAY, data.since + 8 * DAY), Period(data.until - 7 * DAY, data.until - DAY)
        whole = compared(data.trend(ALL), earlier, later)
        data.levels = [row for row in data.levels if row[1] in earlier or row[1] in later]
        data.feelings = [row for row in data.feelings if row[1] in earlier or row[1] in later]
        data.prompts = [row for row in data.prompts if row[0] in earlier or row[0] in later]
        data.weeks = [row for row in data.weeks if any(row[1] in one and row[1] + 6 * DAY in one for one in (earlier, later))]
        assert compared(data.trend(ALL), earlier, later) == whole
        compared_something += any(one.change for one in whole.levels["space_wanted"])
    assert compared_something > 5


def test_the_heads_of_two_stretches_name_their_days():
    trend = made_up(5).trend(ALL)
    comparison = compared(trend, Period(LAST - 20 * DAY, LAST - 14 * DAY), Period(LAST, LAST))
    assert heads_of_periods(comparison) == ("9 Mar to 15 Mar, 7 days", "29 Mar to 29 Mar, 1 day")


WINDOW = Period(date(2026, 1, 5), date(2026, 3, 3))


def four(*days: str) -> dict[str, date]:
    names = ("first_from", "first_to", "second_from", "second_to")
    return {name: date.fromisoformat(f"2026-{day}") for name, day in zip(names, days, strict=True)}


def test_the_earlier_stretch_stands_first_whichever_was_named_first():
    assert chosen(window=WINDOW, **four("02-10", "02-20", "01-05", "02-09")) == (
        Period(date(2026, 1, 5), date(2026, 2, 9)),
        Period(date(2026, 2, 10), date(2026, 2, 20)),
    )


@pytest.mark.parametrize(
    "days, wrong",
    [
        (("01-04", "01-20", "02-01", "03-03"), ["/first_from out-of-range"]),
        (("01-05", "01-20", "02-01", "03-04"), ["/second_to out-of-range"]),
        (("01-20", "01-19", "02-01", "03-03"), ["/first_to out-of-order"]),
        (("01-05", "02-01", "02-01", "03-03"), ["/second_from overlapping"]),
        (("01-05", "03-03", "01-05", "03-03"), ["/second_from overlapping"]),
        (
            ("01-01", "01-02", "03-04", "03-03"),
            ["/first_from out-of-range", "/first_to out-of-range", "/second_from out-of-range", "/second_to out-of-order"],
        ),
    ],
)
def test_days_that_cannot_be_compared_are_refused_each_with_its_reason(days, wrong):
    with pytest.raises(Invalid) as refused:
        chosen(window=WINDOW, **four(*days))
    assert [f"{one.pointer} {one.code}" for one in refused.value.errors] == wrong
    assert all(one.detail for one in refused.value.errors)
