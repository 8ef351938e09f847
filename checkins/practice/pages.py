"""What a therapist sees of couples, and what a member sees of their own side before they allow it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.audit.models import Disclosure
from backend.audit.services import Grant, disclose, window_of
from backend.calendar_days import local_day
from backend.care.door import must_be_therapist as _must_be_therapist
from backend.care.models import CareLink
from backend.care.queries import label_of, last_sessions, own_link, session_days
from backend.consents.models import Consent
from backend.consents.queries import approvals_of
from backend.couples.queries import pair_of
from backend.errors import Invalid, NotFound
from backend.web.domain import explain, private
from checkins.practice.choosing import PeriodsForm, compare
from checkins.practice.comparing import heads_of_parting, heads_of_periods, table_of
from checkins.practice.periods import compared, parted_at, parting_day
from checkins.practice.pictures import GLANCE_WEEKS, glance_of, names_of, shown_of
from checkins.practice.trend import Trend, own_side, sides_of, trend_of
from checkins.practice.wording import in_words

COUPLES_ON_A_PAGE = 40
SPANS = (4, 12)


@require_safe
@private
def caseload(request: PersonRequest) -> HttpResponse:
    """The therapist's couples at a glance, the newest first. A couple that shows nothing says so, and never why."""
    _must_be_therapist(request)
    now = clock.now()
    links = CareLink.objects.visible_to(request.user).order_by("ended_at", "-created_at")
    page = Paginator(links, COUPLES_ON_A_PAGE).get_page(request.GET.get("page"))
    with transaction.atomic():
        # A week more than is shown, so that the oldest one is whole.
        grants = disclose(
            therapist=request.user,
            place=Disclosure.Place.CASELOAD,
            scopes={Consent.Scope.SUMMARY},
            weeks=GLANCE_WEEKS + 1,
            now=now,
            links=[link.pk for link in page],
        )
        sides = sides_of(list(grants.values()), now=now)
    met = last_sessions(request.user, [link.pk for link in page])
    couples = [_row(link, grants, sides, met) for link in page]
    return render(request, "checkins/practice/caseload.html", {"page": page, "couples": couples})


@require_safe
@private
def couple(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """One couple's weeks, as far as both allow at this moment. Whatever else is the case, the page says the same few words."""
    _must_be_therapist(request)
    now = clock.now()
    link = own_link(request.user, link_id)
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in map(str, SPANS) else SPANS[0]
    with transaction.atomic():
        grant = disclose(therapist=request.user, place=Disclosure.Place.TREND, weeks=weeks, now=now, links=[link_id]).get(link_id)
        trend = trend_of(grant, now=now) if grant else None
    context: dict[str, Any] = {
        "link": link,
        "label": label_of(link),
        "spans": SPANS,
        "weeks_back": weeks,
        "is_available": grant is not None,
    }
    if trend:
        met = session_days(request.user, link_id)
        context |= {**shown_of(trend, met=met), "summary": in_words(trend), **_comparison(request, trend, met)}
    return render(request, "checkins/practice/couple.html", context)


@require_safe
@private
def periods(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """Two stretches of days that the therapist chooses. Before they have chosen, or where they cannot be had, nothing of the couple is shown."""
    _must_be_therapist(request)
    now = clock.now()
    link = own_link(request.user, link_id)
    with transaction.atomic():
        window = window_of(therapist=request.user, link_id=link_id, now=now)
        form = PeriodsForm(request.GET or None, window=window)
        context: dict[str, Any] = {"link": link, "label": label_of(link), "form": form, "window": window}
        if window and form.is_valid():
            try:
                trend, comparison = compare(therapist=request.user, link_id=link_id, window=window, now=now, **form.cleaned_data)
            except Invalid as error:
                explain(form, error)
            else:
                context |= {"comparison": table_of(comparison, names_of(trend.sides), heads=heads_of_periods(comparison))}
    return render(request, "checkins/practice/periods.html", context)


@require_safe
@private
def preview(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """The person's own side as a therapist would see it if everything were allowed. Nobody else's, so nothing is written down."""
    person, now = request.user, clock.now()
    pair = pair_of(person)
    if pair is None or not approvals_of(person, now=now, link_id=link_id):
        raise NotFound
    until = local_day(now, person.zone) - timedelta(days=1)
    since = min(until, max(pair[0].joined_day, until - timedelta(days=7 * SPANS[-1] - 1)))
    side = own_side(*pair, since=since, until=until, now=now)
    trend = Trend(scopes=frozenset(Consent.Scope.values), since=since, until=until, sides=(side,), episodes=[], prompts=[])
    return render(request, "checkins/practice/preview.html", {"link_id": link_id, **shown_of(trend)})


def _comparison(request: PersonRequest, trend: Trend, met: Sequence[date]) -> dict[str, Any]:
    """Before a day and from it on: the day that was asked for where it parts these days, else the last session, else the middle."""
    usual = parting_day(trend, met)
    parts = parted_at(trend, _day(request.GET.get("from", ""), usual)) or parted_at(trend, usual)
    if parts is None:
        return {}
    comparison = compared(trend, *parts)
    return {
        "comparison": table_of(comparison, names_of(trend.sides), heads=heads_of_parting(comparison)),
        "parted_at": comparison.later.since,
        "earliest": trend.since + timedelta(days=1),
        "is_session": comparison.later.since in met,
    }


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


def _row(link: CareLink, grants: dict[UUID, Grant], sides: Any, met: Mapping[UUID, date]) -> dict[str, Any]:
    grant = grants.get(link.pk)
    glance = glance_of(sides[link.pk], until=grant.until, last_session=met.get(link.pk)) if grant else None
    return {"id": link.pk, "label": label_of(link), "is_ended": link.ended_at is not None, "glance": glance}
