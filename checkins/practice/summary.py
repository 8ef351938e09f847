"""What a couple's weeks say, as six to ten sentences: which, in what order, and every number in them. Pure; `wording` has the words.

A sentence that holds anything of one of the two holds the same of the other, in the same form. Nothing is said that the days without
an answer could turn round: a question is described from five answers on, and a change is named only where it passes its margin.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import islice
from statistics import quantiles
from typing import Any, Protocol

from checkins.practice.changes import FEW, Change, change_between

AT_MOST = 10
QUESTIONS = ("closeness_felt", "closeness_wanted", "space_wanted")
REACTIONS = ("helped", "not_now", "did_not_fit")
SIDES = ("a", "b")

Figure = int | float | date | str


class SideSeen(Protocol):
    """One of the two, as `trend.Side` holds it."""

    @property
    def weeks(self) -> Mapping[date, Mapping[str, str | None]]: ...
    @property
    def levels(self) -> Mapping[date, Any]: ...
    @property
    def feelings(self) -> Mapping[date, Sequence[str]]: ...


class TrendSeen(Protocol):
    """A couple over some days, as `trend.Trend` holds it: only what both allow is in it."""

    @property
    def scopes(self) -> frozenset[str]: ...
    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date: ...
    @property
    def sides(self) -> Sequence[SideSeen]: ...
    @property
    def episodes(self) -> Sequence[tuple[date, date | None]]: ...
    @property
    def prompts(self) -> Sequence[tuple[date, Sequence[str]]]: ...


@dataclass(frozen=True, kw_only=True)
class Sentence:
    """What is said, and its figures: whole numbers, points of the scale, days, and words of the product such as a question's name.

    `of` holds the figures that there are once for each of the two, side a first; empty where there is too little to say any.
    """

    says: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    of: Sequence[Mapping[str, Figure]] = ()


def sentences_of(trend: TrendSeen) -> list[Sentence]:
    """Six to ten sentences about both, by the scopes both allow. Raises ValueError for anything but two sides."""
    if len(trend.sides) != len(SIDES):
        raise ValueError("a summary is of two")
    said = [Sentence(says="span", figures={"days": (trend.until - trend.since).days + 1, "since": trend.since, "until": trend.until})]
    if "levels" in trend.scopes:
        said += _by_levels(trend)
    elif "summary" in trend.scopes:
        said += _by_weeks(trend)
    if "summary" in trend.scopes:
        said += [_episodes(trend), _prompts(trend)]
    if "feelings" in trend.scopes:
        said += islice(_feelings(trend), AT_MOST - 1 - len(said))
    return [*said, Sentence(says="caution")]


def halves_of(since: date, until: date) -> tuple[date, date]:
    """The last day of the first half and the first day of the second; of an odd number of days the one between is in neither."""
    days = (until - since).days + 1
    return since + timedelta(days=days // 2 - 1), until - timedelta(days=days // 2 - 1)


def answers_of(side: SideSeen, question: str, since: date, until: date) -> list[int]:
    """One person's full answers to one question on these days, oldest first."""
    return [getattr(side.levels[day], question) for day in sorted(side.levels) if since <= day <= until]


def weeks_within(since: date, until: date) -> list[date]:
    """The Mondays of the weeks whose last day is one of these."""
    days = (since + timedelta(days=number) for number in range((until - since).days + 1))
    return [day - timedelta(days=6) for day in days if day.weekday() == 6]


def _by_levels(trend: TrendSeen) -> Iterator[Sentence]:
    yield Sentence(says="answered", of=[{"days": len(side.levels)} for side in trend.sides])
    for question in QUESTIONS:
        answers = [answers_of(side, question, trend.since, trend.until) for side in trend.sides]
        yield Sentence(says="middle", figures={"question": question}, of=[_middle(given) for given in answers])
    yield _change(trend)


def _middle(answers: Sequence[int]) -> Mapping[str, Figure]:
    """The middle half of somebody's answers, in whole points."""
    if len(answers) < FEW:
        return {}
    low, _median, high = quantiles(answers, n=4, method="inclusive")
    return {"low": round(low), "high": round(high)}


def _change(trend: TrendSeen) -> Sentence:
    """From the first half of the days to the second, in the one question that changed most beside its margin, for both."""
    first_ends, second_begins = halves_of(trend.since, trend.until)
    found: dict[str, list[Change]] = {}
    for question in QUESTIONS:
        changes = [
            change_between(answers_of(side, question, trend.since, first_ends), answers_of(side, question, second_begins, trend.until))
            for side in trend.sides
        ]
        known = [change for change in changes if change]
        if len(known) < len(SIDES):
            return Sentence(says="change_unknown")
        found[question] = known
    most = max(QUESTIONS, key=lambda question: max(abs(change.shift) / change.margin for change in found[question]))
    if not any(change.is_clear for change in found[most]):
        return Sentence(says="no_change")
    shifts = [{"shift": round(change.shift, 1), "margin": round(change.margin, 1)} for change in found[most]]
    return Sentence(says="change", figures={"question": most}, of=shifts)


def _by_weeks(trend: TrendSeen) -> Iterator[Sentence]:
    weeks = weeks_within(trend.since, trend.until)
    seen = [[side.weeks[week] for week in weeks if week in side.weeks] for side in trend.sides]
    yield Sentence(says="weeks", figures={"weeks": len(weeks)}, of=[{"weeks": len(pictures)} for pictures in seen])
    for question in QUESTIONS:
        levels = [[picture[question] for picture in pictures if picture[question]] for pictures in seen]
        counted = [{"low": one.count("low"), "high": one.count("high"), "weeks": len(one)} if one else {} for one in levels]
        yield Sentence(says="bands", figures={"question": question}, of=counted)


def _episodes(trend: TrendSeen) -> Sentence:
    stretches = [(first, min(last or trend.until, trend.until)) for first, last in trend.episodes]
    if not stretches:
        return Sentence(says="no_episode")
    days = sum((last - first).days + 1 for first, last in stretches)
    return Sentence(says="episodes", figures={"stretches": len(stretches), "days": days})


def _prompts(trend: TrendSeen) -> Sentence:
    if not trend.prompts:
        return Sentence(says="no_prompt")
    felt = Counter(reaction for _day, reactions in trend.prompts for reaction in reactions)
    return Sentence(says="prompts", figures={"days": len(trend.prompts), **{name: felt[name] for name in REACTIONS}})


def _feelings(trend: TrendSeen) -> Iterator[Sentence]:
    """The most telling first: what follows is said as far as there is room."""
    named = [{day: feelings for day, feelings in side.feelings.items() if feelings} for side in trend.sides]
    counted = [Counter(feeling for feelings in days.values() for feeling in feelings) for days in named]
    yield Sentence(says="felt", of=[{"days": len(days)} for days in named])
    yield Sentence(says="felt_most", of=[_most(feelings) for feelings in counted])
    yield Sentence(says="felt_words", of=[{"words": len(feelings)} for feelings in counted])
    both = named[0].keys() & named[1].keys()
    same = [day for day in both if set(named[0][day]) & set(named[1][day])]
    yield Sentence(says="felt_both", figures={"days": len(both), "same": len(same)})


def _most(feelings: Counter[str]) -> Mapping[str, Figure]:
    """The feeling named on most days; of equals the first by name, so that the same data always say the same."""
    if not feelings:
        return {}
    feeling, times = min(feelings.items(), key=lambda one: (-one[1], one[0]))
    return {"feeling": feeling, "days": times}
