"""A check-in is kept. Nothing here depends on the partner, and a fault in the detector cannot lose an answer.

Written as plain statements rather than through the ORM: two phones may write the same day at once, and
INSERT ... ON CONFLICT settles that without an error to catch.
"""

import hashlib
import hmac
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext_noop as _
from psycopg.errors import UniqueViolation

from backend.accounts.models import User
from backend.calendar_days import local_day
from backend.encryption import seal
from backend.errors import AuthRequired, DomainError, FieldError, Invalid, NotFound, StaleVersion, Unprocessable, VersionRequired
from backend.statements import fetch_row
from checkins.answers import Answers
from checkins.models import CheckIn, Submission
from notifications import services as notifications

ONE_DAY = timedelta(days=1)
OFFLINE_DAYS = 7
# A phone's clock may run ahead; its answers are not lost for that.
CLOCK_AHEAD = timedelta(days=1)
# What a call may take to arrive. More than that is a clock that is set wrong.
TRAVEL_TIME = timedelta(minutes=1)
# No answer to a day that may still arrive was given longer ago, whatever the zone.
LONGEST_AGO = timedelta(days=OFFLINE_DAYS + 3)


class TooOld(Unprocessable):
    """The day has closed, or lies further back than offline answers may."""

    code: ClassVar[str] = "too-old"
    title: ClassVar[str] = _("This day can no longer be changed")


class IdReused(Unprocessable):
    """The client's id was used before with other content."""

    code: ClassVar[str] = "id-reused"
    title: ClassVar[str] = _("This id was used for other answers")


@dataclass(frozen=True, kw_only=True)
class Item:
    """One write as it was asked for: `version` is what the sender believes to change, None for a new check-in."""

    day: date
    client_id: UUID
    answers: Answers
    answered_at: datetime | None = None
    version: int | None = None


@dataclass(frozen=True)
class Kept:
    """The check-in as it stands now, and whether this write created it."""

    check_in: CheckIn
    created: bool


def submit_check_in(*, person: User, item: Item, now: datetime) -> Kept:
    """Keeps one person's answers for one of their days, once per client id.

    Raises Invalid for a day to come, TooOld, IdReused, VersionRequired, and StaleVersion with the row that stands.
    """
    answered_at = _answered_at(item, now)
    _check_day(item.day, answered_at=answered_at, now=now, zone=person.zone)
    return _keep(person=person, item=item, answered_at=answered_at, now=now, same_batch=False)


def submit_batch(*, person: User, items: Sequence[Item], now: datetime, sent_at: datetime | None = None) -> list[Kept | DomainError]:
    """Keeps up to fifty answers given offline; each stands or fails alone, in the order they were given.

    `sent_at` is what the sender's own clock said: where that is wrong, the times at which answers were given are too.

    Sorting by the time of giving makes the end state independent of the order of arrival. Returns results in the
    order of `items`.
    """
    results: dict[int, Kept | DomainError] = {}
    created: set[date] = set()
    if sent_at is not None and abs(now - sent_at) > TRAVEL_TIME:
        items = [_by_our_clock(item, now - sent_at) for item in items]
    for index in sorted(range(len(items)), key=lambda i: (items[i].answered_at or now, str(items[i].client_id))):
        item = items[index]
        try:
            answered_at = _answered_at(item, now)
            _check_day(item.day, answered_at=answered_at, now=now, zone=person.zone)
            kept = _keep(person=person, item=item, answered_at=answered_at, now=now, same_batch=item.day in created)
            if kept.created:
                created.add(item.day)
            results[index] = kept
        except AuthRequired:
            raise
        except DomainError as error:
            results[index] = error
    return [results[index] for index in range(len(items))]


def delete_check_in(*, person: User, day: date, now: datetime) -> None:
    """Removes a check-in and its influence on what is derived from both. Raises NotFound."""
    with transaction.atomic():
        deleted, _ = CheckIn.objects.visible_to(person).filter(day=day).delete()
        if not deleted:
            raise NotFound
        _mark_for_assessment(person.pk, day)


