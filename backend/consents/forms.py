"""What a person chooses about sharing, prompts and therapists, with what each choice means in plain words."""

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.consents.models import Choice, Consent
from backend.consents.services import Terms
from backend.couples.forms import CodeForm

SHARING = [
    (
        Choice.Sharing.WEEKLY,
        _("A weekly picture"),
        _(
            "Each Monday, per question: low, about usual or high for you. Only from weeks with at least four answers. A good place to start."
        ),
    ),
    (
        Choice.Sharing.LEVELS,
        _("My levels"),
        _("Your daily lines for closeness and room, with the weekly picture. Each day appears the next morning."),
    ),
    (Choice.Sharing.NOTHING, _("Nothing"), _("Your answers stay with you. To your partner this looks like any other silence.")),
]
PROMPT_MODES = [
    (
        Choice.PromptMode.RESPONSIVE,
        _("Responsive"),
        _(
            "Most likely on mornings after your days pulled apart, and rarely on others. Only if both of you choose it. "
            "A prompt then says something about the other's answers."
        ),
    ),
    (
        Choice.PromptMode.DISCREET,
        _("Discreet"),
        _(
            "Mostly by chance, a little more often when days pull apart. One prompt, or none, can at most double the odds of what either of you "
            "believed about a day. It applies to both as soon as one chooses it, and nobody learns who."
        ),
    ),
    (Choice.PromptMode.NONE, _("No prompts"), _("You get none. Your partner cannot tell.")),
]


class ChoicesForm(forms.Form):
    """Nothing is preselected; what was never chosen stays open."""

    sharing = forms.ChoiceField(choices=Choice.Sharing.choices, required=False)
    prompt_mode = forms.ChoiceField(choices=Choice.PromptMode.choices, required=False)
    show_pattern = forms.BooleanField(
        required=False,
        label=_("Show the pattern of the weeks"),
        help_text=_(
            "A ribbon of weeks, shown only while both of you have this on. It is worked out from the answers of both, so it tells each of you "
            "something about the other that no other page does."
        ),
    )

    def changes(self) -> dict[str, object]:
        """What the person decided, without the questions they left open."""
        return {name: value for name, value in self.cleaned_data.items() if name == "show_pattern" or value}


# What a person reads before they allow a therapist anything. Whoever changes these words changes services.WORDING_VERSION.
SCOPES = [
    (
        Consent.Scope.SUMMARY,
        _("Weekly summary"),
        _(
            "Per week and question: low, about usual or high for you, from at least four answers. Times in which one of you reached while the "
            "other made room, without saying who. The days of prompts, and how they were felt, without saying by whom."
        ),
    ),
    (Consent.Scope.LEVELS, _("Daily lines"), _("Your numbers for closeness and room, day by day.")),
    (Consent.Scope.FEELINGS, _("Named feelings"), _("The feelings you named, day by day.")),
]
SCOPE_WORDS = {scope.value: label for scope, label, _meaning in SCOPES}
HOW_LONG = [(28, _("Four weeks")), (56, _("Eight weeks")), (84, _("Twelve weeks"))]
HOW_FAR_BACK = [(0, _("From today on")), (28, _("Also the four weeks before")), (84, _("Also the twelve weeks before"))]


class ConsentForm(forms.Form):
    """Nothing is preselected."""

    scopes = forms.MultipleChoiceField(
        choices=Consent.Scope.choices, error_messages={"required": _("Choose at least one, or leave this page.")}
    )
    days_back = forms.TypedChoiceField(choices=HOW_FAR_BACK, coerce=int, widget=forms.RadioSelect, label=_("Which days?"))
    days = forms.TypedChoiceField(
        choices=HOW_LONG,
        coerce=int,
        widget=forms.RadioSelect,
        label=_("For how long?"),
        help_text=_("Then it ends by itself. You can end it before, at any time."),
    )
    wording_version = forms.CharField(max_length=20, widget=forms.HiddenInput)

    def terms(self, now: datetime) -> Terms:
        said = self.cleaned_data
        return Terms(
            scopes=said["scopes"],
            days_back=said["days_back"],
            ends_at=now + timedelta(days=said["days"]),
            wording_version=said["wording_version"],
        )


class TherapistCodeForm(CodeForm):
    """The same field as for a partner's code."""

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self.fields["code"].label = _("The code your therapist gave you")
