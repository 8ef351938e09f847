"""What tests of FCM and of APNs say alike."""

from uuid import uuid4

import pytest

from notifications.channels.base import Address, Channel, ChannelError, Message


def message_for(address: Address, *, token: str = "", ttl: int = 3600) -> Message:
    payload = {"answer_token": token} if token else {}
    return Message(uuid4(), "reminder" if token else "prompt", "prompt-1", ttl, address, payload)


def failure(channel: Channel, message: Message) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        channel.send(message)
    return caught.value
