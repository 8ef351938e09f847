"""A file of answers through the detector, into a file of probabilities.

Input `couple,partner,date,closeness_felt,closeness_wanted,space_wanted,tension[,quick]`, one row per answer, in any order;
output `couple,date,p_a_reaches,p_b_reaches,alert` and further columns, one row per couple and day from its first to its
last answered day. Rows are sorted in runs on disk and couples advanced in batches, so memory does not grow with the file.
The output, and the pictures beside it, appear whole or not at all.
"""

import csv
import heapq
import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby, pairwise
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple, TextIO

import numpy as np

from checkins.patterns.answers import QUESTIONS, QUICK_CODES, SIDES, TENSION, Bools, Course, Floats, Ints
from checkins.patterns.detector import COUPLES_AT_ONCE, advance
from checkins.patterns.pictures import Scored, draw
from checkins.patterns.state import initial_states
from checkins.patterns.telling import own_courses, tell

REQUIRED = ("couple", "partner", "date", *QUESTIONS)
WRITTEN = ("couple", "date", "p_a_reaches", "p_b_reaches", "alert", "p_apart", "enough")
ROWS_IN_MEMORY = 100_000
DAYS_AT_ONCE = 100_000  # couples in a batch times their longest course
TOLD_EVERY = 100_000  # answers read, or days scored
POINTS = {str(points): points for points in range(11)}
LONGEST_COURSE = 36_600  # days; a longer one is a mistyped date


class UnreadableAnswers(ValueError):
    """The file cannot be read as answers; the message names file and line."""


class Row(NamedTuple):
    """One answer, in the order rows are sorted: `line` is where it stands in the file, `values` are points, -1 for none."""

    couple: str
    day: int
    side: int
    line: int
    quick: int
    values: tuple[int, ...]


@dataclass(frozen=True)
class Extras:
    """What is wanted beside the numbers: a column of plain words, a folder for a picture per couple, news of progress."""

    explain: bool = False
    pictures: Path | None = None
    progress: Callable[[str], None] = lambda _: None


PLAIN = Extras()


