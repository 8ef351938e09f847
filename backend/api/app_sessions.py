"""Sessions of apps, apart from those of browsers.

A token is the key of a session, and so is a browser's cookie. An app sends its token by itself, so it needs no form token, and it
brings a lock of its own. Were the key in a browser's cookie good as a token too, whoever copied it would go around both.
"""

from allauth.headless.internal import sessionkit
from allauth.headless.tokens.strategies.sessions import SessionTokenStrategy
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest

MARK = "app"


class AppSessions(SessionTokenStrategy):
    """Marks each session that a token is handed out for, and takes no token of a session that is not marked."""

    def create_session_token(self, request: HttpRequest) -> str:
        request.session[MARK] = True
        return super().create_session_token(request)

    def lookup_session(self, session_token: str) -> SessionBase | None:
        session = sessionkit.lookup_session(session_token)
        return session if session is not None and session.get(MARK) else None
