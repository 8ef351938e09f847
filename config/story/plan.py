"""What is answered on which evening: by a simulated couple, or as a file says."""

import csv
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Literal

from checkins.patterns import QUESTIONS, QUICK_CODES
from checkins.patterns.simulate import StoryDay, quiet_couple, strong_episode_couple

Side = Literal["a", "b"]
SIDES: tuple[Side, Side] = ("a", "b")

ONE_DAY = timedelta(days=1)
FIRST_DAY = date(2035, 1, 8)
"""A Monday, so far ahead that the same seed tells the same story for years."""
EPISODE_FROM = 15
"""The evening (counting from 0) on which the known episode begins: the two weeks of learning are over."""
EPISODE_EVENINGS = 7
WITHIN_DAYS = 5
SHORTEST_WITH_EPISODE = EPISODE_FROM + WITHIN_DAYS
USUAL_DAYS = EPISODE_FROM + EPISODE_EVENINGS

LEVELS = ("closeness_felt", "closeness_wanted", "space_wanted")
HEADER = ("couple", "partner", "date", *QUESTIONS)


class Unreadable(ValueError):
    """The file is not in the replay format; the message says where."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One evening's answer of one person: whole points 0-10 by question, or one quick answer."""

    points: Mapping[str, int]
    quick: str = ""

    def body(self) -> dict[str, int | str]:
        """The fields of the answer as the API takes them."""
        return {"kind": "quick", "quick": self.quick} if self.quick else {"kind": "full", **self.points}


@dataclass(frozen=True, slots=True)
class Evening:
    """One day: what each of the two answers, None where nothing."""

    day: date
    answers: Mapping[Side, Answer | None]


@dataclass(frozen=True, slots=True)
class Plan:
    """All evenings in order, one per day. `episode_from` is the first day of the known episode, if there is one.

    `varied` plans have an answer given from a push and one given offline; a file is followed as it stands.
    """

    evenings: tuple[Evening, ...]
    source: str
    episode_from: date | None = None
    varied: bool = True


def simulated(*, seed: int, days: int, quiet: bool) -> Plan:
    """A made-up couple, with one strong episode unless `quiet`. Raises ValueError where there is no room for it."""
    if quiet:
        return Plan(_evenings(quiet_couple(seed, days)), f"a made-up couple without an episode, seed {seed}")
    if days < SHORTEST_WITH_EPISODE:
        raise ValueError(f"An episode after two weeks of learning needs at least {SHORTEST_WITH_EPISODE} days; --quiet needs none.")
    couple = strong_episode_couple(seed, days, EPISODE_FROM, EPISODE_EVENINGS)
    return Plan(
        _evenings(couple),
        f"a made-up couple with one known episode, seed {seed}",
        episode_from=FIRST_DAY + EPISODE_FROM * ONE_DAY,
    )


def _evenings(couple: Iterable[StoryDay]) -> tuple[Evening, ...]:
    return tuple(Evening(FIRST_DAY + index * ONE_DAY, {"a": _answer(one.a), "b": _answer(one.b)}) for index, one in enumerate(couple))


def _answer(points: Mapping[str, int] | None) -> Answer | None:
    return None if points is None else Answer(points)


def from_file(path: Path, *, days: int | None) -> Plan:
    """The first couple of a file in the replay format, moved by whole weeks so that weekdays stay. Raises Unreadable.

    Columns: couple, partner (a or b), date, closeness_felt, closeness_wanted, space_wanted, tension; perhaps quick.
    """
    couple, given = _rows(path)
    first, last = min(given), max(given)
    moved = (FIRST_DAY - (first - first.weekday() * ONE_DAY)).days * ONE_DAY
    count = min((last - first).days + 1, days or 10**6)
    evenings = tuple(
        Evening(first + moved + index * ONE_DAY, {side: given[first + index * ONE_DAY].get(side) for side in SIDES})
        for index in range(count)
    )
    return Plan(evenings, f"couple {couple} of {path.name}, from {first} on, moved by {moved.days // 7} weeks", varied=False)


def _rows(path: Path) -> tuple[str, dict[date, dict[Side, Answer]]]:
    """The name of the first couple, and its answers by day and side."""
    couple = ""
    given: dict[date, dict[Side, Answer]] = defaultdict(dict)
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.DictReader(file)
            if missing := set(HEADER) - set(rows.fieldnames or ()):
                raise Unreadable(f"{path.name} has no column {', '.join(sorted(missing))}.")
            for row in rows:
                couple = couple or row["couple"]
                if row["couple"] == couple:
                    day, side, answer = _row(row, f"{path.name}, line {rows.line_num}")
                    given[day][side] = answer
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise Unreadable(f"{path.name} could not be read: {error}") from error
    if not given:
        raise Unreadable(f"{path.name} holds no answers.")
    return couple, given


def _row(row: Mapping[str, str], place: str) -> tuple[date, Side, Answer]:
    try:
        day = date.fromisoformat(row["date"])
        points = {name: int(row[name]) for name in QUESTIONS if row[name]}
    except ValueError as error:
        raise Unreadable(f"{place}: {error}") from error
    if row["partner"] not in SIDES:
        raise Unreadable(f"{place}: partner is a or b.")
    side: Side = "a" if row["partner"] == "a" else "b"
    quick = row.get("quick") or ""
    if quick and quick not in QUICK_CODES:
        raise Unreadable(f"{place}: no quick answer is called that.")
    if not quick and not set(LEVELS) <= set(points):
        raise Unreadable(f"{place}: closeness felt, closeness wanted and room are needed.")
    if any(not 0 <= value <= 10 for value in points.values()):
        raise Unreadable(f"{place}: answers are whole numbers from 0 to 10.")
    return day, side, Answer({} if quick else points, quick)
