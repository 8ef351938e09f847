"""The couples of `read`: each shares levels, lines and the pattern, answers on most days, and lets two therapists see their weeks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import Any
from uuid import uuid4

from django.db import connection

from backend.accounts.models import User
from backend.care.models import CareLink, Therapist
from backend.consents.models import Choice, Consent
from backend.couples.models import Couple, Membership
from backend.encryption import seal
from checkins.answers import SCALES
from checkins.models import PatternDay, PatternState
from config.benchmarks.accounts import make_accounts

DAYS = 180
SEED = 3
ANSWERED, WITH_A_LINE = 0.9, 0.2
ONE_DAY = timedelta(days=1)


def make_world(*, couples: int, few: int, now: datetime) -> tuple[User, User]:
    """Couple n is persons 2n - 1 and 2n. Returns a therapist whom the first `few` of them allow everything, and one whom all do."""
    began = now - DAYS * ONE_DAY
    with connection.cursor() as cursor:
        make_accounts(cursor, count=2 * couples + 2, zones=["UTC"], joined=began)
        _pair(couples, began)
        with cursor.copy(_COPY) as copy:
            for row in _answers(couples, now.date()):
                copy.write_row(row)
    _pattern(Couple.objects.earliest("pk"), now.date())
    therapists = _therapist(2 * couples + 1, few, now), _therapist(2 * couples + 2, couples, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return therapists


def _pair(couples: int, began: datetime) -> None:
    made = Couple.objects.bulk_create(Couple(created_at=began) for _ in range(couples))
    members = Membership.objects.bulk_create(
        Membership(couple=couple, person_id=2 * n + 1 + (side == "b"), side=side, joined_at=began, joined_day=began.date())
        for n, couple in enumerate(made)
        for side in Membership.Side.values
    )
    choices = [Choice(membership=member, prompt_mode="responsive", show_pattern=True, changed_at=began) for member in members]
    for choice in choices:
        choice.share(Choice.Sharing.LEVELS, began)
    Choice.objects.bulk_create(choices)


def _answers(couples: int, today: date) -> Iterator[tuple[Any, ...]]:
    """Day by day, as answers arrive, so that those of one person lie as far apart as they do in life."""
    chance = Random(SEED)
    for back in reversed(range(DAYS)):
        day = today - back * ONE_DAY
        at = datetime.combine(day, time(11), UTC)
        for person in range(1, 2 * couples + 1):
            if chance.random() < ANSWERED:
                says = chance.random() < WITH_A_LINE
                line = seal("A line for you", table="checkin", column="shared_line", row=f"{person}:{day.isoformat()}") if says else None
                levels = [chance.randrange(11) for _ in SCALES]
                yield person, day, *levels, at, at, at, uuid4(), "full", [], line, 1, False


def _pattern(couple: Couple, today: date) -> None:
    yesterday = today - ONE_DAY
    PatternState.objects.create(couple=couple, first_day=today - DAYS * ONE_DAY, assessed_through=yesterday, model_version="bench")
    said = {"p_a_reaches": 0.1, "p_b_reaches": 0.1, "p_apart": 0.1, "p_steady": 0.7, "enough": True, "alert": False}
    PatternDay.objects.bulk_create(
        PatternDay(couple=couple, day=yesterday - n * ONE_DAY, model_version="bench", **said) for n in range(DAYS)
    )


def _therapist(person: int, couples: int, now: datetime) -> User:
    began = now - ONE_DAY
    words = {"name": "Dr Bench", "licence": "L", "practice": "P", "jurisdiction": "Spain", "note": "Made up."}
    therapist = Therapist.objects.create(user_id=person, state=Therapist.State.VERIFIED, applied_at=began, decided_at=began, **words)
    links = CareLink.objects.bulk_create(
        CareLink(
            therapist=therapist,
            couple=couple,
            label=b"",
            purpose=CareLink.Purpose.SESSIONS,
            code_hash=uuid4().bytes + uuid4().bytes,
            created_at=began,
            code_expires_at=now,
        )
        for couple in Couple.objects.order_by("pk")[:couples]
    )
    terms = {"state": Consent.State.GIVEN, "scopes": Consent.Scope.values, "purpose": CareLink.Purpose.SESSIONS, "wording_version": "bench"}
    times = {"opened_at": began, "given_at": began, "ends_at": began + 28 * ONE_DAY, "from_day": now.date() - DAYS * ONE_DAY}
    Consent.objects.bulk_create(
        Consent(link=link, membership=member, language="en", **terms, **times)
        for link in links
        for member in Membership.objects.filter(couple=link.couple_id)
    )
    return User.objects.get(pk=person)


_COPY = f"""
    COPY checkins_checkin (person_id, day, {", ".join(SCALES)}, answered_at, received_at, updated_at, client_id, kind, feelings,
                           shared_line, version, kept_private) FROM STDIN
"""
