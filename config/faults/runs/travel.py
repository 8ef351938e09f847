"""N10: people who move between the zones of the world, from hours to weeks in each."""

import itertools
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from backend.calendar_days import local_day
from config.faults.ground import Ground
from config.faults.results import Result, none_of
from notifications.schedule import BETWEEN_REMINDERS, Hours, Slot, next_reminder, quiet_until, reminder_after_move

ITINERARIES = 10_000
STOPS = 8
SWEEP = timedelta(seconds=20)


def run(ground: Ground) -> Result:
    zones = [ZoneInfo(name) for name in sorted(available_timezones() - {"localtime", "Factory"})]
    total = ground.count(ITINERARIES, least=200)
    reminders = too_soon = twice = quiet = other_day = 0
    for _ in range(total):
        sent = _travel(ground, zones)
        reminders += len(sent)
        too_soon += sum(later.at - earlier.at < BETWEEN_REMINDERS for (earlier, _), (later, _) in itertools.pairwise(sent))
        twice += sum(later.day <= earlier.day for (earlier, _), (later, _) in itertools.pairwise(sent))
        quiet += sum(quiet_until(slot.at, hours) is not None for slot, hours in sent)
        other_day += sum(local_day(slot.at, hours.zone) != slot.day for slot, hours in sent)
    return Result(
        figures={"itineraries": total, "stops": total * STOPS, "reminders": reminders},
        invariants=[
            none_of("reminders within twenty hours of the one before", too_soon),
            none_of("second reminders of one day", twice),
            none_of("reminders in quiet hours of the zone at hand", quiet),
            none_of("reminders for another day than that of the clock at hand", other_day),
        ],
    )


def _travel(ground: Ground, zones: list[ZoneInfo]) -> list[tuple[Slot, Hours]]:
    """The reminders that come, each with the clock by which it came."""
    chance = ground.chance
    now = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(12 * 365 * 24 * 60))
    wanted = chance.choice([time(20), time(7, 30), time(21, 59), time(12)])
    planned: Slot | None = None
    sent: list[tuple[Slot, Hours]] = []
    for _ in range(STOPS):
        hours = Hours(chance.choice(zones), wanted)
        last = sent[-1][0] if sent else None
        planned = reminder_after_move(planned, hours=hours, now=now, last=last)
        until = now + timedelta(hours=chance.choice([chance.uniform(1, 30), chance.uniform(30, 400)]))
        while planned is not None and planned.at <= until:
            sent.append((planned, hours))
            planned = next_reminder(hours=hours, now=planned.at + chance.random() * SWEEP, last=planned)
        now = until
    return sent
