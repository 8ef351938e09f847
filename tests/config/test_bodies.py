"""Bodies that come in pieces."""

from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory

from config.bodies import with_length


class InPieces(BytesIO):
    """Gives at most seven hundred bytes at a time, as a slow line does."""

    def read(self, size: int | None = -1) -> bytes:
        return super().read(700 if size is None or size < 0 else min(size, 700))


def received(sent: bytes, **environ: str) -> bytes:
    """The body that the application finds."""

    def application(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        return [WSGIRequest(environ).body]

    made = RequestFactory().patch("/api/v1/me/", content_type="application/json").environ
    made.pop("CONTENT_LENGTH", None)
    return b"".join(with_length(application)({**made, "wsgi.input": InPieces(sent), **environ}, None))


def test_a_body_without_a_length_is_read_whole():
    body = b"x" * 65_536
    assert received(body, HTTP_TRANSFER_ENCODING="chunked") == body


def test_a_body_without_a_length_has_the_same_limit():
    with pytest.raises(RequestDataTooBig):
        received(b"x" * 10_000_000, HTTP_TRANSFER_ENCODING="chunked")


def test_a_body_with_a_length_is_left_to_the_application():
    assert received(b"{}      and more", CONTENT_LENGTH="2") == b"{}"
    assert received(b"{}      and more", CONTENT_LENGTH="2", HTTP_TRANSFER_ENCODING="chunked") == b"{}"


def test_without_either_there_is_no_body():
    assert received(b"what is left of another request") == b""
