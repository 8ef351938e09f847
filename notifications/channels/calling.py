"""One call to a push service, and what its troubles mean for the outbox. What a status means is each channel's own."""

import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, timedelta
from email.utils import parsedate_to_datetime
from math import inf
from typing import Any, Final

import httpcore

from notifications.channels.base import ChannelError
from notifications.channels.lines import Answer
from notifications.channels.pinned import PinnedClient
from notifications.endpoints import Endpoint, EndpointRefused

LONGEST_WAIT: Final = timedelta(days=1)


def call(client: PinnedClient, endpoint: Endpoint, *, headers: Mapping[str, str], body: bytes, begin_by: float = inf) -> Answer:
    """Post, and return the answer whatever its status. Raises `ChannelError` where there was none, and `NotBegun`."""
    try:
        return client.post(endpoint, headers=headers, body=body, begin_by=begin_by)
    except EndpointRefused as error:
        raise ChannelError.later(error.code) from error
    except httpcore.TimeoutException as error:
        raise ChannelError.later("timeout") from error
    except (httpcore.NetworkError, httpcore.ProtocolError) as error:
        raise ChannelError.later("unreachable") from error


def json_of(answer: Answer) -> dict[str, Any]:
    """The answer's body where that is a JSON object, and an empty one otherwise."""
    try:
        found = json.loads(answer.body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """How long the service asks us to wait, at most a day; seconds or an HTTP date (RFC 9110, 10.2.3).

    A date is measured against the service's own Date, so that our clock may be wrong.
    """
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return min(timedelta(seconds=int(text)), LONGEST_WAIT)
    until = _instant(text)
    if until is None:
        return None
    here = _instant(headers.get("date", ""))
    seconds = until - (time.time() if here is None else here)
    return min(max(timedelta(seconds=seconds), timedelta(0)), LONGEST_WAIT)


def _instant(text: str) -> float | None:
    try:
        parsed = parsedate_to_datetime(text)
    except ValueError:
        return None
    return (parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)).timestamp()
