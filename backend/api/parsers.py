"""JSON in, with the limits of docs/reference/errors.md: size, depth, number of keys, no surprises."""

import json
import math
from typing import IO, Any, NoReturn

from django.conf import settings
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser

from backend.errors import TooLarge

MAX_DEPTH = 6
MAX_KEYS = 64


class StrictJSONParser(BaseParser):
    """Refuses duplicate keys, NaN, deep or wide objects, text that is not UTF-8, and bodies over the limit."""

    media_type = "application/json"

    def parse(self, stream: IO[bytes], media_type: str | None = None, parser_context: Any = None) -> Any:
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise TooLarge
        return parse_json(body)


def parse_json(body: bytes) -> Any:
    """The value in `body`. Raises ParseError."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=_object, parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise ParseError from error
    _check_depth(value, MAX_DEPTH)
    return value


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs) or len(found) > MAX_KEYS:
        raise ValueError("duplicate or too many keys")
    return found


def _refuse(_: str) -> NoReturn:
    raise ValueError("not a JSON number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("a number beyond what can be held")
    return number


def _check_depth(value: Any, left: int) -> None:
    if not isinstance(value, dict | list):
        if isinstance(value, str) and ("\x00" in value or _has_surrogate(value)):
            raise ParseError
        return
    if left == 0:
        raise ParseError
    if isinstance(value, dict):
        for name in value:
            _check_depth(name, left)
    for inner in value.values() if isinstance(value, dict) else value:
        _check_depth(inner, left - 1)


def _has_surrogate(text: str) -> bool:
    return not text.isascii() and any("\ud800" <= letter <= "\udfff" for letter in text)
