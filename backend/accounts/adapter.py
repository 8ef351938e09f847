"""How allauth meets our accounts."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.headless.adapter import DefaultHeadlessAdapter
from django.contrib.auth.models import AbstractBaseUser


class AccountAdapter(DefaultAccountAdapter):
    """Neutral mails: the subject says nothing of what Ebb is for."""

    def format_email_subject(self, subject: str) -> str:
        return " ".join(subject.split())

    def clean_email(self, email: str) -> str:
        cleaned: str = super().clean_email(email)
        return cleaned.lower()


class HeadlessAdapter(DefaultHeadlessAdapter):
    """What sign-in tells an app about the account: its e-mail and name, no number that counts people."""

    def serialize_user(self, user: AbstractBaseUser) -> dict[str, Any]:
        return {"display": user.name or user.email, "email": user.email, "has_usable_password": user.has_usable_password()}  # type: ignore[attr-defined]  # our User
