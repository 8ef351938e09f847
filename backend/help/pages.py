"""The one page that everybody may open, and that nothing remembers having been opened."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from backend.help.loader import How, Kind, by_name
from backend.web.keepable import keepable

KIND_WORDS = {Kind.EMERGENCY: _("In danger now"), Kind.VIOLENCE: _("Harm at home"), Kind.CRISIS: _("Somebody to talk to, in any crisis")}
HOW_WORDS = {How.TEL: _("Call"), How.SMS: _("Text"), How.WHATSAPP: _("WhatsApp"), How.MAIL: _("Mail"), How.WEB: _("Online")}
LANGUAGE_WORDS = {
    "de": _("German"),
    "en": _("English"),
    "es": _("Spanish"),
    "fr": _("French"),
    "it": _("Italian"),
    "nl": _("Dutch"),
    "pt": _("Portuguese"),
}


@require_safe
@keepable
def help_page(request: HttpRequest) -> HttpResponse:
    language = (get_language() or "en").split("-")[0]
    shown = [(one, one.names[language]) for one in by_name(language)]
    return render(request, "help/help.html", {"countries": shown})
