"""The log of demo mode as the story reads it: what was decided, for whom words were made, and what became of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed import DataclassInstance


@dataclass(frozen=True, slots=True)
class Decision:
    id: str
    day: date
    available: bool
    reason: str
    mode: str
    probability: float
    coin: float
    sent: bool
    state_day: date | None
    state_alert: bool


@dataclass(frozen=True, slots=True)
class PatternDay:
    day: date
    p_a_reaches: float
    p_b_reaches: float
    enough: bool
    alert: bool


@dataclass(frozen=True, slots=True)
class PromptRow:
    id: str
    side: str
    day: date
    occasion: str
    item: str
    voice: str
    reaction: str | None


@dataclass(frozen=True, slots=True)
class Delivery:
    id: str
    side: str
    kind: str
    state: str
    reason: str
    decision: str | None

    @property
    def is_open(self) -> bool:
        return self.state in ("queued", "sending")


@dataclass(frozen=True, slots=True)
class Log:
    """What /demo/log/ said. Rows are in the order of their days."""

    couple: int
    decisions: Sequence[Decision]
    pattern_days: Sequence[PatternDay]
    prompts: Sequence[PromptRow]
    deliveries: Sequence[Delivery]

    def decision_of(self, day: date) -> Decision | None:
        return next((one for one in self.decisions if one.day == day), None)

    def pattern_of(self, day: date | None) -> PatternDay | None:
        return next((one for one in self.pattern_days if one.day == day), None)

    def deliveries_of(self, decision: Decision) -> list[Delivery]:
        return [one for one in self.deliveries if one.decision == decision.id]

    def reminders(self) -> list[Delivery]:
        return [one for one in self.deliveries if one.kind == "reminder"]

    def prompts_of(self, side: str) -> list[PromptRow]:
        return [one for one in self.prompts if one.side == side]


def read_log(body: Mapping[str, Any]) -> Log:
    return Log(
        couple=body["couple"],
        decisions=[_decision(row) for row in body["decisions"]],
        pattern_days=[_pattern_day(row) for row in body["pattern_days"]],
        prompts=[_prompt(row) for row in body["prompts"]],
        deliveries=[Delivery(**_only(row, Delivery)) for row in body["deliveries"]],
    )


def _decision(row: Mapping[str, Any]) -> Decision:
    days = {name: row[name] and date.fromisoformat(row[name]) for name in ("day", "state_day")}
    return Decision(**_only(row, Decision) | days)


def _pattern_day(row: Mapping[str, Any]) -> PatternDay:
    return PatternDay(**_only(row, PatternDay) | {"day": date.fromisoformat(row["day"])})


def _prompt(row: Mapping[str, Any]) -> PromptRow:
    return PromptRow(**_only(row, PromptRow) | {"day": date.fromisoformat(row["day"])})


def _only(row: Mapping[str, Any], kind: type["DataclassInstance"]) -> dict[str, Any]:
    return {field.name: row[field.name] for field in fields(kind)}
