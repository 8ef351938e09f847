"""Answers as people give them, short to write in a test."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Any
from uuid import uuid4

from backend.accounts.models import User
from backend.calendar_days import local_instant
from checkins.answers import SCALES, Answers
from checkins.models import CheckIn
from checkins.services import Item, Kept, submit_check_in


def full(felt: int = 6, wanted: int = 6, room: int = 4, **more: Any) -> Answers:
    """A full answer."""
    return Answers(kind="full", closeness_felt=felt, closeness_wanted=wanted, space_wanted=room, **more)


def quick(word: str = "as_usual", **more: Any) -> Answers:
    """A one-tap answer."""
    return Answers(kind="quick", quick=word, **more)


def item(day: date, answers: Answers | None = None, **more: Any) -> Item:
    """A write for `day`, with a client id of its own unless one is given."""
    return Item(day=day, client_id=more.pop("client_id", None) or uuid4(), answers=answers or full(), **more)


def evening(day: date, person: User, hour: int = 20) -> datetime:
    """When the person's own clock shows this hour on `day`."""
    return local_instant(day, time(hour), person.zone)


def keep(person: User, day: date, answers: Answers | None = None, *, now: datetime | None = None, **more: Any) -> Kept:
    """Keeps an answer, given in the evening of its day unless `now` says otherwise."""
    return submit_check_in(person=person, item=item(day, answers, **more), now=now or evening(day, person))


def keep_many(person: User, answers: Mapping[date, Answers]) -> None:
    """Answers of many days, each given in its evening, written at once: a history, not somebody answering."""
    CheckIn.objects.bulk_create(
        CheckIn(
            person=person,
            day=day,
            client_id=uuid4(),
            kind=one.kind,
            **{name: getattr(one, name) for name in SCALES},
            quick=one.quick,
            answered_at=(at := evening(day, person)),
            received_at=at,
            updated_at=at,
        )
        for day, one in answers.items()
    )


def body(**more: Any) -> dict[str, Any]:
    """A full answer as JSON."""
    return {"client_id": str(uuid4()), "kind": "full", "closeness_felt": 6, "closeness_wanted": 6, "space_wanted": 4} | more


def quick_body(word: str = "as_usual", **more: Any) -> dict[str, Any]:
    """A one-tap answer as JSON."""
    return {"client_id": str(uuid4()), "kind": "quick", "quick": word} | more


__all__ = ["body", "evening", "full", "item", "keep", "keep_many", "quick", "quick_body"]
