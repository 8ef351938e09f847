"""People who answer over HTTP while something is broken, and what was acknowledged to them."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random
from threading import Event, Thread
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from backend.accounts.models import User
from backend.api.authentication import HEADER
from backend.calendar_days import local_day
from checkins.models import CheckIn
from config.faults.calling import Answer, Request, call_all
from config.faults.people import sign_in

LEVELS = ("closeness_felt", "closeness_wanted", "space_wanted")
ACKNOWLEDGED = (200, 201)
A_FEW = 8
A_WHILE = 0.5
"""Seconds until people try who see that others could not."""


def today() -> date:
    """The day that people in UTC answer."""
    return local_day(datetime.now(UTC), ZoneInfo("UTC"))


def full_answers(chance: Random) -> dict[str, Any]:
    """A whole form, with a client id of its own."""
    return {"client_id": str(UUID(int=chance.getrandbits(128), version=4)), "kind": "full"} | {
        name: chance.randint(0, 10) for name in LEVELS
    }


def put(token: str, day: date, body: dict[str, Any], **headers: str) -> Request:
    """The write of one check-in."""
    return Request("PUT", f"/api/v1/check-ins/{day}/", body, {HEADER: token, **headers})


@dataclass
class Writers:
    """Writes today's and yesterday's answers of one person after another until told to end, in a thread of its own."""

    address: str
    people: list[User]
    chance: Random
    acknowledged: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: list[Answer] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._done = Event()
        self._thread = Thread(target=self._write, daemon=True)
        self._tokens = sign_in(self.people)

    def start(self) -> None:
        self._thread.start()

    def end(self) -> None:
        """Lets those under way finish."""
        self._done.set()
        self._thread.join()

    @property
    def is_done(self) -> bool:
        """Whether everybody has answered."""
        return not self._thread.is_alive()

    def lost(self) -> int:
        """Answers that were acknowledged and that are not kept as they were sent."""
        kept = {str(row.pop("client_id")): row for row in CheckIn.objects.values("client_id", *LEVELS)}
        return sum(kept.get(client_id) != {name: body[name] for name in LEVELS} for client_id, body in self.acknowledged.items())

    def kept(self) -> int:
        """Days that were answered, also those whose yes was lost on its way; each has closed the slot of its reminder."""
        return CheckIn.objects.count()

    def _write(self) -> None:
        writes = [(token, today() - timedelta(days=back)) for back in (0, 1) for token in self._tokens]
        for start in range(0, len(writes), A_FEW):
            if self._done.is_set():
                return
            bodies = [full_answers(self.chance) for _ in writes[start : start + A_FEW]]
            requests = [put(token, day, body) for (token, day), body in zip(writes[start : start + A_FEW], bodies, strict=True)]
            answers = call_all(self.address, requests, connections=A_FEW)
            self.answers += answers
            for answer, body in zip(answers, bodies, strict=True):
                if answer.status in ACKNOWLEDGED:
                    self.acknowledged[body["client_id"]] = body
            if any(answer.status not in ACKNOWLEDGED for answer in answers):
                self._done.wait(A_WHILE)
