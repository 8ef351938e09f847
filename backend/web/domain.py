"""How a page meets the families of errors: beside the field where there is one, else at the top of the form."""

from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode

from django.contrib.auth.decorators import login_required
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext

from backend.errors import DomainError, Invalid, NotFound, ReauthRequired, SecondFactorRequired, TryLater
from backend.web.failures import not_found, try_later

Page = Callable[..., HttpResponse]


def private(page: Page) -> Page:
    """For somebody signed in. What is missing or somebody else's is the same calm 404; what needs proof asks who it is."""

    @wraps(page)
    def guarded(request: HttpRequest, *parts: object, **named: object) -> HttpResponse:
        try:
            return page(request, *parts, **named)
        except (Http404, NotFound):
            return not_found(request)
        except SecondFactorRequired as error:
            if not error.has_one:
                return HttpResponseRedirect(reverse("mfa_index"))
            return HttpResponseRedirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': request.path})}")
        except ReauthRequired:
            return HttpResponseRedirect(f"{reverse('account_reauthenticate')}?{urlencode({'next': request.path})}")
        except TryLater as error:
            return try_later(request, error)

    return login_required(guarded)


def explain(form: BaseForm, error: DomainError) -> None:
    """Puts what went wrong beside what it is about. What was typed stays in the form."""
    if not isinstance(error, Invalid):
        form.add_error(None, gettext(error.title))
        return
    for one in error.errors:
        field = one.pointer.strip("/").split("/")[0]
        form.add_error(field if field in form.fields else None, gettext(one.detail))