def answer_by_token(*, token: str, quick: str, client_id: UUID, now: datetime) -> None:
    """Writes the one quick answer that a push token allows, and spends the token with it. Raises NotFound.

    A retry with the same client id succeeds again and changes nothing; the caller learns nothing either way.
    """
    with transaction.atomic():
        owner = notifications.redeem_answer_token(token=token, client_id=client_id, now=now)
        person = User.objects.get(pk=owner.person_id)
        if local_day(now, person.zone) > owner.day:
            raise NotFound
        item = Item(day=owner.day, client_id=client_id, answers=Answers(kind="quick", quick=quick))
        _keep(person=person, item=item, answered_at=now, now=now, same_batch=False)


def _answered_at(item: Item, now: datetime) -> datetime:
    """When the answer was given; a phone's clock that runs ahead is taken as now."""
    if item.answered_at is None:
        return now
    if item.answered_at > now + CLOCK_AHEAD:
        raise Invalid([FieldError("/answered_at", "in-the-future", _("This time has not come yet."))])
    if item.answered_at < now - LONGEST_AGO:
        raise TooOld
    return min(item.answered_at, now)


def _by_our_clock(item: Item, behind: timedelta) -> Item:
    """The same write, given at the moment that our clock showed."""
    if item.answered_at is None:
        return item
    try:
        return replace(item, answered_at=item.answered_at + behind)
    except OverflowError:  # no year that there is; it is refused as it stands
        return item


def _check_day(day: date, *, answered_at: datetime, now: datetime, zone: ZoneInfo) -> None:
    """A day can be answered on itself and on the next day; offline answers arrive up to seven days later."""
    today = local_day(now, zone)
    if day > today:
        raise Invalid([FieldError("/date", "in-the-future", _("This day has not come yet."))])
    if today - day > OFFLINE_DAYS * ONE_DAY or not day <= local_day(answered_at, zone) <= day + ONE_DAY:
        raise TooOld


def _keep(*, person: User, item: Item, answered_at: datetime, now: datetime, same_batch: bool) -> Kept:
    """The first answer of a day, which nearly all are, takes one statement; whatever else it may be is found out in a transaction."""
    values = {**_values(person.pk, item, answered_at, now), "fingerprint": _fingerprint(item)}
    row = _create(values) if item.version is None else None
    if row is not None:
        return Kept(row, created=True)
    with transaction.atomic():
        if not _remember(values):
            return _retried(person.pk, item)
        kept = _amend(person=person, item=item, values=values, now=now, same_batch=same_batch)
        _mark_for_assessment(person.pk, item.day)
        notifications.close_slot(person_id=person.pk, day=item.day, now=now)
    return kept


def _create(values: dict[str, Any]) -> CheckIn | None:
    """Keeps the check-in and the client's id, marks the couple and closes the day's reminder: all of it, or nothing.

    Gives the row, or None where the day was answered before or the id was used. Raises AuthRequired where the account is gone by now.
    """
    try:
        # Within a transaction of the caller, what fails must not end that.
        with transaction.atomic() if connection.in_atomic_block else nullcontext():
            is_there, ignored, *row = fetch_row(_CREATE, values) or (0, 0, None)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):  # the same id, used twice in one moment
            return None
        raise
    if not is_there:
        raise AuthRequired
    if row[0] is None:
        return None
    notifications.resume_daily(person_id=values["person_id"], ignored=ignored, now=values["now"])
    return CheckIn.from_db(connection.alias, _COLUMNS, row)


def _remember(values: dict[str, Any]) -> bool:
    """Remembers the client's id. Says whether it is new. Raises AuthRequired where the account is gone by now."""
    is_there, is_first_use = fetch_row(_REMEMBER, values) or (0, 0)
    if not is_there:
        raise AuthRequired
    return bool(is_first_use)


