"""Two who are a couple, and coins that fall as a test needs them."""

import pytest

from checkins import policy
from tests import cast


@pytest.fixture
def team() -> cast.Cast:
    return cast.full_cast()


@pytest.fixture
def heads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every coin sends."""
    monkeypatch.setattr(policy, "coin", lambda *_: 0.0)


@pytest.fixture
def tails(monkeypatch: pytest.MonkeyPatch) -> None:
    """No coin sends."""
    monkeypatch.setattr(policy, "coin", lambda *_: 0.999)
