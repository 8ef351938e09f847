"""I1 and K: what one partner allows a therapist, narrows or withdraws cannot be told by the other, on any page and in any answer.

Both allowed a therapist everything, and no therapist reads meanwhile. Then Selma does one of a few things of her own; all that
Pavel can reach afterwards is the same, to the byte, as if she had done nothing.
"""

from collections.abc import Callable, Mapping

import pytest

from backend.accounts.models import User
from backend.care.models import CareLink
from backend.consents import services as consents
from config.faults.twins.recording import Recording, differences, undone
from tests.consenting import agree, allow, code_of, therapist
from tests.journeys.partners_view import DAY, MONDAY, READS, WRITES, Story, record, story

Act = Callable[[Story, User, CareLink], None]


def nothing(_told: Story, _who: User, _link: CareLink) -> None:
    """She goes on allowing everything."""


def withdraws(told: Story, who: User, link: CareLink) -> None:
    consents.withdraw(person=who, link_id=link.pk, now=told.now)


def allows_less(told: Story, who: User, link: CareLink) -> None:
    agree(who, link, scopes=["summary"], days=7, days_back=0, now=told.now)


def withdraws_and_allows_anew(told: Story, who: User, link: CareLink) -> None:
    withdraws(told, who, link)
    agree(who, link, scopes=["levels", "feelings"], days=60, days_back=84, now=told.now)


def pavels_view_after(told: Story, acts: Mapping[str, tuple[str, Act]]) -> dict[str, list[Recording]]:
    """What Pavel can reach that evening and the next morning, in one world for each act of somebody."""
    thea = therapist()
    link, code = code_of(thea, now=told.now)
    for one in (told.pavel, told.selma):
        allow(one, link, code, now=told.now)
    told.things["link_id"] = link.pk
    told.at(MONDAY, "21:00")
    record(told)
    seen = {}
    for name, (who, act) in acts.items():
        with undone():
            told.at(MONDAY, "22:10")
            act(told, getattr(told, who), link)
            told.at(MONDAY, "22:30")
            evening = record(told, READS + WRITES)
            told.at(MONDAY + DAY, "09:05")
            seen[name] = [evening, record(told)]
    return seen


@pytest.mark.slow
def test_what_she_allows_a_therapist_and_withdraws_looks_the_same_to_him(db, monkeypatch: pytest.MonkeyPatch):
    acts = {
        "nothing": ("selma", nothing),
        "withdraws": ("selma", withdraws),
        "allows less": ("selma", allows_less),
        "withdraws and allows anew": ("selma", withdraws_and_allows_anew),
        "he withdraws": ("pavel", withdraws),
    }
    with story(monkeypatch) as told:
        seen = pavels_view_after(told, acts)
    own = seen.pop("he withdraws")
    assert any(differences(mine, yours) for mine, yours in zip(seen["nothing"], own, strict=True)), "what he allows is recorded"
    assert "Dr Thea" in seen["nothing"][0]["GET /you/therapists/"].body
    for name, recordings in seen.items():
        for one, other in zip(seen["nothing"], recordings, strict=True):
            assert not differences(one, other), f"she {name}"
