"""A person's own choices: what the partner or a therapist may see, which prompts come, and the ways to hold everything back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.throttling import BaseThrottle

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.consents import queries, services
from backend.consents.forms import PROMPT_MODES, SCOPE_WORDS, SCOPES, SHARING, ChoicesForm, ConsentForm, TherapistCodeForm
from backend.consents.queries import Approval, approvals_of
from backend.couples.queries import active_membership
from backend.errors import DomainError, NotFound
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
    }
    return render(request, "consents/sharing.html", context)


@require_safe
@private
def care(request: PersonRequest) -> HttpResponse:
    """The safety state, and what else helps to be safe. No other page shows anything of it."""
    return render(request, "consents/care.html", {"in_safety": queries.in_safety(request.user)})


@require_POST
@private
def hold(request: PersonRequest, verb: str) -> HttpResponse:
    """Pauses, resumes, enters or leaves the safety state. Nobody else can tell."""
    verbs: dict[str, tuple[Callable[..., None], str, str]] = {
        "pause": (services.pause, gettext("Paused. Your answers are yours alone until you go on."), "you-sharing"),
        "resume": (services.resume, gettext("Going on. What you kept in the pause stays yours alone."), "you-sharing"),
        "safety": (services.enter_safety, gettext("Done."), "you-care"),
        "safe": (services.leave_safety, gettext("Done. What you choose to share is shared again from now on."), "you-care"),
    }
    act, words, place = verbs[verb]
    act(person=request.user, now=clock.now())
    messages.success(request, words)
    return redirect(place)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def therapists(request: PersonRequest) -> HttpResponse:
    """Whom the person allowed something, and the form for a code. Nothing here tells what the partner did."""
    person, now = request.user, clock.now()
    form = TherapistCodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        address = BaseThrottle().get_ident(request)  # type: ignore[arg-type]  # reads META alone
        try:
            opened = services.enter_code(person=person, code=form.cleaned_data["code"], address=address, now=now)
        except DomainError as error:
            explain(form, error)
        else:
            return redirect("you-therapist", opened.link_id)
    context = {"form": form, "approvals": approvals_of(person, now=now), "membership": active_membership(person)}
    return render(request, "consents/therapists.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def therapist(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """One's own consent: what it allows now, and the form for giving it."""
    person, now = request.user, clock.now()
    approval = _approval(request, link_id)
    form = ConsentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.approve(person=person, link_id=link_id, terms=form.terms(now), language=person.language, now=now)
        except NotFound:
            raise
        except DomainError as error:
            explain(form, error)
        else:
            messages.success(request, gettext("Kept. Something is shown only while your partner allows it too."))
            return redirect("you-therapist", link_id)
    context = {
        "approval": approval,
        "form": form,
        "scope_options": SCOPES,
        "allowed": [words for scope, words in SCOPE_WORDS.items() if scope in approval.consent.scopes],
        "wording_version": services.WORDING_VERSION,
    }
    return render(request, "consents/therapist.html", context)


@require_POST
@private
def stop_therapist(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """One tap. It holds for the next request of the therapist's; neither they nor the partner are told who, or why."""
    services.withdraw(person=request.user, link_id=link_id, now=clock.now())
    messages.success(request, gettext("Stopped. From now on nothing is shown there."))
    return redirect("you-therapists")


def _approval(request: PersonRequest, link_id: UUID) -> Approval:
    """Raises NotFound for a link that the person did not enter the code of."""
    for one in approvals_of(request.user, now=clock.now(), link_id=link_id):
        return one
    raise NotFound
