"""Two people whom a therapist follows, and what is looked at on her pages."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client

from backend.accounts.models import User
from backend.care.models import CareLink
from backend.consents import services as consents
from backend.couples import services as couples
from tests.cast import EVENING
from tests.consenting import agree

DAY = timedelta(days=1)
PAIRED = EVENING - 40 * DAY


@dataclass
class Told:
    """Alice and Bob, five weeks after they paired, and Thea, whom both gave her code back."""

    alice: User
    bob: User
    thea: User
    link: CareLink
    code: str
    client: Client

    @property
    def address(self) -> str:
        return f"/practice/{self.link.pk}/"

    def look(self, weeks: int = 4) -> str:
        answer = self.client.get(self.address, {"weeks": weeks})
        assert answer.status_code == 200
        return plain(answer.content.decode())


def plain(page: str) -> str:
    return re.sub(r'value="[A-Za-z0-9]{64}"', "", page)


def _expire(told: Told, at: Any) -> None:
    at(EVENING + 28 * DAY)


HIDES: dict[str, Callable[[Told, Any], Any]] = {
    "Alice stops": lambda told, at: consents.withdraw(person=told.alice, link_id=told.link.pk, now=EVENING),
    "Bob stops": lambda told, at: consents.withdraw(person=told.bob, link_id=told.link.pk, now=EVENING),
    "it is over": _expire,
    "Bob pauses": lambda told, at: consents.pause(person=told.bob, now=EVENING),
    "Alice does not feel safe": lambda told, at: consents.enter_safety(person=told.alice, now=EVENING),
    "Alice leaves quietly": lambda told, at: couples.leave(person=told.alice, quietly=True, now=EVENING),
    "Bob leaves openly": lambda told, at: couples.leave(person=told.bob, quietly=False, now=EVENING),
    "Bob allows other things": lambda told, at: (
        agree(told.alice, told.link, scopes=["summary"], days=9, days_back=0, now=EVENING),
        agree(told.bob, told.link, scopes=["levels"], days=9, days_back=0, now=EVENING),
    ),
    "Alice deletes her account": lambda told, at: told.alice.delete(),
}
"""However it ends, or is held back."""
