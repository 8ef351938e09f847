"""Pairing, step by step, and leaving at any time."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from rest_framework.throttling import BaseThrottle

from backend import clock
from backend.accounts.models import User
from backend.accounts.requests import PersonRequest
from backend.couples import queries, services
from backend.couples.forms import CodeForm, LeaveForm
from backend.couples.links import link_for, picture_of
from backend.couples.models import Invitation
from backend.errors import DomainError, NotFound
from backend.web.domain import explain, private


@dataclass(frozen=True, kw_only=True)
class PendingInvitation:
    """An invitation as the person may see it. `other` is a name once a code was accepted."""

    id: UUID
    sent_by_me: bool
    accepted: bool
    other: str
    expires_at: datetime


@require_http_methods(["GET", "HEAD", "POST"])
@private
def pairing(request: PersonRequest) -> HttpResponse:
    """Where things stand, and the form for a code."""
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.accept_invitation(
                person=request.user,
                code=form.cleaned_data["code"],
                address=BaseThrottle().get_ident(request),  # type: ignore[arg-type]  # reads META alone
                now=clock.now(),
            )
        except DomainError as error:
            explain(form, error)
        else:
            return redirect("you-pairing")
    return _pairing_page(request, form)


@require_POST
@private
def invite(request: PersonRequest) -> HttpResponse:
    """A new code. It is shown on this answer and never again, so there is no redirect."""
    try:
        invitation, code = services.invite(person=request.user, now=clock.now())
    except DomainError as error:
        messages.error(request, gettext(error.title))
        return redirect("you-pairing")
    link = link_for(code)
    picture = picture_of(link, title=gettext("Picture of the link, for your partner's camera"))
    return _pairing_page(request, CodeForm(), invitation=invitation, code=code, link=link, picture=picture)


@require_POST
@private
def settle(request: PersonRequest, invitation_id: UUID, verb: str) -> HttpResponse:
    """Confirms, declines or cancels an invitation."""
    now = clock.now()
    verbs: dict[str, Callable[[], Any]] = {
        "confirm": lambda: services.confirm_invitation(person=request.user, invitation_id=invitation_id, now=now),
        "decline": lambda: services.decline_invitation(person=request.user, invitation_id=invitation_id, now=now),
        "cancel": lambda: services.cancel_invitation(person=request.user, invitation_id=invitation_id),
    }
    try:
        verbs[verb]()
    except NotFound:
        raise
    except DomainError as error:
        messages.error(request, gettext(error.title))
        return redirect("you-pairing")
    if verb == "confirm":
        messages.success(request, gettext("You are paired. Now choose, privately, what you share."))
        return redirect("you-sharing")
    return redirect("you-pairing")


@require_safe
def invitation_page(request: HttpRequest) -> HttpResponse:
    """Where the link leads. The code stays in the browser until the person sends it."""
    return render(request, "couples/invitation.html", {"form": CodeForm()})


@require_http_methods(["GET", "HEAD", "POST"])
@private
def leaving(request: PersonRequest) -> HttpResponse:
    membership = queries.active_membership(request.user)
    form = LeaveForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        # Pressed twice, the second press finds that it is done.
        with suppress(NotFound):
            services.leave(person=request.user, quietly=form.cleaned_data["how"] == "quietly", now=clock.now())
        return redirect("you-left")
    return render(request, "couples/leaving.html", {"form": form, "paired": membership is not None})


@require_safe
@private
def left(request: PersonRequest) -> HttpResponse:
    """What may help after leaving: sign out elsewhere, a new password, the list of devices."""
    return render(request, "couples/left.html")


def _pairing_page(request: PersonRequest, form: CodeForm, **fresh: Any) -> HttpResponse:
    person, now = request.user, clock.now()
    mine, theirs = queries.pair_of(person) or (None, None)
    context = {
        "form": form,
        "membership": mine,
        "partner": theirs.person if theirs else None,
        "pending": [_as_seen_by(person, one) for one in queries.pending_for(person) if one.expires_at > now],
        **fresh,
    }
    return render(request, "couples/pairing.html", context)


def _as_seen_by(person: User, invitation: Invitation) -> PendingInvitation:
    mine = invitation.inviter_id == person.pk
    accepted = invitation.accepted_by
    other = (accepted.name if accepted else "") if mine else invitation.inviter.name
    return PendingInvitation(
        id=invitation.pk, sent_by_me=mine, accepted=accepted is not None, other=other, expires_at=invitation.expires_at
    )
