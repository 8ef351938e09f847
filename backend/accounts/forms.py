"""What sign-up asks besides e-mail and password."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from backend.accounts import services
from backend.accounts.models import User
from backend.accounts.zones import check_zone


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

    def signup(self, request: Any, user: User) -> None:
        services.complete_sign_up(user=user, name=self.cleaned_data["name"], timezone=self.cleaned_data["timezone"])
