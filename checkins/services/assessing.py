"""A closed day is assessed: answers of many couples go through the detector at once, late ones are replayed.

A couple's state is kept for its last eight days. An answer that arrives late replays from the day before its own; one that
is older than the kept states rebuilds the couple from its first day.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from backend.couples.models import Membership
from checkins import patterns
from checkins.models import CheckIn, Episode, PatternDay, PatternState

ONE_DAY = timedelta(days=1)
# How much of what was answered before pairing seeds a person's usual level.
DAYS_ALONE = 90
SIDES = ("a", "b")

Given = Mapping[tuple[int, date], CheckIn]


@dataclass
class _Run:
    """One couple on its way through the days from `start` to `through`."""

    state: PatternState
    people: tuple[int, int]
    through: date
    start: date
    numbers: patterns.States
    kept: list[patterns.DatedState] = field(default_factory=list)
    rebuilt: bool = False


def assess(*, states: Sequence[PatternState], members: Mapping[int, Sequence[Membership]], through: Mapping[int, date]) -> None:
    """Takes every couple to its last closed day, `through`. `states` must be locked by the caller's transaction.

    A constant number of statements for the batch. `members` are a couple's two memberships, side a first.
    """
    runs = [_begin(state, members[state.couple_id], through[state.couple_id]) for state in states]
    runs = [run for run in runs if run.start <= run.through]
    if not runs:
        return
    given = _answers(runs)
    _learn_what_was_alone([run for run in runs if run.rebuilt], given)
    rows = _advance(runs, given)
    PatternDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["couple", "day"],
        update_fields=["p_a_reaches", "p_b_reaches", "p_apart", "p_steady", "enough", "alert", "model_version"],
    )
    _set_episodes(runs)
    for run in runs:
        run.state.assessed_through, run.state.dirty_from = run.through, None
        run.state.states, run.state.model_version = patterns.pack_states(run.kept), str(patterns.MODEL_VERSION)
    PatternState.objects.bulk_update([run.state for run in runs], ["assessed_through", "dirty_from", "states", "model_version"])


def _begin(state: PatternState, members: Sequence[Membership], through: date) -> _Run:
    """Where a couple goes on: after its last day, or from the day before the earliest answer not taken in."""
    people = (members[0].person_id, members[1].person_id)
    start = state.first_day if state.assessed_through is None else state.assessed_through + ONE_DAY
    if state.dirty_from is not None:
        start = max(min(start, state.dirty_from), state.first_day)
    if start > through:
        return _Run(state, people, through, start, patterns.initial_states(1)[0])
    kept = [one for one in _kept_states(state) if one.day < start]
    if kept and kept[-1].day == start - ONE_DAY:
        return _Run(state, people, through, start, kept[-1].numbers, kept)
    return _Run(state, people, through, state.first_day, patterns.initial_states(1)[0], rebuilt=True)


def _kept_states(state: PatternState) -> list[patterns.DatedState]:
    """The stored states, or none when this version of the model cannot go on from them."""
    try:
        return patterns.unpack_states(bytes(state.states))
    except patterns.UnreadableStates:
        return []


def _answers(runs: Sequence[_Run]) -> Given:
    """Every answer the runs need, by person and day. What was kept private is as if it had not been given."""
    since = min(run.start - DAYS_ALONE * ONE_DAY if run.rebuilt else run.start for run in runs)
    rows = CheckIn.objects.filter(
        person_id__in=[person for run in runs for person in run.people],
        day__range=(since, max(run.through for run in runs)),
        kept_private=False,
    ).defer("note", "shared_line")
    return {(row.person_id, row.day): row for row in rows}


def _day_answers(people: Iterable[tuple[int, int]], day: date, given: Given) -> patterns.DayAnswers:
    pairs = list(people)
    values = np.full((len(pairs), 2, len(patterns.QUESTIONS)), np.nan)
    quick = np.zeros((len(pairs), 2), np.int64)
    for index, pair in enumerate(pairs):
        for side, person in enumerate(pair):
            row = given.get((person, day))
            if row is None:
                continue
            if row.quick:
                quick[index, side] = patterns.QUICK_CODES[row.quick]
            else:
                values[index, side] = [np.nan if (value := getattr(row, name)) is None else value for name in patterns.QUESTIONS]
    return patterns.DayAnswers(values, quick, np.full(len(pairs), day.weekday()))


def _learn_what_was_alone(runs: Sequence[_Run], given: Given) -> None:
    """Seeds each person's usual level with what they answered before pairing."""
    for run in runs:
        for side, person in enumerate(run.people):
            days = sorted(day for who, day in given if who == person and day < run.state.first_day)
            if not days:
                continue
            span = [days[0] + n * ONE_DAY for n in range((run.state.first_day - days[0]).days)]
            each = [_day_answers([run.people], day, given) for day in span]
            course = patterns.Course(
                values=np.stack([one.values for one in each], axis=1),
                quick=np.stack([one.quick for one in each], axis=1),
                weekday=np.stack([one.weekday for one in each], axis=1),
            )
            run.numbers = patterns.learn_alone(run.numbers[None], side, course)[0]


