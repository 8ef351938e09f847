"""What a page is handed once somebody is known to be signed in."""

from django.http import HttpRequest

from backend.accounts.models import User


class PersonRequest(HttpRequest):
    """A request by somebody signed in."""

    user: User
