"""The front door, and a person's own place."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from backend import clock
from backend.accounts import services
from backend.accounts.forms import ProfileForm
from backend.accounts.requests import PersonRequest
from backend.web.domain import private


@require_safe
def landing(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return redirect("tonight")
    return render(request, "accounts/landing.html")


@require_safe
@private
def you(request: PersonRequest) -> HttpResponse:
    return render(request, "accounts/you.html")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def profile(request: PersonRequest) -> HttpResponse:
    person = request.user
    form = ProfileForm(request.POST or None, initial={"name": person.name, "language": person.language, "timezone": person.timezone})
    if request.method == "POST" and form.is_valid():
        services.update_profile(person=person, now=clock.now(), **form.cleaned_data)
        with translation.override(person.language):
            messages.success(request, gettext("Kept."))
        return redirect("you")
    return render(request, "accounts/profile.html", {"form": form})