def _amend(*, person: User, item: Item, values: dict[str, Any], now: datetime, same_batch: bool) -> Kept:
    """Changes what stands: a quick answer never replaces anything, a full one replaces a quick one or the version it names."""
    standing = CheckIn.objects.select_for_update().filter(person=person, day=item.day).first()
    if standing is None:  # deleted on another device
        raise StaleVersion(None)
    if item.answers.is_quick:
        return Kept(standing, created=False)
    if local_day(values["answered_at"], person.zone) > item.day or (_may_have_been_seen(standing, person, now) and not same_batch):
        raise TooOld
    if item.version is None and standing.kind == CheckIn.Kind.FULL and not same_batch:
        raise VersionRequired
    if item.version is not None and item.version != standing.version and not same_batch:
        raise StaleVersion(standing)
    row = _write(_UPDATE, values)
    if row is None:  # cannot be: the row is locked
        raise NotFound
    return Kept(row, created=False)


def _may_have_been_seen(standing: CheckIn, person: User, now: datetime) -> bool:
    """A full answer of a closed day: changing it would show the partner, between two reveals, that something was changed."""
    return standing.kind == CheckIn.Kind.FULL and local_day(now, person.zone) > standing.day


def _retried(person_id: int, item: Item) -> Kept:
    """What stands, for a write that was made before. Raises IdReused for other content, NotFound if it was deleted since."""
    known = bytes(Submission.objects.get(person_id=person_id, client_id=item.client_id).fingerprint)
    if not hmac.compare_digest(known, _fingerprint(item)):
        raise IdReused
    standing = CheckIn.objects.filter(person_id=person_id, day=item.day).first()
    if standing is None:  # a late retry does not bring it back
        raise NotFound
    return Kept(standing, created=False)


def _fingerprint(item: Item) -> bytes:
    """Keyed, since there are few possible answers and a plain hash would give them away."""
    return hmac.new(settings.CODE_KEY.encode(), item.answers.canonical(item.day).encode(), hashlib.sha256).digest()


def _values(person_id: int, item: Item, answered_at: datetime, now: datetime) -> dict[str, Any]:
    answers = item.answers
    row = f"{person_id}:{item.day.isoformat()}"
    return {
        "person_id": person_id,
        "day": item.day,
        "client_id": item.client_id,
        "kind": answers.kind,
        "closeness_felt": answers.closeness_felt,
        "closeness_wanted": answers.closeness_wanted,
        "space_wanted": answers.space_wanted,
        "tension": answers.tension,
        "quick": answers.quick,
        # An array written out: the feelings are words of our own list, and adapting a list costs more than the rest.
        "feelings": f"{{{','.join(answers.feelings)}}}",
        "note": seal(answers.note, table="checkin", column="note", row=row) if answers.note else None,
        "shared_line": seal(answers.shared_line, table="checkin", column="shared_line", row=row) if answers.shared_line else None,
        "answered_at": answered_at,
        "now": now,
    }


def _write(statement: str, values: dict[str, Any]) -> CheckIn | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        row = cursor.fetchone()
    return CheckIn.from_db(connection.alias, _COLUMNS, row) if row else None


def _mark_for_assessment(person_id: int, day: date) -> None:
    """The couple's days from this one on are assessed again. Always touches the row, so that an assessment under way waits."""
    with connection.cursor() as cursor:
        cursor.execute(_MARK, {"person_id": person_id, "day": day})