def replay(source: Path, target: Path, *, extras: Extras = PLAIN, rows_in_memory: int = ROWS_IN_MEMORY) -> int:
    """Scores the answers in `source` into `target` and returns the number of rows written.

    Raises `UnreadableAnswers` with file and line, OSError where a file cannot be opened or written; `target` and the
    folder of pictures are then as they were before.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="replay-")))
        rows = _sorted_rows(_counted(_read(source), extras.progress), folder, stack, rows_in_memory)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        stack.callback(Path(name).unlink, missing_ok=True)
        drawn: Path | None = None
        if extras.pictures is not None:
            drawn = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=f".{extras.pictures.name}.", dir=extras.pictures.parent)))
        with open(handle, "w", encoding="utf-8", newline="") as out:
            written = _write(out, _batches(_courses(rows, source)), extras=extras, drawn=drawn)
            out.flush()
            os.fsync(out.fileno())
        Path(name).chmod(0o644)
        if extras.pictures is not None and drawn is not None:
            extras.pictures.mkdir(exist_ok=True)
            for picture in sorted(drawn.iterdir()):
                os.replace(picture, extras.pictures / picture.name)
        os.replace(name, target)
    return written


def _counted(rows: Iterable[Row], progress: Callable[[str], None]) -> Iterator[Row]:
    """The same rows, with a word after each so many."""
    for count, row in enumerate(rows, start=1):
        yield row
        if count % TOLD_EVERY == 0:
            progress(f"{count:,} answers read")


def _read(source: Path) -> Iterator[Row]:
    """The rows of the file, each checked."""
    with source.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            header = next(reader, [])
            _check_header(header, source)
            names = [*REQUIRED, "quick"] if "quick" in header else REQUIRED
            pick = itemgetter(*(header.index(name) for name in names))
            for fields in reader:
                if not fields:
                    continue
                if len(fields) != len(header):
                    raise UnreadableAnswers(f"{source}, line {reader.line_num}: {len(fields)} fields, the header has {len(header)}")
                try:
                    yield _row(pick(fields), reader.line_num)
                except ValueError as wrong:
                    raise UnreadableAnswers(f"{source}, line {reader.line_num}: {wrong}") from None
        except (csv.Error, UnicodeDecodeError) as wrong:
            raise UnreadableAnswers(f"{source}, near line {reader.line_num + 1}: {wrong}") from None


def _check_header(header: Sequence[str], source: Path) -> None:
    """Raises for a column that is missing, unknown or there twice."""
    if missing := [name for name in REQUIRED if name not in header]:
        raise UnreadableAnswers(f"{source}, line 1: no column {', '.join(missing)}")
    if unknown := [name for name in header if name not in {*REQUIRED, "quick"}]:
        raise UnreadableAnswers(f"{source}, line 1: unknown column {', '.join(map(repr, unknown))}")
    if len(set(header)) < len(header):
        raise UnreadableAnswers(f"{source}, line 1: a column stands there twice")


def _row(fields: tuple[str, ...], line: int) -> Row:
    couple, partner, day, *numbers = fields
    tap = numbers.pop() if len(numbers) > len(QUESTIONS) else ""
    if not couple:
        raise ValueError("couple is empty")
    if partner not in SIDES:
        raise ValueError(f"partner is {partner!r}, not a or b")
    if not tap:
        felt, wanted, room, tension = numbers
        values = (POINTS.get(felt, -1), POINTS.get(wanted, -1), POINTS.get(room, -1), POINTS.get(tension, -1))
        if -1 in values[:TENSION] or (tension and values[TENSION] < 0):
            _check_points(numbers)
        return Row(couple, _day(day), SIDES.index(partner), line, 0, values)
    if tap not in QUICK_CODES:
        raise ValueError(f"quick is {tap!r}, not one of {', '.join(QUICK_CODES)}")
    if any(numbers):
        raise ValueError("a quick answer has no numbers beside it")
    return Row(couple, _day(day), SIDES.index(partner), line, QUICK_CODES[tap], (-1,) * len(QUESTIONS))


def _check_points(numbers: Sequence[str]) -> None:
    """Raises for the first number that is none; only tension may be left out."""
    for name, text in zip(QUESTIONS, numbers, strict=True):
        if text not in POINTS and (text or name != "tension"):
            raise ValueError(f"{name} is {text!r}, not a whole number from 0 to 10")


@lru_cache(maxsize=40_000)
def _day(text: str) -> int:
    """The ordinal of a day; a file holds few days and many rows."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    # fromisoformat also reads 20260131 and 2026-W05-6.
    if day is None or day.isoformat() != text:
        raise ValueError(f"date is {text!r}, not a day like 2026-01-31")
    return day.toordinal()


def _sorted_rows(rows: Iterable[Row], folder: Path, stack: ExitStack, rows_in_memory: int) -> Iterator[Row]:
    """The rows by couple, day and side; runs that do not fit in memory wait on disk."""
    runs: list[Iterator[Row]] = []
    kept: list[Row] = []
    for row in rows:
        kept.append(row)
        if len(kept) == rows_in_memory:
            path = folder / f"run-{len(runs)}.csv"
            _park(path, sorted(kept))
            runs.append(_fetch(stack.enter_context(path.open(encoding="utf-8", newline=""))))
            kept = []
    return heapq.merge(*runs, sorted(kept))


