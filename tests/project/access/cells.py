"""Reads the declared cells: who gets what from every route, method by method (cells.toml says how a line is written)."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from config.faults.twins.routes import METHODS
from tests.project.access.calls import OWN, THEIRS
from tests.project.access.world import ROLES

FILE = Path(__file__).parent / "cells.toml"
EVERYONE = re.compile(r"everyone (\S+)")


class Unreadable(ValueError):
    """A line that does not say what every role gets."""


@dataclass(frozen=True)
class Cell:
    """What one role gets from one route and method: a status or a way to sign in, and what of Selma's it is shown."""

    outcome: str
    sees: frozenset[str] = frozenset()

    def __str__(self) -> str:
        return f"{self.outcome} and sees {', '.join(sorted(self.sees))}" if self.sees else self.outcome


Key = tuple[str, str, str]
"""Method, whose thing is named, role."""


@cache
def declared() -> dict[str, dict[Key, Cell]]:
    """Every cell, by route."""
    return {route: dict(_cells(route, lines)) for route, lines in tomllib.loads(FILE.read_text(encoding="utf-8")).items()}


def _cells(route: str, lines: dict[str, str]) -> Iterator[tuple[Key, Cell]]:
    seen: set[tuple[str, str]] = set()
    for which, text in lines.items():
        words = which.split()
        whose = [words.pop()] if words[-1] in (OWN, THEIRS) else [OWN, THEIRS]
        by_role = read_line(text)
        for method in words:
            if method not in METHODS:
                raise Unreadable(f"{route}: {method} is no method")
            for one in whose:
                if (method, one) in seen:
                    raise Unreadable(f"{route}: {method} {one} is declared twice")
                seen.add((method, one))
                yield from (((method, one, role), cell) for role, cell in by_role.items())


def read_line(text: str) -> dict[str, Cell]:
    """`anonymous 401, person partner 200, others 404 | person and partner sees line, note; ...` as a cell for each role."""
    first, _, second = text.partition("|")
    outcomes: dict[str, str] = {}
    if all_alike := EVERYONE.fullmatch(first.strip()):
        outcomes = dict.fromkeys(ROLES, all_alike[1])
    else:
        for part in first.split(","):
            *who, outcome = part.split()
            for role in ROLES if who == ["others"] else who:
                outcomes.setdefault(role, outcome)
    sees: dict[str, frozenset[str]] = {}
    for part in filter(str.strip, second.split(";")):
        who_sees, _, what = part.partition(" sees ")
        for role in who_sees.strip().split(" and "):
            sees[role] = frozenset(name.strip() for name in what.split(","))
    if set(outcomes) != set(ROLES) or not set(sees) <= set(ROLES):
        raise Unreadable(f"{text!r} leaves out a role or names one that is none")
    return {role: Cell(outcome, sees.get(role, frozenset())) for role, outcome in outcomes.items()}
