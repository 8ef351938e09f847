"""Ways a message reaches a person. One short file each; adding one is copying a neighbour.

A channel is named in ``settings.CHANNELS`` (name to dotted path of its class) and built once
per process. It sends one message to one address and either returns `Sent` or raises
`ChannelError`, which says what the outbox should do next.
"""

from functools import cache

from django.conf import settings
from django.utils.module_loading import import_string

from notifications.channels.base import Channel


class UnknownChannel(LookupError):
    """No channel of that name is listed in ``settings.CHANNELS``."""


def channel_for(name: str) -> Channel:
    """Return the process's one instance of the channel listed under that name."""
    try:
        path = settings.CHANNELS[name]
    except KeyError:
        raise UnknownChannel(f"settings.CHANNELS has no channel named {name!r}") from None
    return _built(path)


@cache
def _built(path: str) -> Channel:
    channel: Channel = import_string(path)()
    return channel
