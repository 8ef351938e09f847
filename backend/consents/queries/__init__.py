"""Reads about choices, holds and consents that need a name. Asked at the time of use, never cached."""

from backend.consents.queries.approvals import Allowed, Approval, allowed_by, approvals_of
from backend.consents.queries.choices import (
    choice_of,
    holds_of,
    holds_of_each,
    in_safety,
    is_held,
    is_paused,
    members_of,
    own_choice,
    running_holds,
)

__all__ = [
    "Allowed",
    "Approval",
    "allowed_by",
    "approvals_of",
    "choice_of",
    "holds_of",
    "holds_of_each",
    "in_safety",
    "is_held",
    "is_paused",
    "members_of",
    "own_choice",
    "running_holds",
]
