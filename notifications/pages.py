"""Words that arrived, when to be reminded, and where a neutral notice may appear."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend import clock
from backend.accounts.requests import PersonRequest
from backend.errors import DomainError, NotFound
from backend.web.domain import explain, private
from backend.web.failures import not_found
from notifications import queries, services
from notifications.channels.base import NEUTRAL_LINE
from notifications.channels.vapid import application_server_key
from notifications.forms import REACTION_WORDS, DeviceForm, NameForm, ReactionForm, RemindersForm
from notifications.models import Device, Prompt
from notifications.reasons import explain_rhythm
from notifications.services.devices import HERE
from notifications.words import loader

PROMPTS_ON_A_PAGE = 20
MUTE_DAYS = 7
REMINDER_DAYS = 14


@require_safe
@private
def words(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    arrived = Prompt.objects.visible_to(request.user).arrived(now).order_by("-slot_at")
    page = Paginator(arrived, PROMPTS_ON_A_PAGE).get_page(request.GET.get("page"))
    muted = bool(services.is_muted([request.user.pk], now))
    prompts = [(prompt, _words(prompt)) for prompt in page]
    context = {"page": page, "prompts": prompts, "earlier": prompts[1:], "muted": muted, "reactions": REACTION_WORDS.items()}
    return render(request, "notifications/words.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def word(request: PersonRequest, prompt_id: UUID) -> HttpResponse:
    """One prompt; a POST keeps how it was felt, and pressing the same again takes that back."""
    now = clock.now()
    if request.method == "POST":
        form = ReactionForm(request.POST)
        if form.is_valid():
            services.react(person=request.user, prompt_id=prompt_id, reaction=form.cleaned_data["reaction"] or None, now=now)
        return redirect("word", prompt_id)
    prompt = Prompt.objects.visible_to(request.user).arrived(now).filter(pk=prompt_id).first()
    if prompt is None:
        raise NotFound
    muted = bool(services.is_muted([request.user.pk], now))
    return render(
        request, "notifications/word.html", {"prompt": prompt, "words": _words(prompt), "muted": muted, "reactions": REACTION_WORDS.items()}
    )


@require_POST
@private
def mute(request: PersonRequest) -> HttpResponse:
    """No prompts for a week, or prompts again. Nobody else notices."""
    days = MUTE_DAYS if "mute" in request.POST else 0
    services.mute(person=request.user, days=days, now=clock.now())
    messages.success(request, gettext("No prompts for a week. Nobody else notices.") if days else gettext("Prompts may come again."))
    return redirect("words")


@require_http_methods(["GET", "HEAD", "POST"])
@private
def reminders(request: PersonRequest) -> HttpResponse:
    now = clock.now()
    preference = services.preference_of(person=request.user, now=now)
    form = RemindersForm(request.POST or None, initial={name: getattr(preference, name) for name in RemindersForm.base_fields})
    if request.method == "POST" and form.is_valid():
        try:
            services.change_preference(person=request.user, now=now, **form.cleaned_data)
        except DomainError as error:
            explain(form, error)
        else:
            messages.success(request, gettext("Kept."))
            return redirect("you-reminders")
    reachable = preference.email_on or Device.objects.visible_to(request.user).live().exists()
    days = queries.reminder_days(request.user, count=REMINDER_DAYS)
    context = {"form": form, "reachable": reachable, "rhythm": explain_rhythm(queries.rhythm_of(request.user)), "days": days}
    return render(request, "notifications/reminders.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@private
def devices(request: PersonRequest) -> HttpResponse:
    """The list, and the form that the browser fills in when the person lets it."""
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            device = services.register_device(person=request.user, kind=Device.Kind.WEBPUSH, now=clock.now(), **form.cleaned_data)
        except DomainError as error:
            explain(form, error)
        else:
            services.remember_where(session=request.session, device=device)
            messages.success(request, gettext("This browser may show a neutral notice from now on."))
            return redirect("you-devices")
    context = {
        "form": form,
        "devices": queries.devices_of(request.user),
        "here": request.session.get(HERE),
        "server_key": application_server_key(),
        "line": NEUTRAL_LINE,
    }
    return render(request, "notifications/devices.html", context)


@require_POST
@private
def name(request: PersonRequest, device_id: UUID) -> HttpResponse:
    form = NameForm(request.POST)
    if form.is_valid():
        services.name_device(person=request.user, device_id=device_id, name=form.cleaned_data["name"])
        messages.success(request, gettext("Kept."))
    else:
        messages.error(request, gettext("A name has one to sixty characters."))
    return redirect("you-devices")


@require_POST
@private
def test(request: PersonRequest, device_id: UUID) -> HttpResponse:
    """Sends the neutral line to one device now."""
    try:
        services.try_device(person=request.user, device_id=device_id, now=clock.now())
    except services.TriedJustNow as error:
        messages.warning(request, gettext(error.title))
    else:
        messages.success(request, gettext("On its way. It should appear there within a minute."))
    return redirect("you-devices")


@require_POST
@private
def revoke(request: PersonRequest, device_id: UUID) -> HttpResponse:
    services.revoke_device(person=request.user, device_id=device_id, now=clock.now())
    messages.success(request, gettext("Removed. Nothing is sent there any more."))
    return redirect("you-devices")


@csrf_exempt  # a mail program that stops the mails for its reader knows no forms of ours (RFC 8058)
@require_http_methods(["GET", "HEAD", "POST"])
def stop_mail(request: HttpRequest, token: str) -> HttpResponse:
    """Asks whether no mail should come any more, and with a POST it is so. Looking at the page changes nothing."""
    try:
        if request.method == "POST":
            services.stop_mail(token=token, now=clock.now())
        else:
            services.check_stop_token(token)
    except NotFound:
        return not_found(request)
    return render(request, "notifications/stop_mail.html", {"stopped": request.method == "POST"})


def _words(prompt: Prompt) -> dict[str, Any]:
    """The text its receiver reads, as it was sent, and the language it is in."""
    item = loader.get(prompt.item, prompt.version, prompt.language)
    text = item.text(prompt.voice)
    return {"title": text.title, "body": text.body, "step": text.step, "minutes": text.minutes, "language": item.language}
