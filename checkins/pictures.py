"""The dashboard in pictures and words. Each sentence is about one person's answers alone, or about the pattern.

Nothing here compares the two, averages them or subtracts one from the other.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from statistics import fmean, quantiles
from typing import Any

from django.utils.formats import date_format, localize
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext, gettext_lazy, gettext_noop, ngettext

from checkins.plots import Line, RibbonPiece, line_plot, ribbon, swatch

DAILY_UP_TO_WEEKS = 4
FEW = 5
LAST_WEEK = 7
CLEAR_SHIFT = 1.0  # points of the scale between means; smaller shifts are within what a week does by itself

TITLES = {
    "closeness_felt": gettext_lazy("Closeness felt"),
    "closeness_wanted": gettext_lazy("Closeness wished for"),
    "space_wanted": gettext_lazy("Room needed"),
}
OWN_WORDS = {
    ("closeness_felt", True): gettext_noop("You felt closer than is usual for you on %(days)d of the last %(of)d days you answered."),
    ("closeness_felt", False): gettext_noop("You felt less close than is usual for you on %(days)d of the last %(of)d days you answered."),
    ("closeness_wanted", True): gettext_noop(
        "You wanted more closeness than is usual for you on %(days)d of the last %(of)d days you answered."
    ),
    ("closeness_wanted", False): gettext_noop(
        "You wanted less closeness than is usual for you on %(days)d of the last %(of)d days you answered."
    ),
    ("space_wanted", True): gettext_noop("You needed more room than is usual for you on %(days)d of the last %(of)d days you answered."),
    ("space_wanted", False): gettext_noop("You needed less room than is usual for you on %(days)d of the last %(of)d days you answered."),
    ("tension", True): gettext_noop("You were more on edge than is usual for you on %(days)d of the last %(of)d days you answered."),
    ("tension", False): gettext_noop("You were less on edge than is usual for you on %(days)d of the last %(of)d days you answered."),
}
LEVEL_WORDS = {"low": gettext_lazy("low"), "usual": gettext_lazy("usual"), "high": gettext_lazy("high")}
LEVEL_SIGNS = {"low": "↓", "usual": "·", "high": "↑"}
STATE_WORDS = {
    "steady": gettext_lazy("steady"),
    "one_reaching": gettext_lazy("one reaching while one makes room"),
    "both_apart": gettext_lazy("both apart"),
    "unsure": gettext_lazy("hard to say"),
    "not_enough": gettext_lazy("not enough answers yet"),
}


@dataclass(frozen=True, kw_only=True)
class Plot:
    """A picture, the sentence under it and the table behind it."""

    title: str | Promise
    picture: SafeString
    sentence: str
    rows: Sequence[tuple[date, float | None, float | None]]
    has_partner: bool


@dataclass(frozen=True, kw_only=True)
class Ribbon:
    picture: SafeString
    sentence: str
    key: Sequence[tuple[SafeString, str | Promise]]
    rows: Sequence[tuple[date, str]]


def together_of(shown: Mapping[str, Any], *, key: str = "") -> dict[str, Any]:
    """What the page shows of a dashboard: plots, the partner's weeks and lines, the ribbon. `key` keeps two on one page apart."""
    start = date.fromisoformat(shown["start"])
    weekly = shown["weeks"] > DAILY_UP_TO_WEEKS
    plots = [_plot(name, start, shown["mine"][name], shown["partner"][name], weekly=weekly, key=key) for name in TITLES]
    return {
        "first_plot": plots[0],
        "more_plots": plots[1:],
        "weekly": weekly,
        "has_answers": any(value is not None for value in shown["mine"]["closeness_felt"]),
        "partner_weeks": [_picture(week) for week in reversed(shown["partner_weeks"])],
        "partner_lines": [(date.fromisoformat(line["date"]), line["text"]) for line in reversed(shown["partner_lines"])],
        "ribbon": _ribbon(shown["pattern"]) if shown["pattern"] else None,
        "ribbon_opted_in": shown["pattern"] is not None,
    }


def own_sentence(values: Sequence[int | None]) -> str:
    """What one's own line says, and how sure that is: where most answers lay, and whether the last week differs."""
    given = [value for value in values if value is not None]
    if len(given) < FEW:
        return gettext("Not enough answers yet to say more.")
    low, *_between, high = (round(cut) for cut in quantiles(given, n=4, method="inclusive"))
    spread = (
        gettext("Most of your answers lay between %(low)d and %(high)d.") % {"low": low, "high": high}
        if low != high
        else gettext("Most of your answers were about %(low)d.") % {"low": low}
    )
    return f"{spread} {_last_week(values)}"


def lately_sentences(lately: Mapping[str, Any]) -> list[str]:
    """What stands out in one's own answers, in words about nobody else."""
    if not lately["enough"]:
        return [gettext("Not enough answers yet to say what is usual for you.")]
    if not lately["stands_out"]:
        return [gettext("Your last answers are much as usual for you.")]
    return [gettext(OWN_WORDS[one["question"], one["above"]]) % {"days": one["days"], "of": one["of"]} for one in lately["stands_out"]]


