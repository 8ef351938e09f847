"""I1: what one partner can reach tells nothing of the other's answers, before the reveal and, where nothing is shared, ever.

The same story is told in worlds that differ only in what Selma keeps to herself: whether, when and how she answered, what she
wrote, what she chose, whether she paused, felt unsafe or left quietly. Everything Pavel can reach is recorded: bodies, headers,
sizes, statements, the answers to what he writes, the notices on his phone. The recordings must be equal, once ids are counted
and form tokens left out. Each form of the test first shows, with planted leaks, that it would notice one.
"""

from collections.abc import Callable, Sequence
from datetime import timedelta
from random import Random
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from checkins import policy, reveal
from checkins.models import CheckIn
from config.faults.twins import leaks
from config.faults.twins.recording import Recording, differences, undone
from config.faults.twins.routes import METHODS
from notifications.channels.memory import MemoryChannel
from tests.journeys.partners_view import DAY, MONDAY, READS, WRITES, Story, record, story

DAYS = 10
"""Days of a story; the release runs 30. From the 15th day on prompts may come, and which ones is excepted."""
SEEDS = (1,)
ZONES = ("Europe/Madrid", "America/New_York", "Asia/Tokyo")
HOURS_OF_SELMA = ("12:00", "19:00", "22:10")

assert DAYS < policy.DAYS_BEFORE_FIRST, "leave prompts out of the recording before telling a longer story"

Moment = tuple[int, str, Sequence[str]]
"""A day of the story, an hour of it and the methods to record."""
NOTHING = "does nothing"

FULL = {"kind": "full", "closeness_felt": 7, "closeness_wanted": 3, "space_wanted": 9}
WORDS = {"tension": 8, "feelings": ["sad", "tender"], "note": "only mine", "shared_line": "for you, perhaps"}


class Selma:
    """What she does on her own, each by a call that must succeed. Nothing of it is Pavel's to know."""

    def __init__(self, told: Story, chance: Random | None = None) -> None:
        self.told, self.chance = told, chance or Random(0)
        self.acts = 0

    def _day(self) -> Any:
        return (self.told.now.astimezone(self.told.selma.zone) - timedelta(hours=4)).date()

    def answer(self, **more: Any) -> None:
        """Gives today's answers, or changes those that stand."""
        standing = CheckIn.objects.filter(person=self.told.selma, day=self._day()).first()
        body = {"client_id": str(UUID(int=self.chance.getrandbits(128))), **FULL, **more}
        headers = {"If-Match": f'"{standing.version}"'} if standing else {}
        self._ask("PUT", f"check-ins/{self._day()}/", body, **headers)

    def answer_with_words(self) -> None:
        self.answer(**WORDS)

    def tap(self) -> None:
        body = {
            "client_id": str(UUID(int=self.chance.getrandbits(128))),
            "kind": "quick",
            "quick": self.chance.choice(["closer", "more_room"]),
        }
        self._ask("PUT", f"check-ins/{self._day()}/", body)

    def tap_on_the_notice(self) -> None:
        """Answers from the push, where a reminder came and nothing was answered since."""
        if CheckIn.objects.filter(person=self.told.selma, day=self._day()).exists():
            return
        tokens = [message.payload["answer_token"] for message in MemoryChannel.sent_to("Selma") if "answer_token" in message.payload]
        for token in tokens[-1:]:
            self._ask("POST", "answers/", {"token": token, "quick": "closer", "client_id": str(UUID(int=self.chance.getrandbits(128)))})

    def fill_in_yesterday(self) -> None:
        if not CheckIn.objects.filter(person=self.told.selma, day=self._day() - DAY).exists():
            body = {"client_id": str(UUID(int=self.chance.getrandbits(128))), **FULL}
            self._ask("PUT", f"check-ins/{self._day() - DAY}/", body)

    def take_back(self) -> None:
        for day in CheckIn.objects.filter(person=self.told.selma, day=self._day()).values_list("day", flat=True):
            self._ask("DELETE", f"check-ins/{day}/")

    def pause(self) -> None:
        self._ask("PATCH", "choices/", {"paused": True})

    def go_on(self) -> None:
        self._ask("PATCH", "choices/", {"paused": False, "safety": False})

    def feel_unsafe(self) -> None:
        self._ask("PATCH", "choices/", {"safety": True})

    def choose(self) -> None:
        """Anything but sharing: whether the pattern may show, which prompts, and "nothing" instead of no choice."""
        mode = self.chance.choice(["responsive", "discreet", "none"])
        self._ask("PATCH", "choices/", {"sharing": "nothing", "prompt_mode": mode, "show_pattern": self.chance.random() < 0.5})

    def mute(self) -> None:
        self._ask("PUT", "prompts/mute/", {"days": self.chance.choice([0, 7])})

    def be_reminded_later(self) -> None:
        self._ask("PATCH", "reminders/", {"reminder_time": "21:15"})

    def leave_quietly(self) -> None:
        self._ask("POST", "couples/leave/", {"quietly": True})

    def something(self) -> None:
        """Any of these, answers more often than the rest; now and then nothing."""
        often = [self.answer, self.answer_with_words, self.tap, self.tap_on_the_notice, lambda: None]
        seldom = [
            self.take_back,
            self.fill_in_yesterday,
            self.pause,
            self.go_on,
            self.feel_unsafe,
            self.choose,
            self.mute,
            self.be_reminded_later,
        ]
        self.chance.choice(often * 3 + seldom)()

    def _ask(self, method: str, address: str, body: Any = None, **headers: str) -> None:
        self.told.ask(self.told.selma, method, address, body, **headers)
        self.acts += 1


