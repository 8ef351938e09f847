"""Couples' weeks as flat rows, dense, thin or empty: what a file of them holds, and the same as a therapist's page gets it."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from checkins.practice.summary import QUESTIONS
from checkins.practice.trend import Side, Trend

SCOPES = ("summary", "levels", "feelings")
NAMES = ("Alice", "Bob")
FEELINGS = ("calm", "hurt", "lonely", "sad", "tired")
LAST = date(2026, 3, 29)
DAY = timedelta(days=1)


@dataclass
class Data:
    """What a file of the same scopes holds: flat rows, and nothing worked out."""

    since: date
    until: date
    levels: list[tuple[int, date, str, int]]
    weeks: list[tuple[int, date, str, str | None]]
    feelings: list[tuple[int, date, str]]
    episodes: list[tuple[date, date | None]]
    prompts: list[tuple[date, list[str]]]

    def trend(self, scopes: frozenset[str]) -> Trend:
        def side(number: int) -> Side:
            levels: dict[date, Any] = {}
            weeks: dict[date, dict[str, str | None]] = {}
            feelings: dict[date, list[str]] = {}
            for _, day, question, value in (row for row in self.levels if row[0] == number):
                setattr(levels.setdefault(day, SimpleNamespace()), question, value)
            for _, week, question, level in (row for row in self.weeks if row[0] == number):
                weeks.setdefault(week, {})[question] = level
            for _, day, feeling in (row for row in self.feelings if row[0] == number):
                feelings.setdefault(day, []).append(feeling)
            return Side(
                name=NAMES[number],
                levels=levels if "levels" in scopes else {},
                weeks=weeks if "summary" in scopes else {},
                feelings=feelings if "feelings" in scopes else {},
            )

        summary = "summary" in scopes
        return Trend(
            scopes=scopes,
            since=self.since,
            until=self.until,
            sides=(side(0), side(1)),
            episodes=self.episodes if summary else [],
            prompts=self.prompts if summary else [],
        )


def made_up(seed: int) -> Data:
    """A couple's weeks: dense, thin or empty, with or without a change half way."""
    chance = Random(seed)
    days = [LAST - n * DAY for n in range(chance.choice((1, 6, 28, 28, 53, 84)))][::-1]
    data = Data(days[0], LAST, [], [], [], [], [])
    mondays = sorted({day - day.weekday() * DAY for day in days if day.weekday() == 6})
    for side in (0, 1):
        answers, moves = chance.choice((0, 0.1, 0.6, 0.9)), chance.choice((0, 0, 4))
        for number, day in enumerate(days):
            if chance.random() < answers:
                for question in QUESTIONS:
                    level = chance.gauss(3 + moves * (number > len(days) / 2), 1.2)
                    data.levels.append((side, day, question, min(10, max(0, round(level)))))
            if chance.random() < answers / 2:
                data.feelings += [(side, day, feeling) for feeling in chance.sample(FEELINGS, chance.randint(1, 3))]
        for monday in mondays:
            if chance.random() < answers:
                data.weeks += [(side, monday, question, chance.choice(("low", "usual", "high", None))) for question in QUESTIONS]
    for number, day in enumerate(days[:-1]):
        if number % 11 == 3 and chance.random() < 0.5:
            data.episodes.insert(0, (day, chance.choice((day, day + 3 * DAY, None if number > len(days) - 9 else day))))
        if chance.random() < 0.1:
            data.prompts.insert(0, (day, chance.sample(["did_not_fit", "helped", "not_now"], chance.randint(0, 2))))
    return data
