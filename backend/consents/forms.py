"""What a person chooses about sharing and prompts, with what each choice means in plain words."""

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.consents.models import Choice

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
