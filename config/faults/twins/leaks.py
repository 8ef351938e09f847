"""Leaks that are planted, to see that they are found. Each takes what puts something in place of something: `setattr`, undone later."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from backend import clock
from backend.errors import Conflict
from checkins import api, dashboard, policy, reveal
from checkins import services as check_ins
from checkins.models import CheckIn
from checkins.services import wording
from notifications import services as notifications
from notifications.channels.base import MemoryAddress, Message
from notifications.channels.memory import MemoryChannel
from notifications.models import Device

Put = Callable[[Any, str, Any], None]
Leak = Callable[[Put], None]


def _has_answered(person: Any) -> bool:
    """Whether anybody else answered within a day."""
    return CheckIn.objects.exclude(person=person).filter(received_at__gt=clock.now() - timedelta(days=1)).exists()


def in_a_body(put: Put) -> None:
    honest = dashboard.dashboard_of
    put(dashboard, "dashboard_of", lambda *, person, **more: honest(person=person, **more) | {"both": _has_answered(person)})


def in_a_header(put: Put) -> None:
    honest = api.Dashboard.get

    def telling(self: Any, request: Any) -> Any:
        answer = honest(self, request)
        answer.headers["ETag"] = f'"{_has_answered(request.user):d}"'
        return answer

    put(api.Dashboard, "get", telling)


def in_the_time_it_takes(put: Put) -> None:
    honest = dashboard.dashboard_of

    def slower(*, person: Any, **more: Any) -> Any:
        if _has_answered(person):
            _has_answered(person)
        return honest(person=person, **more)

    put(dashboard, "dashboard_of", slower)


def in_the_refusal_of_a_write(put: Put) -> None:
    honest = check_ins.delete_check_in

    def telling(*, person: Any, **more: Any) -> None:
        if _has_answered(person) and person.name == "Pavel":
            raise Conflict
        honest(person=person, **more)

    put(check_ins, "delete_check_in", telling)


def in_a_notice(put: Put) -> None:
    """Somebody answers, and every other phone is told."""
    honest = notifications.resume_daily

    def telling(*, person_id: int, **more: Any) -> None:
        honest(person_id=person_id, **more)
        for device in Device.objects.exclude(person=person_id):
            MemoryChannel.sent.append(Message(uuid4(), "reminder", "told", 60, MemoryAddress(device.endpoint)))

    put(notifications, "resume_daily", telling)


def in_a_pause_that_holds_nothing_back(put: Put) -> None:
    honest = reveal.is_shown
    put(reveal, "is_shown", lambda **more: honest(**more | {"holds": []}))


def in_a_day_that_does_not_count_as_calm(put: Put) -> None:
    """Prompts follow the pattern although somebody wants none."""
    put(policy.MemberSituation, "is_withheld", False)


def in_prompts_that_stay_away(put: Put) -> None:
    """Where one wants no prompts, neither gets one."""
    honest = policy.decide

    def neither(*, situation: policy.Situation, coin: float) -> policy.Verdict:
        return honest(situation=situation, coin=1.0 if situation.a.is_withheld or situation.b.is_withheld else coin)

    put(policy, "decide", neither)


def in_the_words(put: Put) -> None:
    """Each reads what fits the answers of the other."""
    honest = wording.voices_of

    def swapped(people: Any, day: Any) -> dict[int, policy.Voice]:
        voices = honest(people, day)
        pairs = list(zip(people[::2], people[1::2], strict=True))
        return {a: voices[b] for a, b in pairs} | {b: voices[a] for a, b in pairs}

    put(wording, "voices_of", swapped)


@dataclass(frozen=True)
class Planted:
    """A leak, the kinds of couples who find it, the days it takes, and whether prompts come on most mornings meanwhile."""

    leak: Leak
    kinds: tuple[str, ...]
    days: int = 2
    often: bool = False


_MUTES, _PAUSES, _SHARES = "mutes", "pauses", "pauses, having shared her levels"
FOUND_BY_READING = {
    "in the body of an answer": Planted(in_a_body, (_PAUSES,)),
    "in a header": Planted(in_a_header, (_PAUSES,)),
    "in the number of statements": Planted(in_the_time_it_takes, (_PAUSES,)),
    "in a notice": Planted(in_a_notice, (_PAUSES,)),
    "in a pause that holds nothing back": Planted(in_a_pause_that_holds_nothing_back, (_SHARES,)),
    "in a day that does not count as calm": Planted(in_a_day_that_does_not_count_as_calm, (_MUTES,), days=6),
    "in prompts that stay away": Planted(in_prompts_that_stay_away, (_MUTES, _SHARES), days=6, often=True),
    "in the words": Planted(in_the_words, (_MUTES, "feels unsafe"), days=6, often=True),
}
"""Those that somebody finds who reads all they can for a few days."""
