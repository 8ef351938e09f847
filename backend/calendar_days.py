"""The calendar of one person: which day an instant belongs to, and when a wall clock strikes.

Pure standard library, so that the reveal and the policy can use it without Django; `backend.clock` builds on it.
A *day* here starts when the own clock strikes 04:00, so that an answer at half past midnight belongs to the evening
just lived.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY_ROLLS_AT = time(4)
ONE_DAY = timedelta(days=1)


def local_instant(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The UTC instant at which the clock in `zone` shows `at` on `day`.

    A time that the clock skips is shifted forward by the gap, a time shown twice is the first of the two: both are
    what fold=0 of PEP 495 means.
    """
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)


@dataclass(frozen=True)
class OwnClock:
    """A person's wall clock over time: the zones they had before, each until an instant (UTC, oldest first), and today's.

    What has struck once has struck: moving to another zone changes no earlier hour.
    """

    zone: ZoneInfo
    former: tuple[tuple[ZoneInfo, datetime], ...] = ()

    def passed(self, day: date, at: time) -> datetime:
        """The first instant (UTC) at which this clock has passed `at` on `day`."""
        since = datetime.min.replace(tzinfo=UTC)
        for zone, until in self.former:
            instant = max(local_instant(day, at, zone), since)
            if instant < until:
                return instant
            since = until
        return max(local_instant(day, at, self.zone), since)


def local_day(now: datetime, zone: ZoneInfo) -> date:
    """The day that `now` (aware) belongs to in `zone`: the last one that has begun.

    Asking for the last day begun, rather than reading the wall clock, keeps the answer from going back when the clock
    is set back across 04:00, and passes over a day that a zone left out (Apia, 30 December 2011).
    """
    if now.tzinfo is None:
        raise ValueError("an aware instant is needed")
    day = now.astimezone(zone).date() + 2 * ONE_DAY
    while local_instant(day, DAY_ROLLS_AT, zone) > now:
        day -= ONE_DAY
    return day


def day_closes(day: date, zone: ZoneInfo) -> datetime:
    """The UTC instant at which `day` is over in `zone`: 04:00 of the next morning."""
    return local_instant(day + ONE_DAY, DAY_ROLLS_AT, zone)
