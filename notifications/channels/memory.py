"""Keep messages in this process's memory: for tests, demos and a first look."""

from collections import deque
from threading import Lock
from typing import ClassVar

from notifications.channels.base import ChannelError, MemoryAddress, Message, Sent


class MemoryChannel:
    """A working channel whose post box is a list.

    ``MemoryChannel.sent`` holds what was accepted, in order. ``MemoryChannel.fail_next(...)``
    scripts the outcome of the next sends; ``None`` in the script means success.
    """

    at_most_once: ClassVar[bool] = False
    sent: ClassVar[list[Message]] = []
    _script: ClassVar[deque[ChannelError | None]] = deque()
    _lock: ClassVar[Lock] = Lock()

    def send(self, message: Message) -> Sent:
        if not isinstance(message.address, MemoryAddress):
            raise ChannelError.refused("wrong-address")
        with self._lock:
            outcome = self._script.popleft() if self._script else None
            if outcome is not None:
                raise outcome
            self.sent.append(message)
            return Sent(reference=f"memory-{len(self.sent)}")

    @classmethod
    def fail_next(cls, *outcomes: ChannelError | None) -> None:
        """Let the next sends end this way, one outcome each."""
        with cls._lock:
            cls._script.extend(outcomes)

    @classmethod
    def sent_to(cls, name: str) -> list[Message]:
        """What one address was sent, oldest first."""
        with cls._lock:
            return [message for message in cls.sent if message.address == MemoryAddress(name)]

    @classmethod
    def shown_to(cls, name: str) -> list[Message]:
        """What one phone would show: of each collapse key only the latest, oldest first."""
        latest: dict[str, Message] = {}
        for message in cls.sent_to(name):
            latest.pop(message.collapse_key, None)
            latest[message.collapse_key] = message
        return list(latest.values())

    @classmethod
    def reset(cls) -> None:
        """Forget everything, scripted outcomes included."""
        with cls._lock:
            cls.sent.clear()
            cls._script.clear()
