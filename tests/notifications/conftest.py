"""An empty memory channel for every test here, and a broker that only writes down who is to be woken."""

from collections.abc import Iterator

import pytest

from notifications.channels.memory import MemoryChannel


@pytest.fixture(autouse=True)
def _empty_channel() -> Iterator[None]:
    MemoryChannel.reset()
    yield
    MemoryChannel.reset()


@pytest.fixture(autouse=True)
def woken(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tasks that were published, in order."""
    tasks: list[str] = []
    monkeypatch.setattr("backend.nudge.publish", lambda task, *ids: tasks.append(task))
    return tasks


@pytest.fixture(autouse=True)
def _patient_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine busy with other tests may take its time between gate and send."""
    monkeypatch.setattr("notifications.services.passing.GATE_HOLDS", 60.0)
