"""The check-in as a page asks it."""

import unicodedata
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django import forms
from django.forms import BoundField
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from checkins.answers import LEVELS, SCALES, Answers
from checkins.models import CheckIn, Feeling

SCALE = [(str(value), str(value)) for value in range(11)]
MAX_FEELINGS = 3


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question of the check-in: what is asked, and the words at both ends of its scale."""

    name: str
    asks: str | Promise
    low: str | Promise
    high: str | Promise


QUESTIONS = (
    Question(name="closeness_felt", asks=_("How close do you feel?"), low=_("far away"), high=_("very close")),
    Question(name="closeness_wanted", asks=_("How much closeness would you like?"), low=_("none just now"), high=_("a great deal")),
    Question(name="space_wanted", asks=_("How much room do you need?"), low=_("none just now"), high=_("a great deal")),
    Question(name="tension", asks=_("How tense or on edge are you?"), low=_("at ease"), high=_("very tense")),
)
FEELING_WORDS = {
    Feeling.CALM: _("calm"),
    Feeling.TENDER: _("tender"),
    Feeling.GRATEFUL: _("grateful"),
    Feeling.HOPEFUL: _("hopeful"),
    Feeling.PLAYFUL: _("playful"),
    Feeling.TIRED: _("tired"),
    Feeling.UNEASY: _("uneasy"),
    Feeling.LONELY: _("lonely"),
    Feeling.SAD: _("sad"),
    Feeling.HURT: _("hurt"),
    Feeling.IRRITATED: _("irritated"),
    Feeling.WORRIED: _("worried"),
    Feeling.OVERFULL: _("overfull"),
    Feeling.NUMB: _("numb"),
}
QUICK_WORDS = {
    CheckIn.Quick.CLOSER: _("Closer"),
    CheckIn.Quick.AS_USUAL: _("As usual"),
    CheckIn.Quick.MORE_ROOM: _("More room"),
}


class Level(forms.TypedChoiceField):
    """A place on the scale, 0 to 10, or None where a level may be left out."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=SCALE, coerce=int, empty_value=None, widget=forms.RadioSelect, **options)


class Writing(forms.CharField):
    """Text as its writer sees it: normalised to NFC, with plain line ends. None where nothing was written."""

    def to_python(self, value: Any) -> str:
        text: str = super().to_python(value) or ""
        return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


class _Write(forms.Form):
    """What every kept answer carries: the id of this write, and the version it changes where something stands already."""

    client_id = forms.UUIDField(widget=forms.HiddenInput)
    version = forms.IntegerField(min_value=1, required=False, widget=forms.HiddenInput)

    def start_anew(self, *, version: int | None) -> None:
        """Makes the form ready to be sent once more as a new write over what stands now, with what was typed kept."""
        data = QueryDict(mutable=True)
        data.update(self.data)
        data["client_id"], data["version"] = str(uuid4()), str(version or "")
        self.data = data


class FullForm(_Write):
    closeness_felt = Level()
    closeness_wanted = Level()
    space_wanted = Level()
    tension = Level(required=False)
    feelings = forms.MultipleChoiceField(
        choices=list(FEELING_WORDS.items()), required=False, widget=forms.CheckboxSelectMultiple, label=_("Name a feeling, up to three")
    )
    note = Writing(
        max_length=4000,
        required=False,
        label=_("A note for yourself"),
        help_text=_("Shown to you alone, and kept encrypted in the database."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    shared_line = Writing(
        max_length=280,
        required=False,
        label=_("One line for your partner"),
        help_text=_("Shown the next morning, if you share anything at all."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_feelings(self) -> list[str]:
        feelings: list[str] = self.cleaned_data["feelings"]
        if len(feelings) > MAX_FEELINGS:
            raise forms.ValidationError(_("Three at most, please."), code="too-many")
        return feelings

    def answers(self) -> Answers:
        """What was answered. Only of a valid form."""
        said = self.cleaned_data
        return Answers(
            kind=CheckIn.Kind.FULL,
            feelings=tuple(said["feelings"]),
            note=said["note"] or None,
            shared_line=said["shared_line"] or None,
            **{name: said[name] for name in SCALES},
        )

    def questions(self) -> list[tuple[Question, BoundField]]:
        """The three that make a full answer."""
        return [(question, self[question.name]) for question in QUESTIONS if question.name in LEVELS]

    def tension_question(self) -> tuple[Question, BoundField]:
        return QUESTIONS[-1], self["tension"]

    def has_more(self) -> bool:
        """Whether something optional was written or has to be put right, so that it is not folded away."""
        optional = ("tension", "feelings", "note", "shared_line")
        return any(self[name].value() not in (None, "", []) or self[name].errors for name in optional)


class QuickForm(_Write):
    quick = forms.ChoiceField(choices=list(QUICK_WORDS.items()))

    def answers(self) -> Answers:
        return Answers(kind=CheckIn.Kind.QUICK, quick=self.cleaned_data["quick"])
