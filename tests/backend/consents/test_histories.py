"""K1, K4, K5: whatever people do, and in whatever order, a therapist sees what a small model of the rules says, and nothing else.

The model knows no database and none of our code: dictionaries, and the rules as the documentation states them. Random histories
of commands are carried out in both, and after every command the two are asked what each link shows.
EBB_HISTORIES says how many, EBB_FIRST_HISTORY with which to begin; the release runs 2,000, in parts where the machine is busy.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from backend.accounts.models import User
from backend.audit.models import Disclosure
from backend.audit.services import Grant, hand_over, prepare, window_of
from backend.care import services as care
from backend.care.models import CareLink, Therapist
from backend.consents import services as consents
from backend.consents.queries import allowed_by
from backend.couples import services as couples
from backend.couples.models import Couple
from backend.errors import DomainError
from tests.cast import EVENING, pair, person
from tests.consenting import agree, code_of, verified

HISTORIES = int(os.environ.get("EBB_HISTORIES", "10"))
FIRST = int(os.environ.get("EBB_FIRST_HISTORY", "0"))
STEPS = 50
SCOPES = ("summary", "levels", "feelings")
PEOPLE = ("Ana", "Ben", "Cleo", "Dan")
"""Ana and Ben begin as a couple, and so do Cleo and Dan. Dan is a therapist too."""
THERAPISTS = ("Thea", "Tom", "Dan")


@dataclass
class Given:
    """A consent as the model keeps it."""

    scopes: frozenset[str]
    from_day: date
    ends: datetime


@dataclass
class Model:
    """The rules once more: who is with whom, who holds back, who is verified, and what each person allows on each link."""

    now: datetime
    couple_of: dict[str, int] = field(default_factory=dict)
    members: dict[int, tuple[str, str]] = field(default_factory=dict)
    joined: dict[int, date] = field(default_factory=dict)
    left: set[int] = field(default_factory=set)
    holding: dict[str, set[str]] = field(default_factory=lambda: {name: set() for name in PEOPLE})
    verified: set[str] = field(default_factory=lambda: set(THERAPISTS))
    owner: dict[int, str] = field(default_factory=dict)
    code_ends: dict[int, datetime] = field(default_factory=dict)
    let_go: set[int] = field(default_factory=set)
    couple_of_link: dict[int, int] = field(default_factory=dict)
    entered: set[tuple[int, int, str]] = field(default_factory=set)
    given: dict[tuple[int, int, str], Given] = field(default_factory=dict)
    made: dict[int, tuple[Given, ...]] = field(default_factory=dict)
    """What was made in advance for a link, and the two consents it was made under."""

    def usable(self, link: int) -> bool:
        return link not in self.let_go and self.owner[link] in self.verified

    def enter(self, link: int, who: str) -> bool:
        couple = self.couple_of.get(who)
        if couple is None or not self.usable(link) or self.now >= self.code_ends[link] or self.owner[link] in self.members[couple]:
            return False
        if self.couple_of_link.setdefault(link, couple) != couple:
            return False
        self.entered.add((link, couple, who))
        return True

    def allow(self, link: int, who: str, terms: Given) -> bool:
        couple = self.couple_of.get(who)
        if couple is None or (link, couple, who) not in self.entered or not self.usable(link):
            return False
        self.given[link, couple, who] = Given(terms.scopes, max(terms.from_day, self.joined[couple]), terms.ends)
        return True

    def stop(self, link: int, who: str) -> bool:
        mine = [key for key in self.entered if key[0] == link and key[2] == who]
        for key in mine:
            self.given.pop(key, None)
        return bool(mine)

    def of_both(self, link: int) -> list[Given | None]:
        couple = self.couple_of_link[link]
        return [self.given.get((link, couple, who)) for who in self.members[couple]]

    def make(self, link: int) -> bool:
        if self.shows(link) is None:
            return False
        self.made[link] = tuple(one for one in self.of_both(link) if one)
        return True

    def may_leave(self, link: int) -> bool:
        """While it may be shown at all, and under the very consents under which it was made."""
        return self.shows(link) is not None and all(a is b for a, b in zip(self.made[link], self.of_both(link), strict=True))

    def shows(self, link: int) -> tuple[frozenset[str], date] | None:
        couple = self.couple_of_link.get(link)
        if couple is None or couple in self.left or not self.usable(link):
            return None
        both = self.members[couple]
        consents_of_both = self.of_both(link)
        if any(one is None or self.now >= one.ends for one in consents_of_both) or any(self.holding[who] for who in both):
            return None
        a, b = consents_of_both
        assert a
        assert b
        in_common = a.scopes & b.scopes
        return (in_common, max(a.from_day, b.from_day)) if in_common else None


class World:
    """The same people and links in Ebb, by the names and numbers of the model."""

    def __init__(self, chance: Random) -> None:
        self.chance = chance
        self.model = Model(now=EVENING)
        self.people = {name: User.objects.get(name=name) for name in {*PEOPLE, *THERAPISTS}}
        self.couples: dict[int, int] = {}
        self.links: dict[int, tuple[CareLink, str]] = {}
        self.made: dict[int, Grant] = {}
        self.left = 0
        for number, (a, b) in enumerate((("Ana", "Ben"), ("Cleo", "Dan"))):
            couple = Couple.objects.get(memberships__person=self.people[a], ended_at=None)
            self._together(number, a, b, couple)
        self.offer()
        for who in ("Ana", "Ben"):
            self.enter(0, who)

    def _together(self, number: int, a: str, b: str, couple: Couple) -> None:
        model = self.model
        self.couples[number] = couple.pk
        model.members[number], model.joined[number] = (a, b), (model.now - timedelta(hours=3)).date()
        model.couple_of[a] = model.couple_of[b] = number

    def step(self) -> None:
        self.chance.choice(COMMANDS)(self)

    # Each command is carried out in Ebb and in the model, and both say whether it was possible.

    def _agree(self, what: str, done: bool, by_model: bool) -> None:
        assert done == by_model, what

    def _link(self) -> int:
        return self.chance.choice(list(self.links))

    def _likely(self, link: int) -> tuple[str, ...]:
        """Mostly the couple whose link it is, so that histories come to something; else anybody."""
        couple = self.model.couple_of_link.get(link)
        return self.model.members[couple] if couple is not None and self.chance.random() < 0.85 else ()

    def offer(self) -> None:
        if len(self.links) >= 3:
            return
        who, number = self.chance.choice(THERAPISTS) if self.links else "Thea", len(self.links)
        self.links[number] = code_of(self.people[who], now=self.model.now)
        self.model.owner[number], self.model.code_ends[number] = who, self.model.now + timedelta(days=14)

    def enter(self, link: int | None = None, who: str = "") -> None:
        link = self._link() if link is None else link
        who = who or self.chance.choice(self._likely(link) or (*PEOPLE, "Thea"))
        code = self.links[link][1]
        done = possible(lambda: consents.enter_code(person=self.people[who], code=code, address=who, now=self.model.now))
        self._agree(f"{who} enters {link}", done, self.model.enter(link, who))

    def allow(self) -> None:
        link, chance = self._link(), self.chance
        who = chance.choice(self._likely(link) or PEOPLE)
        scopes = chance.sample(SCOPES, chance.randint(1, 3))
        days, days_back = chance.choice((1, 7, 30, 90)), chance.choice((0, 1, 28))
        terms = Given(
            frozenset(scopes),
            (self.model.now - timedelta(hours=3)).date() - timedelta(days=days_back),
            self.model.now + timedelta(days=days),
        )
        row = self.links[link][0]
        done = possible(lambda: agree(self.people[who], row, scopes=scopes, days=days, days_back=days_back, now=self.model.now))
        self._agree(f"{who} allows {link}", done, self.model.allow(link, who, terms))

    def stop(self) -> None:
        link, who = self._link(), self.chance.choice(PEOPLE)
        done = possible(lambda: consents.withdraw(person=self.people[who], link_id=self.links[link][0].pk, now=self.model.now))
        self._agree(f"{who} stops {link}", done, self.model.stop(link, who))

    def hold(self) -> None:
        who, kind = self.chance.choice(PEOPLE), self.chance.choice(("pause", "safety"))
        (consents.pause if kind == "pause" else consents.enter_safety)(person=self.people[who], now=self.model.now)
        self.model.holding[who].add(kind)

    def release(self) -> None:
        who = self.chance.choice(PEOPLE)
        for kind in list(self.model.holding[who]):
            (consents.resume if kind == "pause" else consents.leave_safety)(person=self.people[who], now=self.model.now)
        self.model.holding[who].clear()

    def leave(self) -> None:
        who, quietly = self.chance.choice(PEOPLE), self.chance.random() < 0.5
        couple = self.model.couple_of.get(who)
        done = possible(lambda: couples.leave(person=self.people[who], quietly=quietly, now=self.model.now))
        self._agree(f"{who} leaves", done, couple is not None)
        if couple is None:
            return
        going = (who,) if quietly and couple not in self.model.left else self.model.members[couple]
        self.model.left.add(couple)
        for one in going:
            if self.model.couple_of.get(one) == couple:
                del self.model.couple_of[one]

    def pair_anew(self) -> None:
        alone = [name for name in PEOPLE if name not in self.model.couple_of]
        if len(alone) >= 2:
            a, b = self.chance.sample(alone, 2)
            couple = pair(self.people[a], self.people[b], now=self.model.now)
            self._together(len(self.couples), a, b, couple)

    def take_verification_back_or_give_it(self) -> None:
        who = self.chance.choice(THERAPISTS)
        to = Therapist.State.WITHDRAWN if who in self.model.verified else Therapist.State.VERIFIED
        care.decide(therapist_id=self.people[who].pk, state=to, note="Looked up.", by=self.people[who], now=self.model.now)
        self.model.verified ^= {who}

    def let_go(self) -> None:
        link = self._link()
        if self.chance.random() < 0.3:
            care.let_go(therapist=self.people[self.model.owner[link]], link_id=self.links[link][0].pk, now=self.model.now)
            self.model.let_go.add(link)

    def make(self) -> None:
        """Makes something in advance, as a worker does, without a line in the log."""
        shown = [link for link in self.links if self.model.shows(link)]
        link = self.chance.choice(shown or list(self.links))
        therapist = self.people[self.model.owner[link]]
        grant = prepare(therapist=therapist, link_id=self.links[link][0].pk, weeks=4, now=self.model.now)
        self._agree(f"made for {link}", grant is not None, self.model.make(link))
        if grant:
            self.made[link] = grant

    def hand_over(self) -> None:
        """What was made leaves if the model says so, inside what is shown now, and with its line; else nothing does."""
        for link, made in self.made.items():
            before = Disclosure.objects.count()
            days = {"since": made.since, "until": made.until}
            therapist = self.people[self.model.owner[link]]
            left = hand_over(therapist=therapist, place="sheet", link_id=made.link_id, consents=made.consents, now=self.model.now, **days)
            self._agree(f"what was made for {link} leaves", left is not None, self.model.may_leave(link))
            assert Disclosure.objects.count() == before + (left is not None)
            if left:
                self.left += 1
                shown = self.model.shows(link)
                assert shown
                assert (left.scopes, left.since) == (made.scopes, made.since)
                assert left.scopes <= shown[0]
                assert left.since >= shown[1]

    def choose_days(self) -> None:
        """The first day that a therapist may choose is the one the model names, and where nothing is shown there is none."""
        for link in self.model.couple_of_link:
            therapist, shown = self.people[self.model.owner[link]], self.model.shows(link)
            window = window_of(therapist=therapist, link_id=self.links[link][0].pk, now=self.model.now)
            assert (window and window[0]) == (shown and shown[1])

    def wait(self) -> None:
        """Some time, or to the very second at which something ends, or the one before it."""
        ends = [one.ends for one in self.model.given.values() if one.ends > self.model.now]
        if ends and self.chance.random() < 0.5:
            self.model.now = max(self.model.now, min(ends) - self.chance.choice((timedelta(0), timedelta(microseconds=1))))
        else:
            self.model.now += self.chance.choice((timedelta(minutes=1), timedelta(hours=9), timedelta(days=1)))

    def compare(self) -> None:
        """What each link shows, asked as a therapist's page asks."""
        for who in sorted(set(self.model.owner.values())):
            mine = {self.links[number][0].pk: number for number in self.links if self.model.owner[number] == who}
            if not set(mine.values()) & set(self.model.couple_of_link) and self.chance.random() < 0.9:
                continue  # a code that nobody entered shows nothing; asked now and then
            found = allowed_by(therapist_id=self.people[who].pk, links=list(mine), now=self.model.now)
            shown = {mine[link_id]: (one.scopes, one.since) for link_id, one in found.items()}
            assert shown == {number: seen for number in mine.values() if (seen := self.model.shows(number))}
            for link_id, one in found.items():
                people = {self.people[name].pk for name in self.model.members[self.model.couple_of_link[mine[link_id]]]}
                assert {member.person_id for member in one.members} == people


