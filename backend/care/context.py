"""Whose places the navigation of a page names: a therapist's couples, or everybody's own evenings."""

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from backend.care.queries import is_therapist_alone

THEIR_OWN = ("/you/", "/accounts/", "/practice/")
"""Pages on which both kinds of people look after their account. Elsewhere nobody is asked who they are for this."""


def navigation(request: HttpRequest) -> dict[str, object]:
    return {"at_practice": SimpleLazyObject(lambda: _is_at_practice(request))}


def _is_at_practice(request: HttpRequest) -> bool:
    """Behind the therapists' door; and on the pages of their account for who is a therapist and in no couple."""
    if getattr(request, "is_at_practice", False):
        return True
    user = getattr(request, "user", None)
    return user is not None and request.path.startswith(THEIR_OWN) and is_therapist_alone(user)
