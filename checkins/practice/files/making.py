"""A sheet for a session on its way: asked for, made by a worker, kept sealed for an hour at most, and taken once.

Consent is asked three times: before anything is read, before the file is put down, and when it leaves. Only then is there a line in the
log, since only then somebody sees anything. What does not hold any more is gone, and the therapist reads the same words
whatever the reason.
"""

import hashlib
import json
import logging
from collections import defaultdict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import translation

from backend import nudge
from backend.accounts.models import User
from backend.audit.models import Disclosure
from backend.audit.services import Grant, hand_over, prepare
from backend.care.models import CareLink
from backend.care.queries import session_days
from backend.consents.queries import allowed_by
from backend.encryption import Unreadable, open_file, seal_file
from backend.errors import NotFound
from checkins.models import Sheet
from checkins.practice.files.setting import Unsettable, set_in_type
from checkins.practice.files.sheet import ways_to_say
from checkins.practice.trend import trend_of

log = logging.getLogger(__name__)
State = Sheet.State


@dataclass(frozen=True, kw_only=True)
class Taken:
    """A sheet that has left, and the days it is of."""

    pdf: bytes
    since: date
    until: date


class _Changed(Exception):
    """Something on the sheet is not so any more: an answer was deleted, or a late one came."""


def ask(*, therapist: User, link_id: UUID, weeks: int, language: str, now: datetime) -> Sheet:
    """Has a sheet made. One that is under way already goes on; one that waited to be taken gives way. Raises NotFound.

    Whether anything is allowed is the worker's to find out.
    """
    with transaction.atomic():
        link = CareLink.objects.visible_to(therapist).select_for_update(of=("self",)).filter(pk=link_id).first()
        if link is None:
            raise NotFound
        earlier = Sheet.objects.visible_to(therapist).filter(link=link).first()
        if earlier and earlier.state in (State.WAITING, State.MAKING) and (earlier.weeks, earlier.language) == (weeks, language):
            return earlier
        if earlier:
            earlier.delete()
        sheet = Sheet.objects.create(link=link, weeks=weeks, language=language, asked_at=now)
        nudge.after_commit("checkins.practice.files.tasks.make_sheet", str(sheet.pk))
    return sheet


def make(*, sheet_id: UUID, clock: Callable[[], datetime]) -> None:
    """Makes one sheet, unless somebody else is at it. Without consent, at the beginning or at the end, there is no sheet."""
    now = clock()
    claimed = Sheet.objects.to_make(now).filter(pk=sheet_id)
    if not claimed.update(state=State.MAKING, claimed_at=now, tries=F("tries") + 1):
        return
    mine = Sheet.objects.filter(pk=sheet_id, state=State.MAKING, claimed_at=now)
    sheet = mine.select_related("link__therapist__user").first()
    if sheet is None:
        return
    therapist = sheet.link.therapist.user
    with transaction.atomic():
        grant = prepare(therapist=therapist, link_id=sheet.link_id, weeks=sheet.weeks, now=now)
        ways = _ways_to_say(grant, therapist, sheet.language, now) if grant else ()
    if grant is None:
        mine.delete()
        return
    try:
        pdf = set_in_type(*ways)
    except Unsettable:
        log.exception("sheet %s cannot be set", sheet_id)
        mine.update(state=State.FAILED)
        return
    with transaction.atomic():
        if not mine.select_for_update().exists():
            return
        if not _still_allow(therapist.pk, {sheet.link_id: grant.consents}, clock()):
            mine.delete()
            return
        mine.update(
            state=State.READY,
            made_at=clock(),
            consents=sorted(grant.consents),
            since=grant.since,
            until=grant.until,
            digest=_digest(ways),
            content=seal_file(pdf, table="sheet", column="content", row=str(sheet_id)),
        )


def take(*, therapist: User, link_id: UUID, now: datetime) -> Taken | None:
    """The sheet, with its line in the log; after that it is gone. None, and gone as well, where it may not leave or is too old.

    Raises TryLater where the log cannot be written: then it stays.
    """
    with transaction.atomic():
        found = Sheet.objects.visible_to(therapist).select_for_update().filter(link=link_id, state=State.READY).first()
        if found is None:
            return None
        taken = _handed_over(found, therapist, now) if now < found.asked_at + Sheet.KEPT else None
        found.delete()
    return taken


def tend(*, clock: Callable[[], datetime]) -> None:
    """Makes what a lost message left behind, and takes away what is too old, given up, or not allowed any more."""
    now = clock()
    Sheet.objects.filter(asked_at__lte=now - Sheet.KEPT).delete()
    Sheet.objects.filter(state=State.MAKING, claimed_at__lte=now - Sheet.LEASE, tries__gte=Sheet.MOST_TRIES).update(state=State.FAILED)
    kept: dict[int, dict[UUID, Collection[UUID]]] = defaultdict(dict)
    for therapist_id, link_id, consents in Sheet.objects.filter(state=State.READY).values_list("link__therapist", "link", "consents"):
        kept[therapist_id][link_id] = consents
    for therapist_id, of_links in kept.items():
        gone = of_links.keys() - _still_allow(therapist_id, of_links, now)
        Sheet.objects.filter(state=State.READY, link__in=gone).delete()
    for sheet_id in Sheet.objects.to_make(now).order_by("asked_at").values_list("pk", flat=True):
        make(sheet_id=sheet_id, clock=clock)


def _handed_over(sheet: Sheet, therapist: User, now: datetime) -> Taken | None:
    """What may leave: made under the two consents that stand, of what is still so, and with its row."""
    assert sheet.since
    assert sheet.until
    days = {"since": sheet.since, "until": sheet.until}
    place = Disclosure.Place.SHEET
    try:
        # If it turns out to be something else by now, its row goes with it: nothing was read.
        with transaction.atomic():
            grant = hand_over(therapist=therapist, place=place, link_id=sheet.link_id, consents=sheet.consents, now=now, **days)
            if grant is None:
                return None
            if _digest(_ways_to_say(grant, therapist, sheet.language, now)) != bytes(sheet.digest or b""):
                raise _Changed
            pdf = open_file(bytes(sheet.content or b""), table="sheet", column="content", row=str(sheet.pk))
    except (_Changed, Unreadable):
        return None
    return Taken(pdf=pdf, **days)


def _ways_to_say(grant: Grant, therapist: User, language: str, now: datetime) -> tuple[dict[str, Any], ...]:
    with translation.override(language):
        return ways_to_say(trend_of(grant, now=now), met=session_days(therapist, grant.link_id))


def _digest(ways: tuple[dict[str, Any], ...]) -> bytes:
    return hashlib.sha256(json.dumps(ways, sort_keys=True).encode()).digest()


def _still_allow(therapist_id: int, made_under: dict[UUID, Collection[UUID]], now: datetime) -> set[UUID]:
    """Of these links those that still rest on the very two consents."""
    allowed = allowed_by(therapist_id=therapist_id, links=list(made_under), now=now)
    return {link_id for link_id, one in allowed.items() if one.consents == frozenset(made_under[link_id])}
