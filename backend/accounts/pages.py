"""The front door, and a person's own place."""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from backend import clock
from backend.accounts import services
from backend.accounts.forms import PinForm, ProfileForm
from backend.accounts.requests import PersonRequest
from backend.api.authentication import was_confirmed_recently
from backend.api.awake import fall_asleep, keep_awake
from backend.errors import ReauthRequired
from backend.web.domain import explain, private


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect(services.home_of(request.user))
    return render(request, "accounts/landing.html")


@require_safe
@private
def you(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/you.html")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def private_mode(request: PersonRequest) -> HttpResponse:
    """The lock of the app. Setting a PIN takes one step; changing or ending it asks who is there."""
    person = request.user
    form = PinForm(request.POST or None)
    if request.method == "POST" and person.pin and not was_confirmed_recently(request.session):
        raise ReauthRequired
    if "end" in request.POST:
        services.set_pin(person=person, pin="")
        messages.success(request, gettext("The app is not locked any more."))
        return redirect("you-private")
    if request.method == "POST" and form.is_valid():
        services.set_pin(person=person, pin=form.cleaned_data["pin"])
        messages.success(request, gettext("Kept. The app asks for it from now on."))
        answer = redirect("you-private")
        keep_awake(answer, request.session.session_key or "")
        return answer
    return render(request, "accounts/private.html", {"form": form})


@require_http_methods(["GET", "HEAD", "POST"])
@private
def lock(request: PersonRequest) -> HttpResponse:
    """Coming here locks the app; the PIN opens it again. The page says nothing of who or what is behind it."""
    if not request.user.pin:
        return redirect(services.home_of(request.user))
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            if services.unlock(person=request.user, pin=form.cleaned_data["pin"]):
                _tell_of_wrong_pins(request)
                answer = redirect(_own_page(request))
                keep_awake(answer, request.session.session_key or "")
                return answer
        except services.TooManyTries:
            logout(request)
            return redirect("account_login")
        form.add_error("pin", gettext("That was not it."))
    closed = render(request, "accounts/lock.html", {"form": form, "next": request.GET.get("next", "")})
    fall_asleep(closed)
    return closed


def _tell_of_wrong_pins(request: PersonRequest) -> None:
    """Nobody else tries in secret: whoever knows the PIN hears how often it was mistyped since the app was last open."""
    wrong = request.user.pin_failures
    if wrong:
        words = ngettext("Before this, a wrong PIN was typed once.", "Before this, a wrong PIN was typed %(wrong)d times.", wrong)
        messages.info(request, words % {"wrong": wrong})


def _own_page(request: PersonRequest) -> str:
    """Where the person was going; only ever a page of ours, and not this one, which would lock again."""
    wanted = request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and not wanted.startswith(reverse("lock"))
    return wanted if is_ours else services.home_of(request.user)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def profile(request: PersonRequest) -> HttpResponse:
    person = request.user
    form = ProfileForm(request.POST or None, initial={"name": person.name, "language": person.language, "timezone": person.timezone})
    if request.method == "POST" and form.is_valid():
        try:
            services.update_profile(person=person, now=clock.now(), **form.cleaned_data)
        except services.MovedTooOften as error:
            explain(form, error)
        else:
            with translation.override(person.language):
                messages.success(request, gettext("Kept."))
            return redirect("you")
    return render(request, "accounts/profile.html", {"form": form})
