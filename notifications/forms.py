"""What the pages about reminders and devices ask."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from notifications.models import Prompt

REACTION_WORDS = {
    Prompt.Reaction.HELPED: _("Helped"),
    Prompt.Reaction.NOT_NOW: _("Not now"),
    Prompt.Reaction.DID_NOT_FIT: _("Did not fit"),
}


def _hour(label: Any, **options: Any) -> forms.TimeField:
    return forms.TimeField(label=label, widget=forms.TimeInput(format="%H:%M", attrs={"type": "time", "step": "300"}), **options)


class RemindersForm(forms.Form):
    """When to be reached, by the person's own clock."""

    reminders_on = forms.BooleanField(required=False, label=_("Remind me in the evening"))
    reminder_time = _hour(_("At"))
    quiet_from = _hour(_("Quiet from"))
    quiet_until = _hour(_("until"), help_text=_("Nothing is sent in your quiet hours."))
    email_on = forms.BooleanField(
        required=False, label=_("By e-mail too"), help_text=_("One neutral line that says nothing of what it is about.")
    )


class DeviceForm(forms.Form):
    """A browser's push subscription, as the module on the page fills it in."""

    endpoint = forms.CharField(max_length=2048)
    p256dh = forms.CharField(max_length=128)
    auth = forms.CharField(max_length=128)
    application_server_key = forms.CharField(max_length=100, required=False)
    name = forms.CharField(max_length=60, required=False)


class NameForm(forms.Form):
    """What a device is called, so that one tells it from the others."""

    name = forms.CharField(max_length=60, label=_("Name"), widget=forms.TextInput(attrs={"autocomplete": "off"}))


class ReactionForm(forms.Form):
    """How a prompt was felt; empty takes it back."""

    reaction = forms.ChoiceField(choices=list(REACTION_WORDS.items()), required=False)
