"""Log lines as JSON say what is named, and nothing else that was passed along."""

import json
import logging

import pytest

from config.logs import JsonFormatter


def line(**more: object) -> dict[str, object]:
    record = logging.getLogger("x").makeRecord("x", logging.WARNING, "file", 1, "%s was %s", ("it", "said"), None, extra=more)
    found: dict[str, object] = json.loads(JsonFormatter().format(record))
    return found


def test_a_line_has_its_words_and_the_named_values():
    found = line(delivery="d1", channel="fcm", lag_seconds=1.5)
    assert str(found.pop("at")).endswith("+00:00")
    assert found == {"level": "WARNING", "logger": "x", "message": "it was said", "delivery": "d1", "channel": "fcm", "lag_seconds": 1.5}


@pytest.mark.parametrize("name", ["httpx", "httpcore.http11", "httpcore.http2", "hpack.hpack"])
def test_no_library_writes_down_what_it_sends_whatever_the_level(name, monkeypatch):
    monkeypatch.setattr(logging.getLogger(), "level", logging.DEBUG)
    assert logging.getLogger(name).getEffectiveLevel() == logging.WARNING


def test_what_is_not_named_is_left_out():
    assert "secret" not in json.dumps(line(answer="secret", token="secret", note="secret"))


def test_an_exception_is_one_line_too():
    try:
        raise ValueError("a\nb")
    except ValueError as error:
        record = logging.getLogger("x").makeRecord("x", logging.ERROR, "f", 1, "trouble", (), (type(error), error, error.__traceback__))
    text = JsonFormatter().format(record)
    assert "\n" not in text
    assert "ValueError" in json.loads(text)["exception"]
