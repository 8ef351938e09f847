"""What sign-up asks besides e-mail and password."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils.translation import get_language_info
from django.utils.translation import gettext_lazy as _

from backend.accounts import services
from backend.accounts.models import User
from backend.accounts.zones import check_zone, zone_groups


class SignupForm(forms.Form):
    """Used by the pages and by the headless API alike, so that no account exists without these."""

    name = forms.CharField(max_length=40, required=False, label=_("What may your partner call you?"))
    timezone = forms.CharField(max_length=64, validators=[check_zone], label=_("Time zone"))
    adult = forms.BooleanField(label=_("I am 18 or older."))
    agreement = forms.BooleanField(label=_("I agree that Ebb keeps my answers about my relationship, as described."))
    # Which wording was on the page; an app that shows an older one is asked again.
    agreement_version = forms.CharField(max_length=20, widget=forms.HiddenInput)

    def clean_agreement_version(self) -> str:
        version: str = self.cleaned_data["agreement_version"]
        if version != services.agreement_version():
            raise forms.ValidationError(_("The wording has changed. Please read it again."), code="old-wording")
        return version

    def _post_clean(self) -> None:
        """Hashes the password of a sign-up that will lead nowhere, so that its time tells as little as its answer.

        The last step of a form's checking: only now is it certain that a new address would have its password hashed.
        """
        super()._post_clean()  # type: ignore[misc]  # the stubs leave it out
        if getattr(self, "account_already_exists", False) and not self.errors:
            make_password(self.cleaned_data.get("password1") or self.cleaned_data.get("password"))

    def signup(self, request: Any, user: User) -> None:
        services.complete_sign_up(user=user, name=self.cleaned_data["name"], timezone=self.cleaned_data["timezone"])


class PinForm(forms.Form):
    """A PIN is digits alone, so that a phone shows its large keys."""

    pin = forms.RegexField(
        r"^[0-9]{4,12}$",
        label=_("PIN"),
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off", "maxlength": "12"}),
        error_messages={"invalid": _("Four to twelve digits, please.")},
    )


def _languages() -> list[tuple[str, str]]:
    """Each language under its own name, which whoever reads it finds on any page."""
    return [(code, get_language_info(code)["name_local"].capitalize()) for code, _english in settings.LANGUAGES]


class ProfileForm(forms.Form):
    """What a person says of themselves, all of it changeable."""

    name = forms.CharField(
        max_length=40,
        required=False,
        label=_("What may your partner call you?"),
        widget=forms.TextInput(attrs={"autocomplete": "nickname"}),
    )
    language = forms.ChoiceField(choices=_languages, label=_("Language"))
    timezone = forms.CharField(
        max_length=64,
        validators=[check_zone],
        label=_("Time zone"),
        help_text=_("Your day ends at four in the morning, by this clock."),
        widget=forms.Select(attrs={"data-zone": "", "data-chosen": ""}),
    )

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        groups = [(continent, [(name, name.replace("_", " ")) for name in names]) for continent, names in zone_groups()]
        chosen = self["timezone"].value()
        known = {name for _continent, names in zone_groups() for name in names}
        if chosen and chosen not in known:
            groups.append((str(_("Yours")), [(chosen, chosen)]))
        self.fields["timezone"].widget.choices = groups
