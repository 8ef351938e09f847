"""Reads the countries from their files, strictly. Pure: no Django, no clock."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "countries"
LONGEST_UNCHECKED: Final = timedelta(days=180)
LAST: Final = ("eu", "other")
"""Not countries, so they stand at the end of the list."""


class Kind(StrEnum):
    EMERGENCY = "emergency"
    VIOLENCE = "violence"
    CRISIS = "crisis"


class How(StrEnum):
    """The ways of reaching somebody."""

    TEL = "tel"
    SMS = "sms"
    WHATSAPP = "whatsapp"
    MAIL = "mail"
    WEB = "web"


class BadCountry(ValueError):
    """A file that cannot be used; says which, and what is wrong."""


@dataclass(frozen=True, slots=True)
class Way:
    """One way of reaching a line. `word` is what to write in a text message, where one is asked for."""

    how: How
    where: str
    word: str = ""

    @property
    def link(self) -> str:
        digits = "".join(each for each in self.where if each.isdigit())
        return {
            How.TEL: f"tel:{digits}",
            How.SMS: f"sms:{digits}",
            How.WHATSAPP: "",
            How.MAIL: f"mailto:{self.where}",
            How.WEB: self.where,
        }[self.how]


@dataclass(frozen=True, slots=True)
class Line:
    kind: Kind
    name: str
    ways: tuple[Way, ...]
    languages: tuple[str, ...]
    day_and_night: bool
    source: str
    everywhere: bool = True
    """Whether it works in all of the place that the file is about."""


@dataclass(frozen=True, slots=True)
class Country:
    """One file. `names` by language."""

    code: str
    names: Mapping[str, str]
    checked_on: date
    lines: tuple[Line, ...]

    def is_stale(self, today: date) -> bool:
        return today - self.checked_on > LONGEST_UNCHECKED


@cache
def countries() -> tuple[Country, ...]:
    """Every country, by code. Raises BadCountry."""
    return tuple(read(path) for path in sorted(FOLDER.glob("*.toml")))


def by_name(language: str) -> list[Country]:
    """Every country in the order of its name in this language."""
    return sorted(countries(), key=lambda one: (LAST.index(one.code) + 1 if one.code in LAST else 0, one.names[language]))


def read(path: Path) -> Country:
    """One country from its file. Raises BadCountry."""
    try:
        said = tomllib.loads(path.read_text(encoding="utf-8"))
        lines = tuple(_line(one) for one in said["line"])
        country = Country(path.stem, said["name"], said["checked_on"], lines)
    except (tomllib.TOMLDecodeError, KeyError, ValueError, TypeError) as error:
        raise BadCountry(f"{path.name}: {error!r}") from error
    if lines[0].kind is not Kind.EMERGENCY or not isinstance(country.checked_on, date):
        raise BadCountry(f"{path.name}: the emergency number comes first, and checked_on is a date")
    return country


def _line(said: dict[str, Any]) -> Line:
    extra = set(said) - {"kind", "name", "ways", "languages", "day_and_night", "source", "everywhere"}
    if extra or not said["ways"] or not said["source"].startswith("https://"):
        raise ValueError(f"{said['name']}: {sorted(extra) or 'a way and a source are needed'}")
    ways = tuple(_way(one) for one in said["ways"])
    return Line(
        Kind(said["kind"]),
        said["name"],
        ways,
        tuple(said["languages"]),
        said["day_and_night"],
        said["source"],
        said.get("everywhere", True),
    )


def _way(said: str) -> Way:
    """`tel 116 123`, or `sms 741741 HOME` where a word is to be sent."""
    how, _, where = said.partition(" ")
    number, _, last = where.rpartition(" ")
    if how == How.SMS and last.isalpha():
        return Way(How.SMS, number, last)
    return Way(How(how), where)
