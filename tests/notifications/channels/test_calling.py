"""What a call's troubles mean, and how long a service asks us to wait."""

import time
from datetime import timedelta

import pytest

from notifications.channels.calling import json_of, retry_after
from notifications.channels.lines import Answer

DATE = "Wed, 18 Nov 2026 19:00:00 GMT"


@pytest.mark.parametrize(
    "headers, seconds",
    [
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "1.5"}, None),
        ({"retry-after": "٣"}, None),
        ({"retry-after": "9" * 5000}, None),
        ({"retry-after": "Wed, 99 Nov 2026 99:00:00 GMT"}, None),
        ({"retry-after": "0"}, 0),
        ({"retry-after": " 120 "}, 120),
        ({"retry-after": "999999999"}, 86400),
        ({"retry-after": "Wed, 18 Nov 2026 19:02:00 GMT", "date": DATE}, 120),
        ({"retry-after": "Wednesday, 18-Nov-26 19:02:00 GMT", "date": DATE}, 120),
        ({"retry-after": "Wed, 18 Nov 2026 18:00:00 GMT", "date": DATE}, 0),
        ({"retry-after": "Fri, 18 Nov 2050 19:00:00 GMT", "date": DATE}, 86400),
    ],
)
def test_the_wait_a_service_asks_for_is_read(headers: dict[str, str], seconds: int | None) -> None:
    assert retry_after(headers) == (None if seconds is None else timedelta(seconds=seconds))


def test_a_date_without_the_services_own_clock_is_measured_by_ours() -> None:
    at = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))

    waited = retry_after({"retry-after": at})

    assert waited is not None
    assert timedelta(seconds=57) <= waited <= timedelta(seconds=60)


@pytest.mark.parametrize("body", [b"", b"not JSON", b"[1]", b'"text"', b"\xff", b'{"half": '])
def test_a_body_that_is_no_object_is_an_empty_one(body: bytes) -> None:
    assert json_of(Answer(400, {}, body)) == {}
