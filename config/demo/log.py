"""What happened behind the scenes to one couple, for demo mode alone: nobody sees a decision in a real installation."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from backend.accounts.models import User
from backend.couples.models import Membership
from backend.couples.queries import active_membership
from checkins.models import Decision, Episode, PatternDay
from notifications.models import Delivery, Prompt

_PATTERN = ("day", "p_a_reaches", "p_b_reaches", "p_apart", "p_steady", "enough", "alert", "model_version")
_EPISODE = ("started_on", "ended_on", "direction")
_DECISION = (
    *("id", "day", "decided_at", "available", "reason", "mode", "probability", "coin", "sent", "in_trial"),
    *("state_day", "state_alert", "item", "policy_version", "model_version"),
)
_DELIVERY = ("id", "kind", "channel", "state", "reason", "due_at", "expires_at", "sent_at", "attempts", "prompt_id")
_PROMPT = ("id", "occasion", "day", "item", "voice", "slot_at", "cancelled_at", "reaction")


@dataclass(frozen=True, slots=True)
class Seen:
    """Whose log it is: the couple, and the side of each of its people. A person alone has no couple and no side."""

    couple_id: int | None
    sides: Mapping[int, str]


def log_of(person: User, *, since: date) -> dict[str, Any]:
    """Decisions, pattern days, episodes, prompts and deliveries of the person's couple, from the day `since` on.

    Decisions are read first: what was committed together with one is then there as well.
    """
    seen = _seen_by(person)
    couple = Q(couple_id=seen.couple_id)
    decisions = list(Decision.objects.filter(couple, day__gte=since).order_by("day").values(*_DECISION))
    prompts = {row["id"]: row for row in _rows(Prompt.objects.filter(person_id__in=seen.sides, day__gte=since), _PROMPT, seen, "day")}
    deliveries = Delivery.objects.filter(person_id__in=seen.sides, due_at__date__gte=since)
    return {
        "couple": seen.couple_id,
        "side": seen.sides[person.pk],
        "pattern_days": list(PatternDay.objects.in_use().filter(couple, day__gte=since).order_by("day").values(*_PATTERN)),
        "episodes": list(Episode.objects.filter(couple).order_by("started_on").values(*_EPISODE)),
        "decisions": decisions,
        "prompts": list(prompts.values()),
        "deliveries": [_with_occasion(row, prompts) for row in _rows(deliveries, _DELIVERY, seen, "due_at")],
    }


def _seen_by(person: User) -> Seen:
    mine = active_membership(person)
    if mine is None:
        return Seen(None, {person.pk: ""})
    return Seen(mine.couple_id, dict(Membership.objects.filter(couple_id=mine.couple_id).values_list("person_id", "side")))


def _rows(found: Any, fields: tuple[str, ...], seen: Seen, order: str) -> list[dict[str, Any]]:
    """The rows as dictionaries, each saying the side of the person it is for instead of the person."""
    rows = list(found.order_by(order, "pk").values("person_id", *fields))
    return [{"side": seen.sides[row.pop("person_id")], **row} for row in rows]


def _with_occasion(row: dict[str, Any], prompts: Mapping[UUID, Mapping[str, Any]]) -> dict[str, Any]:
    """A delivery of a prompt also names the decision behind it."""
    prompt = prompts.get(row["prompt_id"])
    return {**row, "decision": prompt and prompt["occasion"]}
