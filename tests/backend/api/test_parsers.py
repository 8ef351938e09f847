import json
from io import BytesIO

import pytest
from rest_framework.exceptions import ParseError

from backend.api.parsers import MAX_DEPTH, MAX_KEYS, StrictJSONParser, parse_json
from backend.errors import TooLarge


def nested(depth: int) -> bytes:
    return b"[" * depth + b"]" * depth


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nothing",
        b'{"a": 1, "a": 2}',
        b'{"a": {"b": 1, "b": 1}}',
        b'{"a": NaN}',
        b"[Infinity]",
        b"[-Infinity]",
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b'{"\\udfff": 1}',
        b'["\\udc00\\ud800"]',
        b'"\xff"',
        b'{"a": "\xed\xa0\x80"}',
        "{}".encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"[1] trailing",
        nested(MAX_DEPTH + 1),
        nested(30_000),
        b'{"a":' * 20_000,
        json.dumps({str(n): n for n in range(MAX_KEYS + 1)}).encode(),
        b"[" + b"1" * 5000 + b"]",
        b"[1e999]",
        b"[-1e999]",
    ],
)
def test_what_json_may_not_be(body):
    with pytest.raises(ParseError):
        parse_json(body)


@pytest.mark.parametrize(
    "body, value",
    [
        (b"{}", {}),
        (b'{"a": [1, 2.5, null, true, "\\u00e9"]}', {"a": [1, 2.5, None, True, "é"]}),
        ('{"a": "🌊"}'.encode(), {"a": "🌊"}),
        (b'{"a": "\\ud83c\\udf0a"}', {"a": "🌊"}),
        (nested(MAX_DEPTH), [[[[[[]]]]]]),
    ],
)
def test_what_json_may_be(body, value):
    assert parse_json(body) == value


def test_as_many_keys_as_the_limit_are_read():
    assert len(parse_json(json.dumps({str(n): n for n in range(MAX_KEYS)}).encode())) == MAX_KEYS


def test_a_body_is_read_up_to_its_limit_and_not_further():
    limit = 64 * 1024
    whole = b'"' + b"a" * (limit - 2) + b'"'
    assert len(StrictJSONParser().parse(BytesIO(whole))) == limit - 2
    longer = BytesIO(whole + b" " * 100_000)
    with pytest.raises(TooLarge):
        StrictJSONParser().parse(longer)
    assert longer.tell() == limit + 1
