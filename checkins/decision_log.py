"""Reads the decision log for those who run Ebb: to toss its coins again, and to estimate what prompts do. Never for a page."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby

from django.db.models import F, Max, Q, QuerySet

from checkins.effects.study import BASELINE_DAYS, Coin, Felt
from checkins.models import CheckIn, Decision
from checkins.policy import Reason
from checkins.retossing import LOOKS_BACK, Row

CHUNK = 5000


def count(*, since: date | None = None) -> int:
    """How many decisions there are."""
    return _since(since).count()


def rows_by_couple(*, since: date | None = None) -> Iterator[list[Row]]:
    """The log couple by couple, with what a row is judged by of the days before `since`."""
    rows = _since(since and since - timedelta(days=LOOKS_BACK)).annotate(paired_on=Max("couple__memberships__joined_day"))
    names = [name for name in Row.__annotations__ if name != "couple"]
    found = rows.order_by("couple_id", "day").values_list("couple_id", *names).iterator(chunk_size=CHUNK)
    for couple, of_couple in groupby(found, key=lambda row: row[0]):
        yield [Row(couple=couple, **dict(zip(names, row[1:], strict=True))) for row in of_couple]


def coins(*, since: date | None = None, through: date) -> Iterator[Coin]:
    """The decisions inside the trial, of days that are closed for everybody."""
    rows = _since(since).filter(available=True, in_trial=True, day__lte=through).order_by("couple_id", "day")
    for row in rows.iterator(chunk_size=CHUNK):
        yield Coin(
            couple=row.couple_id,
            day=row.day,
            decided_at=row.decided_at,
            probability=row.probability,
            sent=row.sent,
            alert=row.reason == Reason.EPISODE,
            chance=(row.p_a_reaches or 0.0) + (row.p_b_reaches or 0.0),
        )


def felt(*, since: date | None = None, through: date) -> Iterator[Felt]:
    """How close the members of every couple felt, as far as it may be used for the pair: nothing kept private, nothing given
    after one of them had left."""
    rows = CheckIn.objects.filter(kind=CheckIn.Kind.FULL, kept_private=False, day__lte=through, person__memberships__isnull=False)
    if since is not None:
        rows = rows.filter(day__gte=since - timedelta(days=BASELINE_DAYS))
    couple = F("person__memberships__couple_id")
    stayed = Q(person__memberships__couple__ended_at=None) | Q(received_at__lt=F("person__memberships__couple__ended_at"))
    told = rows.filter(stayed).annotate(couple=couple, side=F("person__memberships__side"))
    columns = ("couple", "side", "day", "closeness_felt", "received_at")
    for of_couple, side, day, points, received_at in told.values_list(*columns).iterator(chunk_size=CHUNK):
        yield Felt(couple=of_couple, side="ab".index(side), day=day, felt=float(points), received_at=received_at)


def _since(since: date | None) -> QuerySet[Decision]:
    return Decision.objects.filter(day__gte=since) if since is not None else Decision.objects.all()
