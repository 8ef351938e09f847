"""The doors through which a file of a couple leaves. Where nothing is allowed, each leads to the page that says so."""

import json
from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.audit.models import Disclosure
from backend.audit.services import Grant, disclose
from backend.care.door import must_be_therapist as _must_be_therapist
from backend.care.models import CareLink
from backend.errors import NotFound
from backend.tables import table_file
from backend.web.domain import private
from checkins.practice.files.fhir import MEDIA_TYPE, bundle_of
from checkins.practice.files.table import COLUMNS, rows_of
from checkins.practice.trend import Trend, trend_of

SPANS = (4, 12)


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
    link, now = own_link(request, link_id), clock.now()
    with transaction.atomic():
        grant = disclose(therapist=request.user, place=place, weeks=weeks_asked(request.POST.get("weeks")), now=now, links=[link_id]).get(
            link_id
        )
        if grant is not None:
            return written(trend_of(grant, now=now), grant, link, now)
    return redirect("practice-couple", link_id)


def own_link(request: PersonRequest, link_id: UUID) -> CareLink:
    """Raises NotFound for a link that is not the therapist's own."""
    link = CareLink.objects.visible_to(request.user).filter(pk=link_id).first()
    if link is None:
        raise NotFound
    return link


def weeks_asked(text: str | None) -> int:
    """How far back, of what is offered."""
    return next((span for span in SPANS if str(span) == text), SPANS[0])


def name_of(trend: Trend) -> str:
    """A file is called by its days alone: names are seen by whoever looks at the folder."""
    return f"ebb-{trend.since}-{trend.until}"
