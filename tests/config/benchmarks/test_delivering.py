"""The benchmarks of what is queued and sent, tiny: that they run to their end and count right. What they measure means nothing here."""

import pytest

from config.benchmarks.due.bench import due
from config.benchmarks.queue.bench import queue
from config.benchmarks.results import Result
from config.benchmarks.webpush.bench import webpush

pytestmark = pytest.mark.slow


def counted(result: Result, name: str) -> float:
    return next(one.value for one in result.promises if one.name == name)


def test_everybody_who_is_due_gets_one_delivery():
    result = due(say=lambda _: None, rounds=1, people=1_000, due_people=300)
    assert counted(result, "people without exactly one delivery") == 0


def test_every_delivery_is_sent_and_one_message_is_enough():
    result = queue(say=lambda _: None, rounds=1, deliveries=200, messages=20)
    assert counted(result, "deliveries not sent") == 0
    assert counted(result, "most messages in one transaction") == 1
    assert counted(result, "messages of the broker for each delivery") == 1 / 200


def test_no_key_is_used_twice_and_one_signature_is_enough():
    result = webpush(say=lambda _: None, rounds=1, messages=40)
    assert counted(result, "messages sealed with a key used before") == 0
    assert counted(result, "signatures for one service") == 1
