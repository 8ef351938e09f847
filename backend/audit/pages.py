"""What was shown of the two to a therapist, in plain words: for the two, and for the therapist."""

from itertools import groupby
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.accounts.requests import PersonRequest
from backend.audit.models import Disclosure, DisclosureQuerySet
from backend.care.door import must_be_therapist as _must_be_therapist
from backend.consents.forms import SCOPE_WORDS
from backend.web.domain import private

ON_A_PAGE = 50


@require_safe
@private
def disclosures(request: PersonRequest) -> HttpResponse:
    """What therapists were shown of the couple. The partners' own reading is noted down nowhere."""
    rows = Disclosure.objects.visible_to(request.user)
    therapists = sorted(rows.order_by().values_list("therapist_name", flat=True).distinct())
    chosen = request.GET.get("therapist", "")
    shown = rows.filter(therapist_name=chosen) if chosen in therapists else rows
    return _log(request, shown, "audit/disclosures.html", {"therapists": therapists, "chosen": chosen})


@require_safe
@private
def own_reads(request: PersonRequest) -> HttpResponse:
    """What the therapist was shown, as the couples read it."""
    _must_be_therapist(request)
    return _log(request, Disclosure.objects.read_by(request.user), "audit/own_reads.html", {})


def _log(request: PersonRequest, rows: DisclosureQuerySet, template: str, more: dict[str, object]) -> HttpResponse:
    page = Paginator(rows.order_by("-at", "-pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    zone = request.user.zone
    days = [(day, [_said(row, zone) for row in group]) for day, group in groupby(page, key=lambda row: row.at.astimezone(zone).date())]
    return render(request, template, {"page": page, "days": days, **more})


def _said(row: Disclosure, zone: ZoneInfo) -> dict[str, object]:
    return {
        "at": row.at.astimezone(zone),
        "who": row.therapist_name,
        "practice": row.practice,
        "scopes": [SCOPE_WORDS[scope] for scope in row.scopes],
        "from_day": row.from_day,
        "to_day": row.to_day,
        "purpose": row.get_purpose_display(),
    }
