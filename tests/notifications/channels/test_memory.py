"""The channel that keeps messages in memory."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import pytest

from notifications.channels.base import ChannelError, EmailAddress, MemoryAddress, Message
from notifications.channels.memory import MemoryChannel


@pytest.fixture(autouse=True)
def empty_memory() -> Iterator[None]:
    MemoryChannel.reset()
    yield
    MemoryChannel.reset()


def message(to: str, *, collapse_key: str = "one") -> Message:
    return Message(
        delivery_id=uuid4(),
        kind="prompt",
        collapse_key=collapse_key,
        ttl_seconds=60,
        address=MemoryAddress(to),
    )


def test_what_is_sent_is_kept_in_order_for_each_address() -> None:
    first, other, second = message("alice"), message("bob"), message("alice")
    for each in (first, other, second):
        MemoryChannel().send(each)

    assert MemoryChannel.sent == [first, other, second]
    assert MemoryChannel.sent_to("alice") == [first, second]


def test_a_phone_shows_one_message_for_each_collapse_key() -> None:
    first, again, other = message("alice"), message("alice"), message("alice", collapse_key="two")
    for each in (first, other, again):
        MemoryChannel().send(each)

    assert MemoryChannel.shown_to("alice") == [other, again]


def test_scripted_outcomes_come_one_by_one_and_then_success_returns() -> None:
    MemoryChannel.fail_next(ChannelError.later("busy", timedelta(seconds=5)), None)

    with pytest.raises(ChannelError, match="busy") as caught:
        MemoryChannel().send(message("alice"))
    MemoryChannel().send(message("alice"))
    MemoryChannel().send(message("alice"))

    assert caught.value.retry_after == timedelta(seconds=5)
    assert len(MemoryChannel.sent) == 2


def test_an_address_of_another_kind_is_refused_for_good() -> None:
    stray = Message(
        delivery_id=uuid4(),
        kind="test",
        collapse_key="x",
        ttl_seconds=1,
        address=EmailAddress("alice@example.org"),
    )
    with pytest.raises(ChannelError) as caught:
        MemoryChannel().send(stray)

    assert caught.value.permanent
    assert not caught.value.retires_device


def test_reset_forgets_messages_and_the_script() -> None:
    MemoryChannel.fail_next(ChannelError.gone("unsubscribed"))
    MemoryChannel.reset()
    MemoryChannel().send(message("alice"))

    assert len(MemoryChannel.sent) == 1
