"""Two stretches of days as one table: what stood in the earlier, what in the later, and whether that is more than chance."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.utils.formats import date_format, localize
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, ngettext

from checkins.pictures import LEVEL_WORDS, TITLES
from checkins.practice.periods import Bands, Beside, Comparison, Period

WAYS = {"up": gettext_lazy("higher"), "down": gettext_lazy("lower"), "alike": gettext_lazy("no clear change")}
WAY_SIGNS = {"up": "↗", "down": "↘", "alike": "→"}
TOO_FEW_WEEKS = gettext_lazy("too few weeks to say")


@dataclass(frozen=True, kw_only=True)
class Row:
    """Whose or what, in the earlier days, in the later, and what may be said of it."""

    who: str | Promise
    earlier: str
    later: str
    said: str | Promise = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """`heads` name the two stretches; `groups` are a heading with its rows."""

    heads: tuple[str, str]
    groups: Sequence[tuple[str | Promise, Sequence[Row]]]


def table_of(comparison: Comparison, names: Sequence[str], *, heads: tuple[str, str]) -> Table:
    return Table(heads=heads, groups=list(_groups(comparison, names)))


def heads_of_parting(comparison: Comparison) -> tuple[str, str]:
    """How many days there are before a day, and from it on."""
    earlier, later = comparison.earlier.days, comparison.later.days
    return ngettext("%d day before", "%d days before", earlier) % earlier, ngettext("%d day since", "%d days since", later) % later


def heads_of_periods(comparison: Comparison) -> tuple[str, str]:
    """From which day to which, and how many that are."""
    return _span(comparison.earlier), _span(comparison.later)


def _span(period: Period) -> str:
    first, last = (date_format(day, "SHORT_DAY_FORMAT") for day in (period.since, period.until))
    words = ngettext("%(first)s to %(last)s, %(days)d day", "%(first)s to %(last)s, %(days)d days", period.days)
    return words % {"first": first, "last": last, "days": period.days}


def way_of(bands: Bands) -> tuple[str, str | Promise]:
    """Which way the weeks of one question went, as a sign and in words."""
    return (WAY_SIGNS[bands.way], WAYS[bands.way]) if bands.way else ("?", TOO_FEW_WEEKS)


def _groups(comparison: Comparison, names: Sequence[str]) -> Iterator[tuple[str | Promise, Sequence[Row]]]:
    for name, title in TITLES.items():
        if comparison.levels is not None:
            yield title, [_of_levels(who, one) for who, one in zip(names, comparison.levels[name], strict=True)]
        elif comparison.weeks is not None:
            yield title, [_of_weeks(who, one) for who, one in zip(names, comparison.weeks[name], strict=True)]
    if comparison.episode_days is not None and comparison.prompts is not None:
        yield (
            gettext_lazy("Days counted"),
            [
                _counted(gettext_lazy("reaching and making room"), comparison.episode_days),
                _counted(gettext_lazy("prompts"), comparison.prompts),
            ],
        )
    if comparison.feelings is not None:
        yield gettext_lazy("Days with feelings named"), [_counted(who, days) for who, days in zip(names, comparison.feelings, strict=True)]


def _of_levels(who: str, one: Beside) -> Row:
    """Means only where there are answers enough to compare."""
    if one.change is None:
        return Row(who=who, earlier=_answers(one.earlier), later=_answers(one.later), said=gettext_lazy("too few answers to say"))
    shift, margin = round(one.change.shift, 1), round(one.change.margin, 1)
    if one.change.is_clear:
        words = (
            gettext("%(shift)s lower; up to %(margin)s may be chance")
            if shift < 0
            else gettext("%(shift)s higher; up to %(margin)s may be chance")
        )
    else:
        words = gettext("no clear change: %(shift)s, and up to %(margin)s may be chance")
    return Row(
        who=who,
        earlier=_mean(one.change.before, one.earlier),
        later=_mean(one.change.after, one.later),
        said=words % {"shift": localize(abs(shift)), "margin": localize(margin)},
    )


def _mean(level: float, answers: int) -> str:
    return gettext("%(level)s from %(answers)s") % {"level": localize(round(level, 1)), "answers": _answers(answers)}


def _answers(number: int) -> str:
    return ngettext("%d answer", "%d answers", number) % number


def _of_weeks(who: str, one: Bands) -> Row:
    return Row(who=who, earlier=_levels(one.earlier), later=_levels(one.later), said=way_of(one)[1])


def _levels(counted: Sequence[int]) -> str:
    said = [f"{words} {number}" for words, number in zip(LEVEL_WORDS.values(), counted, strict=True) if number]
    return ", ".join(said) or gettext("no week")


def _counted(who: str | Promise, days: tuple[int, int]) -> Row:
    return Row(who=who, earlier=str(days[0]), later=str(days[1]))
