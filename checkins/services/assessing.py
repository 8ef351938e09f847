"""Closed days are assessed: answers of many couples go through the detector at once, late ones are replayed.

A couple's state is kept for its last eight days. An answer that arrives late replays from the day before its own; one that
is older than the kept states, or a state of another model version, rebuilds the couple from its first day. Days that an
earlier model version assessed keep its rows beside the new ones: what was decided on them stays explained.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import numpy as np
from django.db import connection

from backend.consents.queries import holds_of_each
from backend.couples.models import Membership
from checkins import patterns
from checkins.courses import Stretch, read_courses
from checkins.models import Episode, PatternDay, PatternState
from checkins.patterns.answers import Bools, Floats, Ints
from checkins.reveal import Hold, last_revealed_day, reveal_at

ONE_DAY = timedelta(days=1)
# How much of what was answered before pairing seeds a person's usual level.
DAYS_ALONE = 90
NUMBERS = ("p_a_reaches", "p_b_reaches", "p_apart", "p_steady")
FLAGS = ("enough", "alert")

Span = tuple[date, date]


@dataclass
class _Run:
    """One couple on its way through the days from `start` to `through`."""

    state: PatternState
    members: Sequence[Membership]
    start: date
    through: date
    numbers: patterns.States
    kept: list[patterns.DatedState] = field(default_factory=list)
    rebuilt: bool = False
    # The earliest day assessed before whose answers have changed since.
    changed_from: date | None = None


def assess(
    *,
    states: Sequence[PatternState],
    members: Mapping[int, Sequence[Membership]],
    through: Mapping[int, date],
    anew: bool = False,
) -> int:
    """Takes every couple to its last closed day, `through`. `states` must be locked by the caller's transaction.

    A constant number of statements for the batch. `members` are a couple's two memberships, side a first. `anew` begins
    at the first day whatever is stored. Returns how many couple-days were assessed.
    """
    runs = [_begin(state, members[state.couple_id], through[state.couple_id], anew=anew) for state in states]
    runs = [run for run in runs if run.start <= run.through]
    if not runs:
        return 0
    _learn_what_was_alone([run for run in runs if run.rebuilt])
    days = _advance(runs)
    _forget_what_changed(runs)
    _keep_days(days)
    _set_episodes(runs)
    _keep_states(runs)
    return len(days["day"])


def _begin(state: PatternState, members: Sequence[Membership], through: date, *, anew: bool) -> _Run:
    """Where a couple goes on: after its last day, or from the day before the earliest answer not taken in."""
    start = state.first_day if state.assessed_through is None else state.assessed_through + ONE_DAY
    changed_from = None
    if state.dirty_from is not None and state.dirty_from < start:
        start = changed_from = max(state.dirty_from, state.first_day)
    anew = anew or (state.assessed_through is not None and state.model_version != str(patterns.MODEL_VERSION))
    run = _Run(state, members, start, through, patterns.initial_states(1)[0], changed_from=changed_from)
    if start > through and not anew:
        return run
    if not anew:
        run.kept = [one for one in _kept_states(state) if one.day < start]
    if run.kept and run.kept[-1].day == start - ONE_DAY:
        run.numbers = run.kept[-1].numbers
    else:
        run.start, run.kept, run.rebuilt = state.first_day, [], True
    return run


def _kept_states(state: PatternState) -> list[patterns.DatedState]:
    """The stored states, or none when this version of the model cannot go on from them."""
    try:
        return patterns.unpack_states(bytes(state.states))
    except patterns.UnreadableStates:
        return []


def _heard(place: int, member: Membership, run: _Run, span: Span, holds: Sequence[Hold]) -> list[Stretch]:
    """What is read of one member in a span of days: all but the days whose reveal fell into one of their holds.

    Those days were never shown, so the couple goes on as if that person had not answered them. Leaving quietly is the
    last of the holds: for as long as the other's pages look as they did, days go on as if one of the two had fallen silent.
    """
    if member.ended_at is None and not holds:
        return [Stretch(place=place, person_id=member.person_id, since=span[0], through=span[1])]
    clocks = [one.person.own_clock for one in run.members]
    received_until = None
    if member.ended_at is not None:
        holds = [*holds, (member.ended_at, None)]
        received_until = reveal_at(last_revealed_day(member.ended_at, clocks), clocks[0], clocks[1])
    parts = [span]
    for start, end in holds:
        hidden = last_revealed_day(start, clocks) + ONE_DAY, span[1] if end is None else last_revealed_day(end, clocks)
        parts = [left for part in parts for left in _without(part, hidden)]
    return [Stretch(place=place, person_id=member.person_id, since=one[0], through=one[1], received_until=received_until) for one in parts]


def _without(span: Span, hidden: Span) -> list[Span]:
    """The days of a span, both ends included, that are not among the hidden ones."""
    before, after = (span[0], min(span[1], hidden[0] - ONE_DAY)), (max(span[0], hidden[1] + ONE_DAY), span[1])
    parts = [span] if hidden[0] > hidden[1] else [before, after]
    return [part for part in parts if part[0] <= part[1]]


def _learn_what_was_alone(runs: Sequence[_Run]) -> None:
    """Seeds each person's usual level with what they answered before pairing."""
    if not runs:
        return
    first = min(run.state.first_day for run in runs) - DAYS_ALONE * ONE_DAY
    days = (max(run.state.first_day for run in runs) - first).days
    values, quick = _read(runs, lambda run: (run.state.first_day - DAYS_ALONE * ONE_DAY, run.state.first_day - ONE_DAY), first, days)
    numbers = np.stack([run.numbers for run in runs])
    for side in range(2):
        answered = ~np.isnan(values[:, :, side]).all(axis=2) | (quick[:, :, side] != patterns.Quick.NONE)
        if answered.any():
            numbers = patterns.learn_alone(numbers, side, _from_first_answer(values, quick, answered, first))
    for run, learned in zip(runs, numbers, strict=True):
        run.numbers = learned


