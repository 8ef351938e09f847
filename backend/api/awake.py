"""The lock of private mode, as the server holds to it: a person with a PIN is let in for a few minutes at a time.

Being awake is a signed cookie bound to the session. A page that is looked at renews it, five quiet minutes let it lapse, and a
browser that throws it away is locked at once, without asking anybody: that works without a connection too.
"""

import hashlib
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponseBase
from django.utils.crypto import constant_time_compare

COOKIE = "awake"
LASTS = timedelta(minutes=5)


def is_locked(request: HttpRequest, person: Any, session_key: str) -> bool:
    """Whether the PIN is asked for before anything is shown or kept. Never of somebody without a PIN."""
    if not person.pin:
        return False
    try:
        signed_for = TimestampSigner(salt=COOKIE).unsign(request.COOKIES.get(COOKIE, ""), max_age=LASTS)
    except BadSignature:
        return True
    return not constant_time_compare(signed_for, _name_of(session_key))


def keep_awake(response: HttpResponseBase, session_key: str) -> None:
    """Lets the session in for the next few minutes. A script of ours may throw the cookie away, so it is not hidden from scripts."""
    value = TimestampSigner(salt=COOKIE).sign(_name_of(session_key))
    response.set_cookie(COOKIE, value, max_age=LASTS, secure=settings.SECURE, samesite="Lax")


def fall_asleep(response: HttpResponseBase) -> None:
    response.delete_cookie(COOKIE, samesite="Lax")


def _name_of(session_key: str) -> str:
    """The cookie names its session by a hash, so that it is no second copy of the key."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:32]