def pavel_answers(told: Story, chance: Random) -> None:
    """His own days, the same in every world."""
    if chance.random() < 0.7:
        client_id = str(UUID(int=chance.getrandbits(128)))
        day = told.now.astimezone(told.pavel.zone).date()
        body = {"client_id": client_id, **FULL, "closeness_felt": chance.randint(0, 10), "note": "his own"}
        told.ask(told.pavel, "PUT", f"check-ins/{day}/", body)


def a_day(told: Story, day: Any, chance: Random, selma: Selma | None) -> list[Recording]:
    """One day and the morning after it: what Pavel can reach late in the evening, before the reveal and after it."""
    recordings = []
    for hour in HOURS_OF_SELMA:
        if hour == "22:10":
            told.at(day, "20:05")
            pavel_answers(told, chance)
        told.at(day, hour)
        if selma is not None:
            selma.something()
    told.at(day, "22:30")
    recordings.append(record(told, READS + WRITES if day.day % 4 == 0 else READS))
    told.at(day + DAY, "09:05")
    recordings.append(record(told))
    return recordings


def a_story(patch: pytest.MonkeyPatch, seed: int, *, is_active: bool, days: int) -> list[Recording]:
    """The story of `seed` in one of its worlds: Selma is active, as the seed has it, or does nothing at all."""
    with story(patch, zone=ZONES[seed % len(ZONES)]) as told:
        selma = Selma(told, Random(f"selma {seed}")) if is_active else None
        chance = Random(f"pavel {seed}")
        recordings = [one for n in range(days) for one in a_day(told, MONDAY + n * DAY, chance, selma)]
        recordings.append(record(told, METHODS))
        if selma is not None:
            assert selma.acts > days, "the worlds hardly differ"
            assert CheckIn.objects.filter(person=told.selma).exists()
    return recordings


def must_be_equal(one: list[Recording], other: list[Recording], of: str = "") -> None:
    for number, (mine, yours) in enumerate(zip(one, other, strict=True)):
        found = differences(mine, yours)
        assert not found, f"recording {number}{of} tells the worlds apart:\n" + "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("seed", SEEDS)
def test_i1_twins_look_alike_where_nothing_is_shared(db, monkeypatch: pytest.MonkeyPatch, seed: int):
    silent = a_story(monkeypatch, seed, is_active=False, days=DAYS)
    active = a_story(monkeypatch, seed, is_active=True, days=DAYS)
    assert sum(len(one) for one in silent) > 60 * DAYS
    must_be_equal(silent, active)


# Leaks, planted to see that they are found


@pytest.mark.parametrize(
    "leak", [leaks.in_a_body, leaks.in_a_header, leaks.in_the_time_it_takes, leaks.in_the_refusal_of_a_write, leaks.in_a_notice]
)
def test_i1_a_planted_leak_is_found(db, monkeypatch: pytest.MonkeyPatch, leak: leaks.Leak):
    leak(monkeypatch.setattr)

    def told_by(*, answers: bool) -> list[Recording]:
        with story(monkeypatch) as told:
            told.at(MONDAY, "20:05")
            if answers:
                Selma(told).answer()
            told.at(MONDAY, "22:30")
            return [record(told, READS + WRITES)]

    with pytest.raises(AssertionError, match="tells the worlds apart"):
        must_be_equal(told_by(answers=False), told_by(answers=True))


# Where she shares everything she can: nothing shows before the reveal, and stopping shows in one way only

BEFORE_THE_REVEAL: dict[str, Callable[[Selma], None]] = {
    "answers in full": Selma.answer,
    "answers with words": Selma.answer_with_words,
    "taps": Selma.tap,
    "taps on the notice": Selma.tap_on_the_notice,
    "fills in yesterday": Selma.fill_in_yesterday,
    "pauses": Selma.pause,
    "feels unsafe": Selma.feel_unsafe,
    "leaves quietly": Selma.leave_quietly,
    "mutes prompts": Selma.mute,
}