_COLUMNS = [field.attname for field in CheckIn._meta.concrete_fields]
_RETURNING = ", ".join(_COLUMNS)
_HELD = (
    "EXISTS (SELECT 1 FROM consents_hold h WHERE h.person_id = %(person_id)s AND (h.ended_at IS NULL"
    " OR (h.started_at <= %(answered_at)s AND h.ended_at > %(answered_at)s)))"
)
_MARK = """
    UPDATE checkins_patternstate SET dirty_from = LEAST(COALESCE(dirty_from, %(day)s), %(day)s)
    WHERE couple_id = (SELECT couple_id FROM couples_membership WHERE person_id = %(person_id)s AND ended_at IS NULL)
"""
# One more than the writes this day has ever had, and so more than any version of a check-in that was deleted: a phone that
# still knows the deleted one cannot take the new one for it.
_FIRST_VERSION = "1 + (SELECT count(*) FROM checkins_submission s WHERE s.person_id = %(person_id)s AND s.day = %(day)s)"
# The account is locked before anything else, as whoever deletes it does, so that neither waits for the other in a circle.
# What is written is checked against it anyway, when the transaction commits.
_ME = f"me AS MATERIALIZED (SELECT id FROM {User._meta.db_table} WHERE id = %(person_id)s::bigint FOR KEY SHARE)"  # noqa: S608 (our own table)
_SUBMISSION = "INSERT INTO checkins_submission (person_id, client_id, day, fingerprint, received_at)"
# Where the id turns out to be used in the same moment, this fails as a whole.
_CREATE = f"""
    WITH {_ME}, kept AS (
        INSERT INTO checkins_checkin (person_id, day, client_id, kind, closeness_felt, closeness_wanted, space_wanted, tension,
            quick, feelings, note, shared_line, version, answered_at, received_at, updated_at, kept_private)
        SELECT me.id, %(day)s::date, %(client_id)s::uuid, %(kind)s::varchar, %(closeness_felt)s::smallint,
            %(closeness_wanted)s::smallint, %(space_wanted)s::smallint, %(tension)s::smallint, %(quick)s::varchar,
            %(feelings)s::varchar[], %(note)s::bytea, %(shared_line)s::bytea, {_FIRST_VERSION}, %(answered_at)s::timestamptz,
            %(now)s::timestamptz, %(now)s::timestamptz, {_HELD}
        FROM me WHERE NOT EXISTS (
            SELECT 1 FROM checkins_submission s WHERE s.person_id = %(person_id)s AND s.client_id = %(client_id)s::uuid)
        ON CONFLICT (person_id, day) DO NOTHING RETURNING {_RETURNING}
    ), remembered AS (
        {_SUBMISSION} SELECT person_id, client_id, day, %(fingerprint)s::bytea, received_at FROM kept RETURNING 1
    ), marked AS (
        {_MARK} AND EXISTS (SELECT 1 FROM remembered) RETURNING 1
    ), cause AS (
        SELECT 1 FROM kept, (SELECT count(*) FROM marked) AS first
    ), {notifications.CLOSING}
    SELECT (SELECT count(*) FROM me), {notifications.IGNORED_BEFORE}, {", ".join(f"kept.{name}" for name in _COLUMNS)}
    FROM (VALUES (1)) AS one_row LEFT JOIN kept ON true
"""  # noqa: S608 (names of our own columns)
_REMEMBER = f"""
    WITH {_ME}, first_use AS (
        {_SUBMISSION} SELECT me.id, %(client_id)s::uuid, %(day)s::date, %(fingerprint)s::bytea, %(now)s::timestamptz FROM me
        ON CONFLICT (person_id, client_id) DO NOTHING RETURNING 1
    )
    SELECT (SELECT count(*) FROM me), (SELECT count(*) FROM first_use)
"""  # noqa: S608 (as above)
_UPDATE = f"""
    UPDATE checkins_checkin SET client_id = %(client_id)s, kind = %(kind)s, closeness_felt = %(closeness_felt)s,
        closeness_wanted = %(closeness_wanted)s, space_wanted = %(space_wanted)s, tension = %(tension)s, quick = %(quick)s,
        feelings = %(feelings)s::varchar[], note = %(note)s, shared_line = %(shared_line)s, version = version + 1,
        answered_at = %(answered_at)s, received_at = %(now)s, updated_at = %(now)s, kept_private = kept_private OR {_HELD}
    WHERE person_id = %(person_id)s AND day = %(day)s RETURNING {_RETURNING}
"""  # noqa: S608 (names of our own columns)
