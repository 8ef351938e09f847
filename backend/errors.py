"""The families of errors a person or an app can meet. The API renders them as problem documents, pages as a sentence.

Subclasses live beside the verb that raises them and carry a `code` of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _


@dataclass(frozen=True)
class FieldError:
    """One thing to put right. `detail` never repeats what was sent."""

    pointer: str
    code: str
    detail: str


class DomainError(Exception):
    """Something a caller can understand and act on."""

    status: ClassVar[int] = 400
    code: ClassVar[str] = "malformed"
    title: ClassVar[str] = _("This could not be read")


class NotFound(DomainError):
    """Missing, or somebody else's: the two are never told apart."""

    status, code, title = 404, "not-found", _("Not found")


class AuthRequired(DomainError):
    status, code, title = 401, "auth-required", _("Please sign in")


class ReauthRequired(DomainError):
    status, code, title = 403, "reauth-required", _("Please confirm that it is you")


class SecondFactorRequired(ReauthRequired):
    """The same, for what asks for a second factor. `has_one` says whether the account has one to give."""

    def __init__(self, *, has_one: bool) -> None:
        super().__init__()
        self.has_one = has_one


class Conflict(DomainError):
    status, code, title = 409, "in-progress", _("This is already under way")


class StaleVersion(DomainError):
    """Somebody wrote first. `current` is what stands now."""

    status, code, title = 412, "stale-version", _("This was changed on another device")

    def __init__(self, current: Any) -> None:
        super().__init__()
        self.current = current


class TooLarge(DomainError):
    status, code, title = 413, "too-large", _("This is too large")


class Unprocessable(DomainError):
    """Understood, but not possible; the subclass says why."""

    status, code, title = 422, "validation", _("Some fields need attention")


class Invalid(Unprocessable):
    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__()
        self.errors = tuple(errors)


class VersionRequired(DomainError):
    status, code, title = 428, "version-required", _("Say which version you are changing")


class SlowDown(DomainError):
    status, code, title = 429, "slow-down", _("Please wait a little")

    def __init__(self, retry_after: int) -> None:
        super().__init__()
        self.retry_after = retry_after


class TryLater(DomainError):
    status, code, title = 503, "try-later", _("Not possible just now")

    def __init__(self, retry_after: int = 30) -> None:
        super().__init__()
        self.retry_after = retry_after
