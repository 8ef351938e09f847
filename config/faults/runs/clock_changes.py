"""N9: every zone's clock is put forward and back, 2024 to 2035, and each day keeps its one reminder.

At full size every day of the usual hour is looked at; smaller, the days around each change of each zone, at four hours.
Pure arithmetic, held against a second way to know: what the wall clock of the zone shows at the instant that came out.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from backend.calendar_days import DAY_ROLLS_AT, day_closes, local_day
from config.faults.ground import Ground
from config.faults.results import Invariant, Result, none_of
from notifications.schedule import BETWEEN_REMINDERS, Hours, Slot, next_reminder

FIRST, LAST = date(2024, 1, 1), date(2035, 12, 31)
ONE_DAY = timedelta(days=1)
AROUND = timedelta(days=3)
EVENING, NO_QUIET = time(20), time(0)
HOURS = (EVENING, time(0, 30), time(2, 30), time(3, 30))
"""The usual hour, and those at which clocks are changed."""


def run(ground: Ground) -> Result:
    zones = sorted(available_timezones() - {"localtime", "Factory"})
    days = slots = changes = 0
    wrong: list[str] = []
    for number, name in enumerate(zones):
        zone = ZoneInfo(name)
        changes += len(list(_changes(zone)))
        for at in HOURS:
            for first, last in _stretches(zone, whole=ground.scale >= 1 and at == EVENING):
                found = list(_walk(Hours(zone, at, NO_QUIET, NO_QUIET), first, last))
                days += (last - first).days + 1
                slots += len(found)
                wrong += [f"{name} {at} {what}" for what in _wrong(found, first, last, at, zone)]
        if number % 50 == 0:
            ground.say(f"{number} of {len(zones)} zones")
    for one in wrong[:20]:
        ground.say(one)
    return Result(
        figures={"zones": len(zones), "changes of the clock": changes, "days": days, "reminders": slots},
        invariants=[
            Invariant("reminders, one for each day", slots, "=", days),
            none_of("reminders at another time than they should be", len(wrong)),
        ],
    )


def _changes(zone: ZoneInfo) -> Iterator[date]:
    """The days on which the clock of the zone is changed."""
    day, before = FIRST, None
    while day <= LAST:
        offset = datetime.combine(day, time(12), tzinfo=zone).utcoffset()
        if before is not None and offset != before:
            yield day
        before, day = offset, day + ONE_DAY


def _stretches(zone: ZoneInfo, *, whole: bool) -> Iterator[tuple[date, date]]:
    """All the years, or the days around each change of the clock and around one new year."""
    if whole:
        yield FIRST, LAST
        return
    yield date(2028, 12, 30), date(2029, 1, 2)
    for change in _changes(zone):
        yield max(FIRST, change - AROUND), min(LAST, change + AROUND)


def _walk(hours: Hours, first: date, last: date) -> Iterator[Slot]:
    """One reminder after another, as the sweep takes them."""
    slot = next_reminder(hours=hours, now=day_closes(first - ONE_DAY, hours.zone) - timedelta(seconds=1))
    while slot is not None and slot.day <= last:
        if slot.day >= first:
            yield slot
        slot = next_reminder(hours=hours, now=slot.at, last=slot)


def _wrong(found: list[Slot], first: date, last: date, wanted: time, zone: ZoneInfo) -> Iterator[str]:
    for number, slot in enumerate(found):
        if slot.day != first + number * ONE_DAY or slot.day > last or local_day(slot.at, zone) != slot.day:
            yield f"{slot}: another day than its own"
        if number and slot.at - found[number - 1].at < BETWEEN_REMINDERS:
            yield f"{slot}: too soon"
        if not _is_on_time(slot, wanted, zone):
            yield f"{slot}: at {slot.at.astimezone(zone)}"


def _is_on_time(slot: Slot, wanted: time, zone: ZoneInfo) -> bool:
    """The first instant at which the clock shows the hour; where it skips that, as much later as the clock was put forward."""
    shown = slot.at.astimezone(zone)
    calendar_day = slot.day + ONE_DAY if wanted < DAY_ROLLS_AT else slot.day
    naive = datetime.combine(calendar_day, wanted)
    if shown.replace(tzinfo=None) == naive:
        return shown.fold == 0
    skipped = naive.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None)
    if skipped == naive:
        return False
    # Put forward past the end of the day it belongs to, it comes as the last thing of that day.
    return shown.replace(tzinfo=None) == skipped or slot.at == day_closes(slot.day, zone) - timedelta(minutes=1)
