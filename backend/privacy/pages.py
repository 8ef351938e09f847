"""Taking a copy of everything, or taking everything away."""

from django import forms
from django.contrib.auth import logout
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.api.authentication import was_confirmed_recently
from backend.errors import ReauthRequired
from backend.privacy import services
from backend.web.domain import private


class DeletionForm(forms.Form):
    sure = forms.BooleanField(label=_("Yes, delete my account and everything in it."))


@require_http_methods(["GET", "HEAD", "POST"])
@private
def deletion(request: PersonRequest) -> HttpResponse:
    """Deletes the account, for a person who confirmed within the last minutes that it is them."""
    _must_be_confirmed(request)
    form = DeletionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.erase(person=request.user, now=clock.now())
        logout(request)
        return redirect("deleted")
    return render(request, "privacy/deletion.html", {"form": form})


@require_POST
@private
def export(request: PersonRequest) -> HttpResponse:
    """Everything of the person's own as one JSON file."""
    _must_be_confirmed(request)
    response = JsonResponse(services.export_of(request.user), json_dumps_params={"ensure_ascii": False, "indent": 1})
    response.headers["Content-Disposition"] = 'attachment; filename="ebb.json"'
    return response


@require_safe
def deleted(request: PersonRequest) -> HttpResponse:
    return render(request, "privacy/deleted.html")


def _must_be_confirmed(request: PersonRequest) -> None:
    if not was_confirmed_recently(request.session):
        raise ReauthRequired