def _last_week(values: Sequence[int | None]) -> str:
    late = [value for value in values[-LAST_WEEK:] if value is not None]
    early = [value for value in values[:-LAST_WEEK] if value is not None]
    if len(late) < 3 or len(early) < FEW:
        return gettext("It is too early to say whether the last week was different.")
    shift = fmean(late) - fmean(early)
    if abs(shift) < CLEAR_SHIFT:
        return gettext("The last week was much like the time before.")
    words = gettext("higher") if shift > 0 else gettext("lower")
    return gettext("The last week looks %(words)s than the time before, from %(count)s.") % {
        "words": words,
        "count": ngettext("%d answer", "%d answers", len(late)) % len(late),
    }


def _plot(name: str, start: date, mine: Sequence[int | None], partner: Sequence[int | None], *, weekly: bool, key: str) -> Plot:
    has_partner = any(value is not None for value in partner)
    end = start + timedelta(days=len(mine) - 1)
    step = 7 if weekly else 1
    own, theirs = (by_week(mine), by_week(partner)) if weekly else (mine, partner)
    who = gettext("Your line and the line your partner shares") if has_partner else gettext("Your line")
    days = [start + timedelta(days=number * step) for number in range(len(own))]
    lines = [Line(who="me", values=own)] + ([Line(who="you", values=theirs)] if has_partner else [])
    picture = line_plot(
        key=key + name.replace("_", "-"),
        start=start,
        step_days=step,
        lines=lines,
        spoken={
            number: _point(*row)
            for number, row in enumerate(zip(days, own, theirs, strict=True))
            if row[1] is not None or row[2] is not None
        },
        title=str(TITLES[name]),
        description=gettext("%(who)s, 0 to 10, from %(start)s to %(end)s. The table below holds every number.")
        % {"who": who, "start": date_format(start, "MONTH_DAY_FORMAT"), "end": date_format(end, "MONTH_DAY_FORMAT")},
    )
    rows = [row for row in zip(days, own, theirs, strict=True) if row[1] is not None or row[2] is not None]
    return Plot(title=TITLES[name], picture=picture, sentence=own_sentence(mine), rows=rows[::-1], has_partner=has_partner)


def _point(day: date, mine: float | None, theirs: float | None) -> str:
    """What stands at a day, as the table says it."""
    said = [gettext("you %(level)s") % {"level": _level(mine)}] if mine is not None else []
    said += [gettext("your partner %(level)s") % {"level": _level(theirs)}] if theirs is not None else []
    return f"{date_format(day, 'MONTH_DAY_FORMAT')}: {', '.join(said)}"


def _level(value: float) -> str:
    return localize(value) if value % 1 else str(int(value))


def by_week(values: Sequence[int | None]) -> list[float | None]:
    """The mean of one person's answers in each seven days, to a tenth; None where there were none."""
    weeks = [[value for value in values[at : at + 7] if value is not None] for at in range(0, len(values), 7)]
    return [round(fmean(week), 1) if week else None for week in weeks]


def _picture(week: Mapping[str, Any]) -> dict[str, Any]:
    """A week the partner shows as low, about usual or high for them."""
    levels = [
        (LEVEL_SIGNS[week[name]], LEVEL_WORDS[week[name]]) if week[name] else ("", gettext_lazy("too few answers")) for name in TITLES
    ]
    return {"week": date.fromisoformat(week["week"]), "levels": levels}


def _ribbon(weeks: Sequence[Mapping[str, Any]]) -> Ribbon:
    named = [(date.fromisoformat(week["week"]), str(week["state"]), week["certainty"]) for week in weeks]
    rows = [(monday, _said(state, certainty)) for monday, state, certainty in named]
    pieces = [
        RibbonPiece(state=state, words=f"{date_format(monday, 'MONTH_DAY_FORMAT')}: {words}")
        for (monday, words), (_monday, state, _certainty) in zip(rows, named, strict=True)
    ]
    sentence = _ribbon_sentence(named)
    picture = ribbon(pieces=pieces, title=gettext("The pattern, week by week"), description=sentence)
    key = [(swatch(state), words) for state, words in STATE_WORDS.items() if any(state == one[1] for one in named)]
    return Ribbon(picture=picture, sentence=sentence, key=key, rows=rows[::-1])


def _said(state: str, certainty: float | None) -> str:
    if certainty is None or state == "unsure":
        return str(STATE_WORDS[state])
    return f"{STATE_WORDS[state]} · {_how_sure(certainty)}"


def _how_sure(certainty: float) -> str:
    if certainty >= 0.85:
        return gettext("quite sure")
    return gettext("fairly, not fully, sure") if certainty >= 0.7 else gettext("not very sure")


def _ribbon_sentence(weeks: Sequence[tuple[date, str, float | None]]) -> str:
    """What the ribbon shows: how most weeks were, and the latest that was different."""
    known = [week for week in weeks if week[1] != "not_enough"]
    if not known:
        return gettext("Not enough answers yet.")
    steady = sum(state == "steady" for _monday, state, _certainty in known)
    first = gettext("Mostly steady.") if steady * 2 > len(known) else gettext("These weeks were mixed.")
    moved = [week for week in known if week[1] in ("one_reaching", "both_apart")]
    if not moved:
        return f"{first} {gettext('No week stands out.')}"
    monday, state, certainty = moved[-1]
    looked = (
        gettext("In the week of %(monday)s it looked as if one of you was reaching while the other made room.")
        if state == "one_reaching"
        else gettext("In the week of %(monday)s it looked as if you were both apart.")
    ) % {"monday": date_format(monday, "MONTH_DAY_FORMAT")}
    sure = gettext("We are %(sure)s.") % {"sure": _how_sure(certainty or 0)}
    return f"{first} {looked} {sure}"
