"""A couple's weeks as one table, a fact a row. docs/reference/exports.md names the columns; codes are the same in every language."""

from collections.abc import Iterator, Sequence
from datetime import timedelta

from backend.tables import Cell
from checkins.pictures import TITLES
from checkins.practice.pictures import names_of
from checkins.practice.trend import Trend

COLUMNS = ("what", "from_day", "to_day", "person", "question", "value")


def rows_of(trend: Trend) -> Iterator[Sequence[Cell]]:
    """By COLUMNS: each person's own facts, then those of both, the oldest first in each group."""
    for name, side in zip(names_of(trend.sides), trend.sides, strict=True):
        for day, answers in sorted(side.levels.items()):
            for question in TITLES:
                yield "level", day, day, name, question, getattr(answers, question)
        for week, levels in sorted(side.weeks.items()):
            for question in TITLES:
                yield "week", week, week + timedelta(days=6), name, question, levels[question]
        for day, feelings in sorted(side.feelings.items()):
            for feeling in feelings:
                yield "feeling", day, day, name, None, feeling
    for first, last in reversed(trend.episodes):
        yield "episode", first, last, None, None, None
    for day, felt in reversed(trend.prompts):
        for reaction in felt or [""]:
            yield "prompt", day, day, None, None, reaction