def _from_first_answer(values: Floats, quick: Ints, answered: Bools, first: date) -> patterns.Course:
    """The courses of couples moved so that each begins with its first answer: the silence before it tells nothing."""
    days = values.shape[1]
    at = answered.argmax(axis=1)[:, None] + np.arange(days)
    silent, at_or_last = at >= days, np.minimum(at, days - 1)
    moved = np.take_along_axis(values, at_or_last[:, :, None, None], axis=1)
    moved[silent] = np.nan
    taps = np.where(silent[:, :, None], patterns.Quick.NONE, np.take_along_axis(quick, at_or_last[:, :, None], axis=1))
    return patterns.Course(moved, taps, (first.weekday() + at) % 7)


def _advance(runs: Sequence[_Run]) -> dict[str, list[Any]]:
    """Moves all couples through the calendar, day by day. Returns the columns of their days."""
    first, last = min(run.start for run in runs), max(run.through for run in runs)
    span = (last - first).days + 1
    values, quick = _read(runs, lambda run: (run.start, run.through), first, span)
    numbers = np.stack([run.numbers for run in runs])
    couples = np.array([run.state.couple_id for run in runs])
    begin = np.array([(run.start - first).days for run in runs])
    end = np.array([(run.through - first).days for run in runs])
    days: dict[str, list[Any]] = defaultdict(list)
    for offset in range(span):
        moving = np.flatnonzero((begin <= offset) & (offset <= end))
        if not moving.size:
            continue
        day = first + offset * ONE_DAY
        answers = patterns.DayAnswers(values[moving, offset], quick[moving, offset], np.full(len(moving), day.weekday()))
        moved, said = patterns.advance(numbers[moving], answers)
        numbers[moving] = moved
        for place in np.flatnonzero(end[moving] - offset < patterns.KEPT_DAYS):
            runs[moving[place]].kept.append(patterns.DatedState(day, moved[place]))
        days["couple_id"] += couples[moving].tolist()
        days["day"] += [day] * len(moving)
        for name in (*NUMBERS, *FLAGS):
            days[name] += getattr(said, name).tolist()
    return days


def _read(runs: Sequence[_Run], span_of: Callable[[_Run], Span], first: date, days: int) -> tuple[Floats, Ints]:
    """Answers [C, T, 2, 4] and one-tap codes [C, T, 2] of the days from `first` on."""
    holds = holds_of_each(member.person_id for run in runs for member in run.members)
    stretches: list[Stretch] = []
    for number, run in enumerate(runs):
        span = span_of(run)
        for side, member in enumerate(run.members):
            stretches += _heard(2 * number + side, member, run, span, holds.get(member.person_id, ()))
    values, quick = read_courses(stretches, places=2 * len(runs), first=first, days=days)
    shape = (len(runs), 2, days)
    return values.reshape(*shape, -1).swapaxes(1, 2), quick.reshape(shape).swapaxes(1, 2)


def _forget_what_changed(runs: Sequence[_Run]) -> None:
    """Takes away what earlier versions of the model said of days whose answers have changed: nothing of a deleted answer stays."""
    changed = {run.state.couple_id: run.changed_from for run in runs if run.changed_from}
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                _FORGET, {"couples": list(changed), "since": list(changed.values()), "model_version": str(patterns.MODEL_VERSION)}
            )


def _keep_days(days: Mapping[str, Sequence[Any]]) -> None:
    """Writes the columns as rows of this model version."""
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, {"model_version": str(patterns.MODEL_VERSION), **{name: _array(values) for name, values in days.items()}})


def _array(values: Sequence[Any]) -> str:
    """A PostgreSQL array written out: adapting a long list value by value costs more than the rest."""
    return f"{{{','.join(map(str, values))}}}"


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
    alerts = PatternDay.objects.filter(
        model_version=patterns.MODEL_VERSION, couple_id__in=couples, day__gte=min(since.values()), alert=True
    )
    for row in alerts.order_by("day"):
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


def _keep_states(runs: Sequence[_Run]) -> None:
    for run in runs:
        run.state.assessed_through, run.state.dirty_from = run.through, None
        run.state.states, run.state.model_version = patterns.pack_states(run.kept), str(patterns.MODEL_VERSION)
    PatternState.objects.bulk_update([run.state for run in runs], ["assessed_through", "dirty_from", "states", "model_version"])


_FORGET = """
    DELETE FROM checkins_patternday d USING unnest(%(couples)s::bigint[], %(since)s::date[]) AS changed (couple_id, since)
    WHERE d.couple_id = changed.couple_id AND d.day >= changed.since AND d.model_version <> %(model_version)s
"""
_SAID = ", ".join((*NUMBERS, *FLAGS))
_KEEP = f"""
    INSERT INTO checkins_patternday (couple_id, day, {_SAID}, model_version)
    SELECT said.*, %(model_version)s FROM unnest(%(couple_id)s::bigint[], %(day)s::date[],
        {", ".join(f"%({name})s::float8[]" for name in NUMBERS)}, {", ".join(f"%({name})s::boolean[]" for name in FLAGS)}) AS said
    ON CONFLICT (couple_id, day, model_version) DO UPDATE SET {", ".join(f"{name} = EXCLUDED.{name}" for name in (*NUMBERS, *FLAGS))}
"""  # noqa: S608 (names of our own columns)
