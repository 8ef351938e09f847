"""The page that makes a demo walkable: who can sign in, which mails went out, and a step to tomorrow morning."""

from datetime import datetime
from zoneinfo import ZoneInfo

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.views.decorators.http import require_POST, require_safe

from backend import clock
from backend.accounts.models import User
from config.demo.clock import move_to_tomorrow_morning
from config.demo.mails import last_mails
from config.demo.people import SIGN_INS, SignIn

MAILS_SHOWN = 8


@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    moment = _said(clock.now(), _zone(request))
    return render(request, "config/demo.html", {"sign_ins": sign_ins(), "mails": last_mails(MAILS_SHOWN), "moment": moment})


@require_POST
def sign_in(request: HttpRequest) -> HttpResponse:
    """Signs in as one of the demo people; their passwords are on the page anyway."""
    chosen = next((one for one in sign_ins() if one.email == request.POST.get("email")), None)
    if chosen is None:
        raise Http404
    if request.user.is_authenticated:
        logout(request)
    person = authenticate(request, email=chosen.email, password=chosen.password)
    if person is None:
        messages.error(request, gettext("This sign-in is not good any more."))
        return redirect("demo")
    if chosen.key:
        # In a demo the key of the second factor is on the page as well: one press stands for both.
        login(request, person)
        record_authentication(request, person, "mfa", type="totp")
        return redirect("practice")
    answer: HttpResponse = perform_login(request, person)
    return answer


@require_POST
def tomorrow(request: HttpRequest) -> HttpResponse:
    zone = _zone(request)
    now = move_to_tomorrow_morning(zone)
    messages.success(request, gettext("It is now %(moment)s.") % {"moment": _said(now, zone)})
    return redirect("demo")


def sign_ins() -> list[SignIn]:
    """Those of the demo people who are here."""
    here = set(User.objects.filter(email__in=[one.email for one in SIGN_INS]).values_list("email", flat=True))
    return [one for one in SIGN_INS if one.email in here]


def _said(now: datetime, zone: ZoneInfo) -> str:
    return date_format(now.astimezone(zone), "l, j F, H:i")


def _zone(request: HttpRequest) -> ZoneInfo:
    return request.user.zone if request.user.is_authenticated else ZoneInfo("Europe/Madrid")
