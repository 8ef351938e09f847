"""What a page is handed once somebody is known to be signed in."""

from django.http import HttpRequest
from rest_framework.request import Request

from backend.accounts.models import User


class PersonRequest(HttpRequest):
    """A request by somebody signed in."""

    user: User
    is_at_practice: bool
    """Set where a page for therapists let somebody in."""


class PersonCall(Request):
    """A request to the API by somebody signed in: the permission lets nobody else through."""

    user: User
