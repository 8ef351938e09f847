"""Finding a channel by its name."""

import pytest
from django.conf import settings as shipped_settings
from pytest_django import Settings

from notifications.channels import UnknownChannel, channel_for
from notifications.channels.base import Channel
from notifications.channels.email import EmailChannel
from notifications.channels.memory import MemoryChannel
from notifications.channels.webpush import WebPushChannel

SHIPPED: list[Channel] = [WebPushChannel(), EmailChannel(), MemoryChannel()]
"""The type is the test: each one keeps the protocol."""


@pytest.mark.parametrize("name", shipped_settings.CHANNELS)
def test_every_channel_in_the_settings_can_be_built_and_says_whether_it_may_repeat(name: str) -> None:
    channel = channel_for(name)

    assert channel is channel_for(name)
    assert channel.at_most_once is (name == "email")


def test_a_channel_is_listed_by_its_path(settings: Settings) -> None:
    settings.CHANNELS = {"box": "notifications.channels.memory.MemoryChannel"}

    assert isinstance(channel_for("box"), MemoryChannel)


@pytest.mark.parametrize("name", ["", "pigeon", "MEMORY"])
def test_an_unknown_name_is_an_error(name: str) -> None:
    with pytest.raises(UnknownChannel):
        channel_for(name)
