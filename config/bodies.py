"""Bodies that come in pieces, without their length beforehand."""

from collections.abc import Callable
from io import BytesIO
from typing import Any

Application = Callable[..., Any]


def with_length(application: Application) -> Application:
    """Reads a chunked body before the application does, which by the rules of WSGI takes one without a length for empty.

    A change sent by a phone that streams its requests would be lost in silence. A body over the limit is cut after it, and so
    refused as too large.
    """

    def door(environ: dict[str, Any], start_response: Any) -> Any:
        if "HTTP_TRANSFER_ENCODING" in environ and not environ.get("CONTENT_LENGTH"):
            body = _read(environ["wsgi.input"])
            environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        return application(environ, start_response)

    return door


def _read(stream: Any) -> bytes:
    from django.conf import settings

    left = settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1
    pieces: list[bytes] = []
    while left and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    return b"".join(pieces)
