"""Which time zones a person may choose: the names of the IANA database."""

from functools import cache
from zoneinfo import available_timezones

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# Files that lie among the zones and are none: what the machine is set to, and what stands for "nobody set it".
_NO_ZONES = frozenset({"Factory", "localtime", "posixrules"})


@cache
def zone_names() -> frozenset[str]:
    """Every zone by its IANA name, without the machine's own aliases."""
    return frozenset(name for name in available_timezones() if not name.startswith(("posix/", "right/"))) - _NO_ZONES


def check_zone(name: str) -> None:
    if name not in zone_names():
        raise ValidationError(_("Choose a time zone from the list."), code="unknown-zone")


@cache
def zone_groups() -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The zones a list on a page offers, by continent: places, and UTC, without abbreviations and old names of countries."""
    groups: dict[str, list[str]] = {}
    for name in sorted(zone_names()):
        continent, slash, _place = name.partition("/")
        if slash and continent not in {"Etc", "SystemV", "US"}:
            groups.setdefault(continent, []).append(name)
    return (*((continent, tuple(names)) for continent, names in groups.items()), ("UTC", ("UTC",)))
