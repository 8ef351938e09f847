"""A person's own choices: what the other may see, which prompts come, and the ways to hold everything back."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.consents import queries, services
from backend.consents.forms import PROMPT_MODES, SHARING, ChoicesForm
from backend.couples.queries import active_membership
from backend.errors import DomainError
from backend.web.domain import explain, private


@require_http_methods(["GET", "HEAD", "POST"])
@private
def sharing(request: PersonRequest) -> HttpResponse:
    person = request.user
    membership = active_membership(person)
    choice = queries.own_choice(person)
    initial = {name: getattr(choice, name) for name in ("sharing", "prompt_mode", "show_pattern")} if choice else {}
    form = ChoicesForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            services.choose(person=person, now=clock.now(), **form.changes())
        except DomainError as error:
            explain(form, error)
        else:
            messages.success(request, gettext("Kept. It holds from this moment."))
            return redirect("you-sharing")
    context = {
        "form": form,
        "membership": membership,
        "sharing_options": SHARING,
        "prompt_options": PROMPT_MODES,
        "paused": queries.is_paused(person),
        "in_safety": queries.in_safety(person),
    }
    return render(request, "consents/sharing.html", context)


@require_POST
@private
def hold(request: PersonRequest, verb: str) -> HttpResponse:
    """Pauses, resumes, enters or leaves the safety state. Nobody else can tell."""
    verbs: dict[str, tuple[Callable[..., None], str]] = {
        "pause": (services.pause, gettext("Paused. Your answers are yours alone until you go on.")),
        "resume": (services.resume, gettext("Going on. What you kept in the pause stays yours alone.")),
        "safety": (services.enter_safety, gettext("Done. From now on nothing new of yours is shown to anyone.")),
        "safe": (services.leave_safety, gettext("Done. What you choose to share is shared again from now on.")),
    }
    act, words = verbs[verb]
    act(person=request.user, now=clock.now())
    messages.success(request, words)
    return redirect("you-sharing")
