"""The tokens by which FCM and APNs know an app on a phone. They are opaque; their form is all there is to check."""

import re
from typing import Final

from notifications.endpoints import EndpointRefused

# Of about 140 to 250 characters today. Nothing that could end a line, a path or a JSON string.
_FCM: Final = re.compile(r"[A-Za-z0-9_:-]{32,4096}")
# 32 bytes today; Apple says that this may grow.
_APNS: Final = re.compile(r"(?:[0-9a-f]{2}){32,100}")


def check_token(kind: str, token: str) -> str:
    """Return the token in its one spelling, or raise `EndpointRefused`."""
    spelled = token.lower() if kind == "apns" else token
    if not (_APNS if kind == "apns" else _FCM).fullmatch(spelled):
        raise EndpointRefused("malformed", "The token is not one that this platform gives.")
    return spelled
