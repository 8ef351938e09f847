"""What the pages for therapists ask."""

from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from backend.care.models import CareLink

LONGEST_NOTE = 4000


class ApplicationForm(forms.Form):
    name = forms.CharField(max_length=80, label=_("Your name, as on your licence"), widget=forms.TextInput(attrs={"autocomplete": "name"}))
    licence = forms.CharField(max_length=80, label=_("Number of your licence or registration"))
    practice = forms.CharField(max_length=120, label=_("Practice"), widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    jurisdiction = forms.CharField(max_length=80, label=_("Country or region that licensed you"))


class OfferForm(forms.Form):
    """Nothing is preselected: what the couple agrees to is stated on purpose."""

    label = forms.CharField(
        max_length=60,
        label=_("What you call this couple"),
        help_text=_("For you alone, and encrypted. A first name or a time of the week is enough."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    purpose = forms.ChoiceField(
        choices=CareLink.Purpose.choices,
        widget=forms.RadioSelect,
        label=_("What you ask to read for"),
        help_text=_("Both partners read this sentence before they agree, and agree to this alone."),
    )


class NoteForm(forms.Form):
    text = forms.CharField(
        max_length=LONGEST_NOTE,
        label=_("A note for yourself"),
        help_text=_("Encrypted. Neither the couple nor whoever runs Ebb reads it on any page."),
        widget=forms.Textarea(attrs={"rows": "4"}),
    )


class SessionForm(forms.Form):
    """`today` is the therapist's own: a session is marked when it has been."""

    day = forms.DateField(
        label=_("Day of a session"),
        help_text=_("For you alone. It is marked in the lines, and what came after it is set beside what was before."),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )

    def __init__(self, *args: Any, today: date, **more: Any) -> None:
        super().__init__(*args, **more)
        self.today = today
        self.fields["day"].initial = today
        self.fields["day"].widget.attrs["max"] = today.isoformat()

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day > self.today:
            raise ValidationError(_("This day has not come yet."), code="out-of-range")
        return day
