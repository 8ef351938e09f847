"""A therapist's own place: applying, offering a code, letting a couple go, notes and sessions. What couples show is not here."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.calendar_days import local_day
from backend.care import services
from backend.care.door import must_be_therapist as _must_be_therapist
from backend.care.forms import ApplicationForm, NoteForm, OfferForm, SessionForm
from backend.care.models import CareNote, CareSession, Therapist
from backend.care.queries import label_of, own_link, text_of
from backend.errors import DomainError
from backend.web.domain import explain, private

ASKED = ("name", "licence", "practice", "jurisdiction")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def application(request: PersonRequest) -> HttpResponse:
    """Where an application stands, and the form while it can be changed."""
    standing = Therapist.objects.visible_to(request.user).first()
    form = ApplicationForm(request.POST or None, initial={name: getattr(standing, name) for name in ASKED} if standing else {})
    if request.method == "POST" and form.is_valid():
        try:
            services.apply(person=request.user, now=clock.now(), **form.cleaned_data)
        except DomainError as error:
            explain(form, error)
        else:
            messages.success(request, gettext("Sent. Somebody looks at it, and it is answered here."))
            return redirect("practice-application")
    return render(request, "care/application.html", {"form": form, "standing": standing})


@require_http_methods(["GET", "HEAD", "POST"])
@private
def offer(request: PersonRequest) -> HttpResponse:
    """A new code. It is shown on this answer and never again, so there is no redirect."""
    _must_be_therapist(request)
    form = OfferForm(request.POST or None)
    context: dict[str, object] = {"form": form}
    if request.method == "POST" and form.is_valid():
        link, code = services.offer(therapist=request.user, now=clock.now(), **form.cleaned_data)
        context = {"form": OfferForm(), "code": code, "link": link}
    return render(request, "care/offer.html", context)


@require_POST
@private
def let_go(request: PersonRequest, link_id: UUID) -> HttpResponse:
    _must_be_therapist(request)
    services.let_go(therapist=request.user, link_id=link_id, now=clock.now())
    messages.success(request, gettext("Ended. Your notes stay with you."))
    return redirect("practice-notes", link_id)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def notes(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """The therapist's own notes about one couple, which stay theirs whatever the couple allows."""
    _must_be_therapist(request)
    link = own_link(request.user, link_id)
    form = NoteForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        services.write_note(therapist=request.user, link_id=link_id, text=form.cleaned_data["text"], now=clock.now())
        messages.success(request, gettext("Kept."))
        return redirect("practice-notes", link_id)
    rows = CareNote.objects.visible_to(request.user).filter(link=link).order_by("-written_at")
    written = [{"id": row.pk, "text": text_of(row), "written_at": row.written_at} for row in rows]
    return render(request, "care/notes.html", {"form": form, "link": link, "label": label_of(link), "notes": written})


@require_POST
@private
def delete_note(request: PersonRequest, link_id: UUID, note_id: UUID) -> HttpResponse:
    _must_be_therapist(request)
    services.delete_note(therapist=request.user, link_id=link_id, note_id=note_id)
    messages.success(request, gettext("Deleted."))
    return redirect("practice-notes", link_id)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def sessions(request: PersonRequest, link_id: UUID) -> HttpResponse:
    """The days on which they met, for the therapist alone, whatever the couple allows."""
    _must_be_therapist(request)
    link = own_link(request.user, link_id)
    form = SessionForm(request.POST or None, today=local_day(clock.now(), request.user.zone))
    if request.method == "POST" and form.is_valid():
        services.mark_session(therapist=request.user, link_id=link_id, day=form.cleaned_data["day"])
        messages.success(request, gettext("Marked."))
        return redirect("practice-sessions", link_id)
    marked = CareSession.objects.visible_to(request.user).filter(link=link).order_by("-day")
    return render(request, "care/sessions.html", {"form": form, "link": link, "label": label_of(link), "sessions": marked})


@require_POST
@private
def delete_session(request: PersonRequest, link_id: UUID, session_id: UUID) -> HttpResponse:
    _must_be_therapist(request)
    services.unmark_session(therapist=request.user, link_id=link_id, session_id=session_id)
    messages.success(request, gettext("Deleted."))
    return redirect("practice-sessions", link_id)
