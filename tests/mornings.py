"""Mornings on which something is decided for Alice and Bob, who paired on the evening of cast.TODAY."""

from datetime import UTC, datetime, timedelta

from backend.consents import services as consents
from tests import cast

# 07:10 in Madrid, on the day after pairing.
FIRST = datetime(2026, 3, 5, 6, 10, tzinfo=UTC)
# The first morning on which a prompt may come: fourteen days after pairing.
READY = FIRST + timedelta(days=13)


def choose(team: cast.Cast, a: str | None = "responsive", b: str | None = "responsive") -> None:
    """Each chooses a way of prompts, or nothing yet."""
    for who, mode in ((team.alice, a), (team.bob, b)):
        if mode:
            consents.choose(person=who, prompt_mode=mode, now=cast.EVENING)
