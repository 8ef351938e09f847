"""What a connection makes of the bytes that a service sends, good ones and others."""

from collections.abc import Sequence
from typing import Any, cast

import httpcore
import pytest

from notifications.channels.lines import MAX_ANSWER_BYTES, Answer, Http1Line
from notifications.endpoints import Endpoint

ENDPOINT = Endpoint("https://push.example:8443/push/x?y=1", "push.example", 8443, is_development=False)
CREATED = b"HTTP/1.1 201 Created\r\nLocation: https://push.example/m/1\r\nContent-Length: 0\r\n\r\n"


class Stream:
    """Remembers what was written, and gives what it was handed, piece by piece; after that, silence or a goodbye."""

    def __init__(self, pieces: Sequence[bytes], *, then: bytes | Exception = b"") -> None:
        self._pieces = list(pieces)
        self._then = then
        self.written = b""
        self.is_readable = False

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.written += buffer

    def get_extra_info(self, info: str) -> object:
        return self.is_readable if info == "is_readable" else None

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if self._pieces:
            return self._pieces.pop(0)
        if isinstance(self._then, Exception):
            raise self._then
        return self._then


def exchange(stream: Stream, headers: dict[str, str] | None = None, *, endpoint: Endpoint = ENDPOINT) -> tuple[Answer, bool]:
    return Http1Line(cast(Any, stream)).exchange(endpoint, headers=headers or {}, body=b"sealed")


def test_a_request_is_written_in_one_piece_with_host_path_and_length() -> None:
    stream = Stream([CREATED])

    exchange(stream, {"TTL": "60"})

    assert stream.written == b"POST /push/x?y=1 HTTP/1.1\r\nHost: push.example:8443\r\nTTL: 60\r\nContent-Length: 6\r\n\r\nsealed"


def test_an_answer_is_the_same_however_its_bytes_arrive() -> None:
    expected = Answer(201, {"location": "https://push.example/m/1", "content-length": "0"})

    for pieces in ([CREATED], [CREATED[:9], CREATED[9:]], [bytes([one]) for one in CREATED]):
        assert exchange(Stream(pieces)) == (expected, True)


@pytest.mark.parametrize(
    "sent, body",
    [
        (b"HTTP/1.1 400 Bad\r\nContent-Length: 4\r\n\r\noops", b"oops"),
        (b"HTTP/1.1 400 Bad\r\nTransfer-Encoding: chunked\r\n\r\n2\r\noo\r\n2\r\nps\r\n0\r\nX-Trailer: 1\r\n\r\n", b"oops"),
        (b"HTTP/1.1 204 No Content\r\n\r\n", b""),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\nHTTP/1.1 400 Bad\r\nContent-Length: 4\r\n\r\noops", b"oops"),
    ],
    ids=["length", "chunked", "no-content", "after-a-hint"],
)
def test_a_whole_answer_keeps_the_line(sent: bytes, body: bytes) -> None:
    answer, whole = exchange(Stream([sent]))

    assert (answer.body, whole) == (body, True)
    assert answer.status in (204, 400)
    assert "link" not in answer.headers


@pytest.mark.parametrize(
    "sent, body",
    [
        (b"HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.0 201 Created\r\nContent-Length: 0\r\n\r\n", b""),
        (b"HTTP/1.1 201 Created\r\n\r\nuntil it hangs up", b"until it hangs up"),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\nhalf", b"half"),
        (CREATED + CREATED, b""),
        (CREATED + b"nonsense", b""),
        (b"HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n", b""),
        (b"HTTP/1.1 201 Created\r\nContent-Length: 9000000\r\n\r\n" + b"x" * 5000, b"x" * (MAX_ANSWER_BYTES + 1)),
    ],
    ids=["said", "old", "no-length", "cut-short", "two-answers", "rubbish-behind", "rubbish-in-the-body", "endless"],
)
def test_an_answer_counts_but_the_line_does_not_carry_another(sent: bytes, body: bytes) -> None:
    answer, whole = exchange(Stream([sent]))

    assert (answer.status, answer.body, whole) == (201, body, False)


def test_a_body_that_comes_too_late_takes_nothing_from_the_answer() -> None:
    late = Stream([b"HTTP/1.1 201 Created\r\nContent-Length: 9\r\n\r\n"], then=httpcore.ReadTimeout("late"))

    assert exchange(late) == (Answer(201, {"content-length": "9"}), False)


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"HTTP/1.1 201 Created\r\nContent-Len",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 201 Created\r\nX: \x00\r\n\r\n",
    ],
    ids=["hung-up", "half-a-head", "not-http", "two-lengths", "length-and-chunks", "upgrade", "nul"],
)
def test_what_is_no_answer_is_an_error(sent: bytes) -> None:
    with pytest.raises(httpcore.RemoteProtocolError):
        exchange(Stream([sent] if sent else []))


@pytest.mark.parametrize(
    "forever",
    [b"X-Slow: x\r\n" * 90, b"x" * 1000, b"\r\nHTTP/1.1 100 Continue\r\n\r\n"],
    ids=["headers", "one-header", "hints"],
)
def test_a_head_without_an_end_is_left(forever: bytes) -> None:
    beginning = b"HTTP/1.1 100 Continue\r\n\r\n" if b"100" in forever else b"HTTP/1.1 201 Created\r\nX-Slow: "

    with pytest.raises(httpcore.RemoteProtocolError):
        exchange(Stream([beginning], then=forever))


def test_silence_before_the_head_is_told_as_silence() -> None:
    with pytest.raises(httpcore.ReadTimeout):
        exchange(Stream([b"HTTP/1.1 201"], then=httpcore.ReadTimeout("late")))


@pytest.mark.parametrize("value", ["1\r\nX-Also: 2", "1\nX-Also: 2", "1\rX-Also: 2", "ü"], ids=["crlf", "lf", "cr", "not-ascii"])
def test_a_header_cannot_smuggle_another_in(value: str) -> None:
    stream = Stream([CREATED])

    with pytest.raises(httpcore.LocalProtocolError):
        exchange(stream, {"TTL": value})

    assert stream.written == b""


@pytest.mark.parametrize("speaks", [False, True])
def test_what_speaks_between_two_exchanges_is_not_used_again(speaks: bool) -> None:
    stream = Stream([CREATED])
    stream.is_readable = speaks
    line = Http1Line(cast(Any, stream))
    assert line.is_usable()  # tickets of TLS wait on a new one

    line.exchange(ENDPOINT, headers={}, body=b"sealed")

    assert line.is_usable() is not speaks
