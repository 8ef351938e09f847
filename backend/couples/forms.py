"""What the pages about pairing ask."""

from django import forms
from django.utils.translation import gettext_lazy as _


class CodeForm(forms.Form):
    code = forms.CharField(
        max_length=40,
        label=_("The code you were given"),
        widget=forms.TextInput(
            attrs={
                "autocomplete": "one-time-code",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "class": "code-input",
                "data-code": "",
            }
        ),
    )


class LeaveForm(forms.Form):
    """How to leave. Nothing is preselected."""

    how = forms.ChoiceField(choices=[("quietly", _("Leave quietly")), ("openly", _("Leave openly"))], widget=forms.RadioSelect)