COMMANDS: list[Callable[[World], Any]] = [
    *[World.offer] * 2,
    *[World.enter] * 14,
    *[World.allow] * 18,
    *[World.make] * 6,
    *[World.wait] * 6,
    *[World.stop] * 2,
    *[World.hold] * 2,
    *[World.release] * 5,
    World.leave,
    *[World.pair_anew] * 3,
    World.take_verification_back_or_give_it,
    World.let_go,
]


def possible(act: Callable[[], Any]) -> bool:
    try:
        act()
    except DomainError:
        return False
    return True


@pytest.fixture
def everybody(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    # How often a code may be tried is another test's.
    monkeypatch.setattr("backend.consents.services.approving.count_try", lambda **_: None)
    monkeypatch.setattr("backend.couples.services.count_try", lambda **_: None)
    people = {name: person(name, zone="UTC") for name in {*PEOPLE, *THERAPISTS}}
    for name in THERAPISTS:
        verified(people[name])
    pair(people["Ana"], people["Ben"])
    pair(people["Cleo"], people["Dan"])


@pytest.mark.slow
def test_k_a_therapist_sees_what_the_rules_say_after_every_step_of_random_histories(everybody: None):
    shown = left = 0
    for seed in range(FIRST, FIRST + HISTORIES):
        with transaction.atomic():
            world = World(Random(seed))
            for number in range(STEPS):
                world.step()
                try:
                    world.compare()
                    if world.chance.random() < 0.4:
                        world.hand_over()
                        world.choose_days()
                except AssertionError as error:
                    raise AssertionError(f"history {seed}, step {number}") from error
                shown += sum(world.model.shows(link) is not None for link in world.links)
            left += world.left
            transaction.set_rollback(True)
    # Histories in which nothing is ever shown, or leaves, would prove little.
    assert shown > 2 * HISTORIES
    assert left > HISTORIES / 2
