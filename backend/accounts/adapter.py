"""How allauth meets our accounts."""

from collections.abc import Iterable
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.headless.adapter import DefaultHeadlessAdapter
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy, gettext_noop

from backend.accounts import services
from backend.accounts.models import User
from backend.api.awake import keep_awake

# Sentences of allauth that stand on our pages and in our mails. Named here, our own catalogue says them, in our tone.
SAID_BY_ALLAUTH = (
    gettext_noop("Forgot your password?"),
    gettext_noop("Use your password"),
    gettext_noop("Use authenticator app or code"),
    gettext_noop("Authenticator code"),
    gettext_noop("Please type your current password."),
    gettext_noop("You must type the same password each time."),
    gettext_noop("You cannot remove your primary email address."),
    gettext_noop("Your primary email address must be verified."),
    gettext_noop("Your password has been changed."),
    gettext_noop("Your password has been reset."),
)


class AccountAdapter(DefaultAccountAdapter):
    """Neutral mails: the subject says nothing of what Ebb is for."""

    error_messages = DefaultAccountAdapter.error_messages | {"incorrect_code": gettext_lazy("This is not the code of the newest mail.")}

    def format_email_subject(self, subject: str) -> str:
        return " ".join(subject.split())

    def clean_email(self, email: str) -> str:
        cleaned: str = super().clean_email(email)
        return cleaned.lower()

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Failures count for account and address together, so that nobody can lock another out from elsewhere."""
        return f"{super()._get_login_attempts_cache_key(request, **credentials)}@{self.get_client_ip(request)}"

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        services.count_failed_sign_in(email=credentials.get("email", ""))

    def is_login_by_code_required(self, login: Any) -> bool:
        """After a long run of failures, wherever they came from, a password alone opens nothing any more."""
        # There is no user where sign-up met an address that has an account, and only looks as if it went on.
        if login.user is None or login.user.failed_sign_ins < services.FAILURES_BEFORE_CODE:
            return bool(super().is_login_by_code_required(login))
        records = get_authentication_records(self.request, login.user)
        return not (records and records[-1]["method"] == "code")

    def get_login_redirect_url(self, request: HttpRequest) -> str:
        assert isinstance(request.user, User)
        return reverse(services.home_of(request.user))

    def post_login(self, request: HttpRequest, user: AbstractBaseUser, **how: Any) -> Any:
        assert isinstance(user, User)
        services.forget_failed_sign_ins(user=user)
        answer = super().post_login(request, user, **how)
        if user.pin:
            keep_awake(answer, request.session.session_key or "")
        return answer

    def logout(self, request: HttpRequest) -> None:
        services.stop_what_ends_with(request.session)
        super().logout(request)


class SessionsAdapter(DefaultUserSessionsAdapter):
    """Signing out elsewhere is signing out there."""

    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        ending = list(sessions)
        for one in ending:
            services.stop_what_ends_with(SessionStore(one.session_key))
        super().end_sessions(ending)


class HeadlessAdapter(DefaultHeadlessAdapter):
    """What sign-in tells an app about the account: its e-mail and name, no number that counts people."""

    def serialize_user(self, user: AbstractBaseUser) -> dict[str, Any]:
        return {"display": user.name or user.email, "email": user.email, "has_usable_password": user.has_usable_password()}  # type: ignore[attr-defined]  # our User
