"""The evening's check-in, one's own answers, and what two people have chosen to show each other."""

from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.calendar_days import local_day
from backend.consents.forms import SHARING
from backend.consents.models import Choice
from backend.consents.queries import is_paused, own_choice
from backend.couples.queries import active_membership
from backend.errors import DomainError, StaleVersion, VersionRequired
from backend.web.domain import explain, private
from backend.web.keepable import keepable
from checkins import dashboard, services
from checkins.bound import told_of
from checkins.models import CheckIn
from checkins.page_forms import QUICK_WORDS, FullForm, QuickForm
from checkins.pictures import lately_sentences, together_of
from checkins.policy import CHANCES
from checkins.queries import check_in_of
from notifications.models import Device, Prompt
from notifications.queries import latest_words

ONE_DAY = timedelta(days=1)
DAYS_ON_A_PAGE = 30


@require_http_methods(["GET", "HEAD", "POST"])
@private
def tonight(request: PersonRequest) -> HttpResponse:
    """One day's check-in: today, or yesterday while it can still be filled in."""
    now = clock.now()
    today = local_day(now, request.user.zone)
    day = _day_asked_for(request.GET, today)
    standing = CheckIn.objects.visible_to(request.user).filter(day=day).first()
    if request.method == "POST":
        form = (QuickForm if "quick" in request.POST else FullForm)(request.POST)
        if _kept(request, form, day=day, now=now):
            return redirect(request.get_full_path().partition("?")[0] + ("" if day == today else f"?day={day}"))
    else:
        form = FullForm(initial=_initial(standing))
    full = form if isinstance(form, FullForm) else FullForm(initial=_initial(standing))
    answered = standing is not None and request.method != "POST" and "change" not in request.GET
    context = {
        "day": day,
        "is_today": day == today,
        "form": full,
        "quick_form": QuickForm(initial={"client_id": uuid4()}),
        "quick_words": QUICK_WORDS.items(),
        "problem": form if form is not full else None,
        "standing": check_in_of(standing) if standing else None,
        "answered": answered,
        "changeable": day == today,
        "paused": is_paused(request.user),
        "words": Prompt.objects.visible_to(request.user).arrived(now).filter(day=today).first(),
        "reachable": Device.objects.visible_to(request.user).live().exists(),
        "yesterday": today - ONE_DAY if day == today and _is_open(request, today - ONE_DAY) else None,
    }
    template = "kept" if answered else "one_tap" if _asks_for_one_tap(request) else "tonight"
    return render(request, f"checkins/{template}.html", context)


@require_safe
@keepable
def offline(request: HttpRequest) -> HttpResponse:
    """The check-in where there is no connection. It is the same for everybody, so a phone may keep it."""
    return render(request, "checkins/offline.html", {"form": FullForm(), "is_today": True, "anybody": True})


@require_safe
@private
def history(request: PersonRequest) -> HttpResponse:
    rows = CheckIn.objects.visible_to(request.user).order_by("-day")
    page = Paginator(rows, DAYS_ON_A_PAGE).get_page(request.GET.get("page"))
    months = [(month, [_as_read(row) for row in rows]) for month, rows in groupby(page, key=lambda row: row.day.replace(day=1))]
    return render(request, "checkins/history.html", {"page": page, "months": months})


@require_POST
@private
def delete(request: PersonRequest, day: date) -> HttpResponse:
    services.delete_check_in(person=request.user, day=day, now=clock.now())
    messages.success(request, gettext("Deleted."))
    return redirect("history")


@require_safe
@private
def together(request: PersonRequest) -> HttpResponse:
    asked = request.GET.get("weeks", "")
    weeks = int(asked) if asked in map(str, dashboard.SPANS) else dashboard.SPANS[0]
    person = request.user
    now = clock.now()
    shown = dashboard.dashboard_of(person=person, weeks=weeks, now=now)
    membership = active_membership(person)
    choice = own_choice(person)
    context = {
        "spans": dashboard.SPANS,
        "weeks": weeks,
        "paired": membership is not None,
        "choice": choice,
        "lately": lately_sentences(shown["lately"]),
        "suggestion": shown["suggestion"],
        "felt": latest_words(person=person, since=date.fromisoformat(shown["start"]), now=now),
        **together_of(shown),
    }
    return render(request, "checkins/together.html", context)


@require_safe
@private
def preview(request: PersonRequest) -> HttpResponse:
    """What the partner sees, or would see with another choice: drawn by what draws the partner's own page."""
    choice, now = own_choice(request.user), clock.now()
    chosen = choice.sharing if choice else None
    asked = request.GET.get("sharing", "")
    sharing = asked if asked in Choice.Sharing.values else chosen or Choice.Sharing.WEEKLY
    later, is_made_up = dashboard.example(person=request.user, sharing=sharing, now=now)
    now_shown = together_of(dashboard.preview(person=request.user, sharing=sharing, now=now))
    context = {
        "options": SHARING,
        "sharing": sharing,
        "is_chosen": sharing == chosen,
        "paired": active_membership(request.user) is not None,
        "now_shown": now_shown,
        # What is there already needs no example of what may come.
        "speaks_for_itself": sharing == chosen and bool(now_shown["partner_weeks"]),
        "later_shown": together_of(later, key="later-"),
        "is_made_up": is_made_up,
    }
    return render(request, "checkins/preview.html", context)


@require_safe
@private
def what_a_prompt_tells(request: PersonRequest) -> HttpResponse:
    """The bound on what prompts tell, in plain words, from the numbers in use."""
    return render(request, "checkins/what_a_prompt_tells.html", {mode.value: told_of(chances) for mode, chances in CHANCES.items()})


def _day_asked_for(query: QueryDict, today: date) -> date:
    """Today, or yesterday where the address asks for it. Raises Http404 for any other day."""
    if "day" not in query:
        return today
    try:
        day = date.fromisoformat(query.get("day", ""))
    except ValueError as error:
        raise Http404 from error
    if day not in (today, today - ONE_DAY):
        raise Http404
    return day


def _asks_for_one_tap(request: PersonRequest) -> bool:
    """Whether a notice led here for the three large buttons."""
    return request.method != "POST" and "one-tap" in request.GET


def _kept(request: PersonRequest, form: FullForm | QuickForm, *, day: date, now: datetime) -> bool:
    """Keeps what a form says. False, with words beside the fields, where something is to be put right."""
    if not form.is_valid():
        return False
    item = services.Item(day=day, client_id=form.cleaned_data["client_id"], answers=form.answers(), version=form.cleaned_data["version"])
    try:
        services.submit_check_in(person=request.user, item=item, now=now)
    except (StaleVersion, VersionRequired, services.IdReused):
        standing = CheckIn.objects.visible_to(request.user).filter(day=day).first()
        form.add_error(None, gettext("This day was changed elsewhere meanwhile. Keep this again to put it in the place of the other."))
        form.start_anew(version=standing.version if standing else None)
        return False
    except DomainError as error:
        explain(form, error)
        return False
    return True


def _initial(standing: CheckIn | None) -> dict[str, Any]:
    """The form of a day as it stands, as a new write."""
    return {**(check_in_of(standing) if standing else {}), "client_id": uuid4()}


def _is_open(request: PersonRequest, day: date) -> bool:
    """Whether nothing was kept for a day since the person came to Ebb."""
    came = local_day(request.user.date_joined, request.user.zone)
    return day >= came and not CheckIn.objects.visible_to(request.user).filter(day=day).exists()


def _as_read(row: CheckIn) -> dict[str, Any]:
    return {**check_in_of(row), "day": row.day}
