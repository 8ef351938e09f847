"""The doors through which a file of a couple leaves. Where nothing is allowed, each leads to a page that says so, and never why."""

import json
from collections.abc import Callable
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, gettext
from django.views.decorators.http import require_http_methods, require_POST

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.audit.models import Disclosure
from backend.audit.services import Grant, disclose
from backend.care.door import must_be_therapist as _must_be_therapist
from backend.care.models import CareLink
from backend.care.queries import label_of, own_link
from backend.tables import table_file
from backend.web.domain import private
from checkins.models import Sheet
from checkins.practice.files import making
from checkins.practice.files.fhir import MEDIA_TYPE, bundle_of
from checkins.practice.files.table import COLUMNS, rows_of
from checkins.practice.trend import Trend, trend_of

SPANS = (4, 12)
STEPS = (Sheet.State.WAITING, Sheet.State.MAKING, Sheet.State.READY)


@require_POST
@private
def table(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """What both allow as a table."""
    _must_be_therapist(request)

    def written(trend: Trend, _grant: Grant, _link: CareLink, _now: datetime) -> HttpResponse:
        return table_file(COLUMNS, rows_of(trend), name=name_of(trend))

    return _taken(request, link_id, Disclosure.Place.TABLE, written)


@require_POST
@private
def record(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """What both allow as a FHIR Bundle, for a system of records."""
    _must_be_therapist(request)

    def written(trend: Trend, grant: Grant, link: CareLink, now: datetime) -> HttpResponse:
        bundle = bundle_of(trend, grant, purpose=link.purpose, now=now)
        response = HttpResponse(json.dumps(bundle, ensure_ascii=False, indent=1), content_type=MEDIA_TYPE)
        response.headers["Content-Disposition"] = f'attachment; filename="{name_of(trend)}.fhir.json"'
        return response

    return _taken(request, link_id, Disclosure.Place.RECORD, written)


def _taken(
    request: PersonRequest, link_id: UUID, place: str, written: Callable[[Trend, Grant, CareLink, datetime], HttpResponse]
) -> HttpResponse:
    """The file, whole before anything is sent: consent, log and data in one transaction."""
    link, now = own_link(request.user, link_id), clock.now()
    with transaction.atomic():
        grant = disclose(therapist=request.user, place=place, weeks=weeks_asked(request.POST.get("weeks")), now=now, links=[link_id]).get(
            link_id
        )
        if grant is not None:
            return written(trend_of(grant, now=now), grant, link, now)
    return redirect("practice-couple", link_id)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def sheet(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """Asks for a sheet, and how far it is. Where there is none, the page says the same few words whatever became of it."""
    _must_be_therapist(request)
    link, now = own_link(request.user, link_id), clock.now()
    if request.method == "POST":
        weeks = weeks_asked(request.POST.get("weeks"))
        making.ask(therapist=request.user, link_id=link_id, weeks=weeks, language=get_language() or "en", now=now)
        return redirect("practice-sheet", link_id)
    found = Sheet.objects.visible_to(request.user).filter(link=link, asked_at__gt=now - Sheet.KEPT).first()
    context = {
        "link": link,
        "label": label_of(link),
        "sheet": found,
        "step": STEPS.index(found.state) + 1 if found and found.state in STEPS else 0,
        "steps": len(STEPS),
        "is_under_way": found is not None and found.state in STEPS[:-1],
        "gone_at": found and found.asked_at + Sheet.KEPT,
    }
    return render(request, "checkins/practice/sheet.html", context)


@require_POST
@private
def download(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """The sheet, once. After that, or where it may not leave any more, it is gone."""
    _must_be_therapist(request)
    own_link(request.user, link_id)
    taken = making.take(therapist=request.user, link_id=link_id, now=clock.now())
    if taken is None:
        messages.info(request, gettext("That sheet is no longer there."))
        return redirect("practice-sheet", link_id)
    response = HttpResponse(taken.pdf, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'attachment; filename="{name_of(taken)}.pdf"'
    return response


def weeks_asked(text: str | None) -> int:
    """How far back, of what is offered."""
    return next((span for span in SPANS if str(span) == text), SPANS[0])


class _OfDays(Protocol):
    @property
    def since(self) -> date: ...
    @property
    def until(self) -> date: ...


def name_of(shown: _OfDays) -> str:
    """A file is called by its days alone: names are seen by whoever looks at the folder."""
    return f"ebb-{shown.since}-{shown.until}"
