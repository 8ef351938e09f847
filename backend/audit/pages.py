"""What was shown of the two to a therapist, in plain words: for the two, and for the therapist."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import urlencode
from django.utils.translation import gettext, gettext_lazy
from django.views.decorators.http import require_safe

from backend.accounts.requests import PersonRequest
from backend.audit.models import Disclosure, DisclosureQuerySet
from backend.care.door import must_be_therapist as _must_be_therapist
from backend.care.models import CareLink
from backend.care.queries import label_of
from backend.consents.forms import SCOPE_WORDS
from backend.tables import table_file
from backend.web.domain import private

ON_A_PAGE = 50
WAYS = {"looked": gettext_lazy("Looked at"), "taken": gettext_lazy("Taken along")}


@require_safe
@private
def disclosures(request: PersonRequest) -> HttpResponse:
    """What therapists were shown of the couple. The partners' own reading is noted down nowhere."""
    rows, chosen = _chosen(request)
    everything = Disclosure.objects.visible_to(request.user).order_by()
    therapists = sorted(everything.values_list("therapist_name", flat=True).distinct())
    ways = [(way, words, urlencode({**chosen, "way": way})) for way, words in WAYS.items()]
    by_name = [(name, urlencode({**chosen, "therapist": name})) for name in therapists]
    of_anybody, in_any_way = (urlencode({one: chosen[one] for one in chosen if one != left_out}) for left_out in ("therapist", "way"))
    filters = {"ways": ways, "in_any_way": in_any_way, "therapists": by_name, "of_anybody": of_anybody, "chosen": chosen}
    return _log(request, rows, "audit/disclosures.html", {**filters, "kept": urlencode(chosen)})


@require_safe
@private
def copy_of_disclosures(request: PersonRequest) -> HttpResponse:
    """The same lines as a table to keep, with the same words and the same choice."""
    rows, _ = _chosen(request)
    said = [_said(row, request.user.zone) for row in rows.order_by("at", "pk")]
    columns = [gettext("When"), gettext("Who"), gettext("Practice"), gettext("What they did"), gettext("What was shown")]
    columns += [gettext("From day"), gettext("To day"), gettext("What for")]
    table = [
        [
            f"{one['at']:%Y-%m-%d %H:%M}",
            one["who"],
            one["practice"],
            one["did"],
            ", ".join(map(str, one["scopes"])),
            one["from_day"],
            one["to_day"],
            one["purpose"],
        ]
        for one in said
    ]
    return table_file(columns, table, name="ebb-shown-to-therapists")


@require_safe
@private
def own_reads(request: PersonRequest) -> HttpResponse:
    """What the therapist was shown, as the couples read it, each under the therapist's own name for the couple."""
    _must_be_therapist(request)
    labels = {link.pk: label_of(link) for link in CareLink.objects.visible_to(request.user)}
    return _log(request, Disclosure.objects.read_by(request.user), "audit/own_reads.html", {}, labels)


def _chosen(request: PersonRequest) -> tuple[DisclosureQuerySet, dict[str, str]]:
    """The lines that were asked for, and by what of the address. What is not offered chooses nothing."""
    rows, chosen = Disclosure.objects.visible_to(request.user), {}
    therapist, way = request.GET.get("therapist", ""), request.GET.get("way", "")
    if therapist and rows.filter(therapist_name=therapist).exists():
        rows, chosen["therapist"] = rows.filter(therapist_name=therapist), therapist
    if way in WAYS:
        taken = {"place__in": Disclosure.TAKEN_ALONG}
        rows, chosen["way"] = (rows.filter(**taken) if way == "taken" else rows.exclude(**taken)), way
    return rows, chosen


def _log(
    request: PersonRequest, rows: DisclosureQuerySet, template: str, more: dict[str, object], labels: Mapping[UUID, str] | None = None
) -> HttpResponse:
    page = Paginator(rows.order_by("-at", "-pk"), ON_A_PAGE).get_page(request.GET.get("page"))
    zone = request.user.zone
    days = [
        (day, [{**_said(row, zone), "label": (labels or {}).get(row.link_number)} for row in group])
        for day, group in groupby(page, key=lambda row: row.at.astimezone(zone).date())
    ]
    return render(request, template, {"page": page, "days": days, **more})


def _said(row: Disclosure, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "at": row.at.astimezone(zone),
        "who": row.therapist_name,
        "practice": row.practice,
        "did": row.get_place_display(),
        "scopes": [SCOPE_WORDS[scope] for scope in row.scopes],
        "from_day": row.from_day,
        "to_day": row.to_day,
        "purpose": row.get_purpose_display(),
    }