def sharing_for(told: Story, days: int) -> Selma:
    """Selma shares her levels and answers each day but the last."""
    selma = Selma(told, Random(1))
    told.ask(told.selma, "PATCH", "choices/", {"sharing": "levels", "prompt_mode": "responsive"})
    for n in range(days):
        told.at(MONDAY + n * DAY, "19:00")
        if n < days - 1:
            selma.answer_with_words()
        told.at(MONDAY + n * DAY, "21:00")
    record(told)
    return selma


def in_worlds(told: Story, ways: dict[str, Callable[[Selma], None]], *, days: int, moments: Sequence[Moment]) -> dict[str, list[Recording]]:
    """What Pavel can reach at each of the moments after Selma did nothing, and after each of the ways, late in the last day."""
    selma = sharing_for(told, days)
    seen: dict[str, list[Recording]] = {}
    for name, act in {NOTHING: lambda _: None, **ways}.items():
        with undone():
            told.at(MONDAY + (days - 1) * DAY, "22:10")
            act(selma)
            seen[name] = []
            for day, hour, methods in moments:
                told.at(MONDAY + day * DAY, hour)
                seen[name].append(record(told, methods))
    return seen


def must_look_like_nothing(seen: dict[str, list[Recording]]) -> None:
    assert '"text":"for you, perhaps"' in seen[NOTHING][0]["GET /api/v1/dashboard/"].body, "she shares, and it was revealed"
    for name, recordings in seen.items():
        must_be_equal(seen[NOTHING], recordings, f" (she {name})")


@pytest.mark.slow
@pytest.mark.parametrize("zone", ZONES)
def test_i1_before_the_reveal_nothing_shows_whatever_is_shared(db, monkeypatch: pytest.MonkeyPatch, zone: str):
    days = 4
    with story(monkeypatch, zone=zone) as told:
        moments = [(days - 1, "22:30", READS + WRITES), (days, "06:55", READS)]
        must_look_like_nothing(in_worlds(told, BEFORE_THE_REVEAL, days=days, moments=moments))


def at_once(*, visible_from: reveal.Ints, **_more: Any) -> reveal.Bools:
    """A reveal that does not wait, whatever holds there are."""
    return np.full(len(visible_from), fill_value=True)


def test_i1_a_reveal_before_its_hour_is_found(db, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(reveal, "is_shown", at_once)
    with story(monkeypatch) as told:
        seen = in_worlds(told, {"answers": Selma.answer_with_words}, days=2, moments=[(1, "22:30", READS)])
        with pytest.raises(AssertionError, match=r"\(she answers\) tells the worlds apart"):
            must_look_like_nothing(seen)


def pauses_and_goes_on_answering(selma: Selma) -> None:
    selma.pause()
    selma.answer_with_words()


def answers_then_pauses(selma: Selma) -> None:
    selma.answer_with_words()
    selma.pause()


def answers_then_leaves_quietly(selma: Selma) -> None:
    selma.answer_with_words()
    selma.leave_quietly()


def feels_unsafe_and_goes_on_answering(selma: Selma) -> None:
    selma.feel_unsafe()
    selma.answer_with_words()


STOPPING: dict[str, Callable[[Selma], None]] = {
    "pauses": Selma.pause,
    "pauses and goes on answering": pauses_and_goes_on_answering,
    "feels unsafe and goes on answering": feels_unsafe_and_goes_on_answering,
    "leaves quietly": Selma.leave_quietly,
    "answers, then pauses": answers_then_pauses,
    "answers, then leaves quietly": answers_then_leaves_quietly,
}


@pytest.mark.slow
def test_i1_pausing_feeling_unsafe_and_leaving_quietly_look_like_no_longer_answering(db, monkeypatch: pytest.MonkeyPatch):
    """Over the reveal and for the days after it, also at the end of a week, when its picture comes."""
    days = 6
    with story(monkeypatch) as told:
        moments = [(days, "09:05", READS), (days + 1, "09:05", READS + WRITES), (days + 2, "09:05", READS)]
        seen = in_worlds(told, STOPPING, days=days, moments=moments)
        assert seen[NOTHING][0] != seen[NOTHING][2], "the days go on"
        must_look_like_nothing(seen)


def test_i1_a_pause_that_holds_nothing_back_is_found(db, monkeypatch: pytest.MonkeyPatch):
    leaks.in_a_pause_that_holds_nothing_back(monkeypatch.setattr)
    with story(monkeypatch) as told:
        seen = in_worlds(told, {"pauses": answers_then_pauses}, days=2, moments=[(2, "09:05", READS)])
        with pytest.raises(AssertionError, match=r"\(she pauses\) tells the worlds apart"):
            must_look_like_nothing(seen)