def _advance(runs: Sequence[_Run], given: Given) -> list[PatternDay]:
    """Moves all couples through the calendar, day by day, in one array per day."""
    rows: list[PatternDay] = []
    day, last = min(run.start for run in runs), max(run.through for run in runs)
    while day <= last:
        moving = [run for run in runs if run.start <= day <= run.through]
        if moving:
            numbers, said = patterns.advance(
                np.stack([run.numbers for run in moving]), _day_answers((run.people for run in moving), day, given)
            )
            for index, run in enumerate(moving):
                run.numbers = numbers[index]
                run.kept = [*run.kept, patterns.DatedState(day, numbers[index])][-patterns.KEPT_DAYS :]
                rows.append(_pattern_day(run.state.couple_id, day, said, index))
        day += ONE_DAY
    return rows


def _pattern_day(couple_id: int, day: date, said: patterns.DayOutput, index: int) -> PatternDay:
    return PatternDay(
        couple_id=couple_id,
        day=day,
        p_a_reaches=float(said.p_a_reaches[index]),
        p_b_reaches=float(said.p_b_reaches[index]),
        p_apart=float(said.p_apart[index]),
        p_steady=float(said.p_steady[index]),
        enough=bool(said.enough[index]),
        alert=bool(said.alert[index]),
        model_version=str(patterns.MODEL_VERSION),
    )


def _set_episodes(runs: Sequence[_Run]) -> None:
    """Makes episodes agree with the alert days from each run's first day on, and with the run of days it continues."""
    couples = [run.state.couple_id for run in runs]
    since = {run.state.couple_id: run.start for run in runs}
    touched: list[int] = []
    for old in Episode.objects.filter(couple_id__in=couples):
        first_changed = since[old.couple_id]
        if old.ended_on is None or old.ended_on >= first_changed - ONE_DAY:
            touched.append(old.pk)
            since[old.couple_id] = min(first_changed, old.started_on)
    Episode.objects.filter(pk__in=touched).delete()
    days: dict[int, list[PatternDay]] = defaultdict(list)
    for row in PatternDay.objects.filter(couple_id__in=couples, day__gte=min(since.values()), alert=True).order_by("day"):
        if row.day >= since[row.couple_id]:
            days[row.couple_id].append(row)
    Episode.objects.bulk_create(episode for run in runs for episode in _episodes(days[run.state.couple_id], last=run.through))


def _episodes(alert_days: Sequence[PatternDay], *, last: date) -> list[Episode]:
    """Runs of consecutive days over the line; the one that reaches the last assessed day is open."""
    stretches: list[list[PatternDay]] = []
    for row in alert_days:
        if stretches and row.day - stretches[-1][-1].day == ONE_DAY:
            stretches[-1].append(row)
        else:
            stretches.append([row])
    return [
        Episode(
            couple_id=stretch[0].couple_id,
            started_on=stretch[0].day,
            ended_on=None if stretch[-1].day == last else stretch[-1].day,
            direction=Episode.Direction.A_REACHES
            if sum(row.p_a_reaches for row in stretch) >= sum(row.p_b_reaches for row in stretch)
            else Episode.Direction.B_REACHES,
        )
        for stretch in stretches
    ]
