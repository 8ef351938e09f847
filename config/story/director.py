"""Lets the days pass: evenings on which the two answer, mornings on which something is decided."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from datetime import time as wall_time
from random import Random
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import httpx

from backend.calendar_days import local_instant
from config.story import telling
from config.story.log import Decision, Log
from config.story.people import ZONE, Person, ask
from config.story.plan import ONE_DAY, SIDES, Answer, Evening, Plan, Side
from config.story.stage import Stage, StageError
from config.story.telling import Say
from config.story.verdict import Evidence, Kind
from notifications.stand_ins.push_service import Received

NAMES: dict[Side, str] = {"a": "Ana", "b": "Ben"}
DAWN = wall_time(9)
EVENING = wall_time(19, 30)
AFTER_REMINDER = wall_time(20, 5)
REMINDED_EVENING = 4
OFFLINE_EVENING = 8

WAIT_SECONDS = 60.0
LOOK_EVERY = 0.05
HTTP_SECONDS = 30.0

Found = TypeVar("Found")


@dataclass
class Director:
    """Plays one plan on one stage and collects the evidence."""

    stage: Stage
    plan: Plan
    kind: Kind
    seed: int
    say: Say
    people: dict[Side, Person] = field(init=False)

    def play(self, *, break_broker: int | None = None) -> Evidence:
        """Tells the whole story. `break_broker` is the evening, counting from 1, on which the broker goes away."""
        with contextlib.ExitStack() as stack:
            self._outside = stack.enter_context(self._client())
            self.people = {side: self._person(side, stack.enter_context(self._client())) for side in SIDES}
            first = self.plan.evenings[0].day
            self._move_to(first, DAWN)
            self._meet(first)
            for index, evening in enumerate(self.plan.evenings):
                self._live(index, evening, without_broker=index + 1 == break_broker)
            return Evidence(
                kind=self.kind,
                mornings=[evening.day + ONE_DAY for evening in self.plan.evenings],
                log=self._log(first),
                policy_key=self.stage.policy_key,
                opened={side: [push.opaque["id"] for push in self.people[side].received()] for side in SIDES},
                looks=[(_title(push), push.body_bytes) for side in SIDES for push in self.people[side].received()],
                read={side: [prompt["id"] for prompt in self.people[side].prompts()] for side in SIDES},
                episode_from=self.plan.episode_from,
            )

    # Arriving

    def _client(self) -> httpx.Client:
        return httpx.Client(base_url=self.stage.address, timeout=HTTP_SECONDS, trust_env=False)

    def _person(self, side: Side, client: httpx.Client) -> Person:
        chance = Random(f"{self.seed} {side}")
        return Person(NAMES[side], side, client, self.stage.phones, chance)

    def _meet(self, day: date) -> None:
        ana, ben = self.people["a"], self.people["b"]
        for one in (ana, ben):
            one.sign_up(self.stage.mail)
            one.register_phone(self.stage.push_key)
        self.say(f"{telling.heading(day, '09:00')}Ana and Ben sign up, each with a code from their mail, and let Ebb reach their phones.")
        invitation, code = ana.invite()
        ben.accept(code)
        ana.confirm(invitation)
        for one in (ana, ben):
            one.choose()
        self.say(
            f"{telling.INDENT}Ana passes Ben a code, he types it, she confirms. Both choose responsive prompts and share their levels."
        )

    # One day

    def _live(self, index: int, evening: Evening, *, without_broker: bool) -> None:
        if without_broker and self.stage.broker is not None:
            self.stage.broker.stop()
            self.say(f"{telling.heading(evening.day, 'evening')}The broker goes away. Answers are kept all the same.")
        self._evening(index, evening)
        morning = evening.day + ONE_DAY
        ask(self._outside, "POST", "/demo/clock/", json={"to": "tomorrow-morning", "zone": ZONE})
        if without_broker and self.stage.broker is not None:
            self.stage.broker.start()
            self.say(f"{telling.heading(morning, '09:00')}The broker is back.")
        self._morning(morning)

    def _evening(self, index: int, evening: Evening) -> None:
        reminded = self.plan.varied and index == REMINDED_EVENING
        self._move_to(evening.day, AFTER_REMINDER if reminded else EVENING)
        if reminded:
            self._wait_for_reminders(evening.day)
        words = [self._answer(index, evening, side, reminded=reminded) for side in SIDES]
        self.say(f"{telling.heading(evening.day, 'evening')}{' '.join(words)}")

    def _answer(self, index: int, evening: Evening, side: Side, *, reminded: bool) -> str:
        """One person's evening, and the sentence about it."""
        person, answer = self.people[side], evening.answers[side]
        if reminded and side == "b":
            person.answer_from(person.received()[-1], "as_usual")
            return telling.answered(f"{person.name} on the lock screen", Answer({}, "as_usual"))
        missed = self._kept_offline(index, side)
        if missed is not None:
            now, yesterday = self._present(), self.plan.evenings[index - 1].day
            today = [(evening.day, now, answer)] if answer else []
            person.answer_late([(yesterday, local_instant(yesterday, EVENING, ZoneInfo(ZONE)), missed), *today])
            late = f"{person.name} is back online and yesterday's answer arrives."
            return f"{late} {telling.answered(person.name, answer)}" if answer else late
        if answer is None:
            return telling.not_answered(person.name)
        if self._kept_offline(index + 1, side) is not None:
            return f"{person.name} answers without a connection; the phone keeps it."
        person.answer(evening.day, answer)
        return telling.answered(person.name, answer)

    def _kept_offline(self, index: int, side: Side) -> Answer | None:
        """What `side` answered offline on the evening before `index` and still has to send."""
        if not (self.plan.varied and side == "a" and index == OFFLINE_EVENING + 1 and index < len(self.plan.evenings)):
            return None
        return self.plan.evenings[OFFLINE_EVENING].answers[side]

    def _wait_for_reminders(self, day: date) -> None:
        """Both phones show the evening's reminder."""

        def settled() -> bool:
            reminders = [one for one in self._log(day).reminders() if one.state == "sent"]
            return {one.side for one in reminders} == set(SIDES)

        self._until(f"the reminders of {day}", lambda: settled() or None)
        self.say(f"{telling.heading(day, '20:00')}Both phones show a reminder: “{self._titles()[0]}”.")

    def _morning(self, day: date) -> None:
        log = self._until(f"the decision of {day}", lambda: self._decided(day))
        decision = log.decision_of(day)
        assert decision is not None
        self.say(f"{telling.heading(day, '09:00')}{telling.pattern(log.pattern_of(decision.state_day))} {telling.decision(decision)}")
        if decision.sent:
            self._open(log, decision)

    def _decided(self, day: date) -> Log | None:
        """The log once the morning is decided and whatever it sends has come to an end."""
        log = self._log(day - ONE_DAY)
        decision = log.decision_of(day)
        if decision is None or any(one.is_open for one in log.deliveries_of(decision)):
            return None
        return log

    def _open(self, log: Log, decision: Decision) -> None:
        """Both take up their phones, open the app, read and say how it was."""
        self.say(f"{telling.INDENT}{telling.pushed(self._titles())}")
        for side, person in self.people.items():
            row = next((one for one in log.prompts_of(side) if one.occasion == decision.id), None)
            if row is None:
                self.say(f"{telling.INDENT}{person.name} has no prompt to read.")
                continue
            prompt = person.read(row.id)
            self.say(f"{telling.INDENT}{telling.read(person.name, prompt, row.voice, person.react(row.id))}")

    def _titles(self) -> list[str]:
        """The last line on each lock screen."""
        return [_title(person.received()[-1]) for person in self.people.values() if person.received()]

    # Time

    def _present(self) -> datetime:
        return datetime.fromisoformat(ask(self._outside, "GET", "/demo/clock/")["now"])

    def _move_to(self, day: date, at: wall_time) -> None:
        ahead = (local_instant(day, at, ZoneInfo(ZONE)) - self._present()).total_seconds()
        if ahead < 0:
            raise StageError(f"The story is set in {day:%B %Y}, and the clock of this machine is past that.")
        ask(self._outside, "POST", "/demo/clock/", json={"ahead_seconds": ahead})

    def _log(self, since: date) -> Log:
        return self.people["a"].log(since)

    def _until(self, what: str, look: Callable[[], Found | None]) -> Found:
        """Looks until there is something to see. Raises StageError when it does not come."""
        deadline = time.monotonic() + WAIT_SECONDS
        while (found := look()) is None:
            self.stage.check()
            if time.monotonic() > deadline:
                raise StageError(
                    f"{what[0].upper()}{what[1:]} did not come within {WAIT_SECONDS:.0f} s. The worker says:\n{self.stage.last_words('worker')}"
                )
            time.sleep(LOOK_EVERY)
        return found


def _title(push: Received) -> str:
    title: str = push.content["notification"]["title"]
    return title


def summary(evidence: Evidence) -> dict[str, Any]:
    """The figures of a story, for machines."""
    decisions = evidence.log.decisions
    return {
        "mornings": len(evidence.mornings),
        "decisions": len(decisions),
        "alert_mornings": sum(one.state_alert for one in decisions),
        "sent": [str(one.day) for one in decisions if one.sent],
        "deliveries": len(evidence.log.deliveries),
        "pushes_decrypted": sum(map(len, evidence.opened.values())),
        "prompts_read": sum(map(len, evidence.read.values())),
        "episode_from": evidence.episode_from and str(evidence.episode_from),
    }