def _park(path: Path, rows: list[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows((row.couple, row.day, row.side, row.line, row.quick, *row.values) for row in rows)


def _fetch(file: TextIO) -> Iterator[Row]:
    for couple, *numbers in csv.reader(file):
        day, side, line, quick, *values = map(int, numbers)
        yield Row(couple, day, side, line, quick, tuple(values))


def _courses(rows: Iterable[Row], source: Path) -> Iterator[list[Row]]:
    """The rows of one couple after the other, without doubles."""
    for couple, group in groupby(rows, key=itemgetter(0)):
        answers = list(group)
        for before, row in pairwise(answers):
            if (before.day, before.side) == (row.day, row.side):
                raise UnreadableAnswers(
                    f"{source}, line {row.line}: partner {SIDES[row.side]} of {couple} already answered on "
                    f"{date.fromordinal(row.day)}, in line {before.line}"
                )
        if answers[-1].day - answers[0].day >= LONGEST_COURSE:
            raise UnreadableAnswers(
                f"{source}, line {answers[-1].line}: {couple} answered on {date.fromordinal(answers[0].day)} (line "
                f"{answers[0].line}) and on {date.fromordinal(answers[-1].day)}, more than a hundred years apart"
            )
        yield answers


def _batches(courses: Iterable[list[Row]]) -> Iterator[list[list[Row]]]:
    batch: list[list[Row]] = []
    longest = 0
    for answers in courses:
        span = answers[-1].day - answers[0].day + 1
        if batch and (len(batch) == COUPLES_AT_ONCE or (len(batch) + 1) * max(longest, span) > DAYS_AT_ONCE):
            yield batch
            batch, longest = [], 0
        batch.append(answers)
        longest = max(longest, span)
    if batch:
        yield batch


def _write(out: TextIO, batches: Iterable[list[list[Row]]], *, extras: Extras, drawn: Path | None) -> int:
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow((*WRITTEN, "words") if extras.explain else WRITTEN)
    written = couples = told = 0
    for batch in batches:
        scored = _score(batch, explain=extras.explain)
        for rows in scored.rows:
            writer.writerows(rows)
            written += len(rows)
        if drawn is not None:
            for number, picture in enumerate(scored.pictures(batch), start=couples + 1):
                name = f"{number:06}-{re.sub(r'[^A-Za-z0-9_-]+', '-', picture.couple)[:60]}.svg"
                (drawn / name).write_text(draw(picture), encoding="utf-8")
        couples += len(batch)
        if written // TOLD_EVERY > told:
            told = written // TOLD_EVERY
            extras.progress(f"{written:,} days of {couples:,} couples scored")
    return written


@dataclass(frozen=True)
class _Batch:
    """A batch scored: the rows of each couple, and what the pictures are drawn from ([C, T] and [C, T, 2])."""

    rows: list[list[tuple[object, ...]]]
    course: Course
    spans: Ints
    p: Floats
    alert: Bools

    def pictures(self, batch: list[list[Row]]) -> Iterator[Scored]:
        """One after the other, in the order of the batch."""
        for couple, answers in enumerate(batch):
            days = slice(0, int(self.spans[couple]))
            first = date.fromordinal(answers[0].day)
            yield Scored(answers[0].couple, first, self.course.values[couple, days], self.p[couple, days], self.alert[couple, days])


def _score(batch: list[list[Row]], *, explain: bool) -> _Batch:
    """The output rows of each couple in the batch; all courses begin at index 0, shorter ones end earlier."""
    course, spans = _course(batch)
    own = own_courses(course.values, course.weekday) if explain else None
    states = initial_states(len(batch))
    scored: list[list[tuple[object, ...]]] = [[] for _ in batch]
    p, alerts = np.zeros((len(batch), int(spans.max()), 2)), np.zeros((len(batch), int(spans.max())), np.bool_)
    for index in range(int(spans.max())):
        states, day = advance(states, course.day(index))
        p[:, index, 0], p[:, index, 1], alerts[:, index] = day.p_a_reaches, day.p_b_reaches, day.alert
        a, b, apart = day.p_a_reaches.tolist(), day.p_b_reaches.tolist(), day.p_apart.tolist()
        alert, enough = day.alert.astype(int).tolist(), day.enough.astype(int).tolist()
        for couple in np.flatnonzero(index < spans).tolist():
            answers = batch[couple]
            on = date.fromordinal(answers[0].day + index).isoformat()
            row: tuple[object, ...] = (answers[0].couple, on, a[couple], b[couple], alert[couple], apart[couple], enough[couple])
            if own is not None:
                row = (*row, tell(own, couple, index, a_reaches=a[couple] > b[couple]) if alert[couple] else "")
            scored[couple].append(row)
    return _Batch(scored, course, spans, p, alerts)


def _course(batch: list[list[Row]]) -> tuple[Course, Ints]:
    """The batch as arrays, and the number of days of each couple."""
    spans = np.array([answers[-1].day - answers[0].day + 1 for answers in batch], np.int64)
    shape = (len(batch), int(spans.max()), 2)
    values = np.full((*shape, len(QUESTIONS)), np.nan)
    quick = np.zeros(shape, np.int64)
    first = np.array([[answers[0].day] for answers in batch], np.int64)
    for couple, answers in enumerate(batch):
        for row in answers:
            at = (couple, row.day - answers[0].day, row.side)
            values[at] = [np.nan if value < 0 else value for value in row.values]
            quick[at] = row.quick
    # Ordinal 1 was a Monday.
    weekday = (first - 1 + np.arange(shape[1])) % 7
    return Course(values, quick, weekday), spans
