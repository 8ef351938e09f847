"""Whether a decision log says what the policy says: every coin tossed again, every rule held to the row. Pure rules."""

import hashlib
import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from checkins import policy
from checkins.policy import CHANCES, Mode, Reason

IN_TRIAL = (Reason.EPISODE, Reason.CALM)
AVAILABLE = (*IN_TRIAL, Reason.WITHHELD)
# How far back rows are needed to judge one: the items of so many days may not come again.
LOOKS_BACK = policy.DAYS_WITHOUT_REPEAT
SEALED = (
    "day", "decided_at", "available", "reason", "mode", "probability", "coin", "sent", "in_trial", "state_day", "state_alert",
    "p_a_reaches", "p_b_reaches", "item", "policy_version", "model_version",
)  # fmt: skip
"""All that a row says. What it saw on that morning can be found out from nothing else, so the row is sealed when it is written."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """One decision as the log has it; `paired_on` is the day the couple paired."""

    id: Any
    couple: int
    day: date
    decided_at: datetime
    available: bool
    reason: str
    mode: str
    probability: float
    coin: float
    sent: bool
    in_trial: bool
    state_day: date | None
    state_alert: bool
    p_a_reaches: float | None
    p_b_reaches: float | None
    item: str
    policy_version: str
    model_version: str
    seal: str
    paired_on: date


@dataclass(frozen=True, kw_only=True)
class Difference:
    """A decision that the policy would not have made, or not so."""

    id: Any
    says: str


def seal_of(row: Any, *, couple: int, key: bytes) -> str:
    """128 bits that only the key gives, over everything in `SEALED`; `row` is a `Row`, or a decision about to be written."""
    told = {name: getattr(row, name) for name in SEALED} | {"decided_at": row.decided_at.astimezone(UTC)}
    return hmac.new(key, f"seal|{couple}|{'|'.join(map(str, told.values()))}".encode(), hashlib.sha256).hexdigest()[:32]


def differences_of(rows: Sequence[Row], *, key: bytes, since: date | None = None) -> Iterator[Difference]:
    """What is wrong in the log of one couple, day by day; rows before `since` are only looked back on."""
    rows = sorted(rows, key=lambda row: row.day)
    for place, row in enumerate(rows):
        if since is not None and row.day < since:
            continue
        before = rows[:place]
        said = list(_wrong(row, before, key)) or list(_wrong_in_seal(row, before, key))
        yield from (Difference(id=row.id, says=says) for says in said)


def _wrong(row: Row, before: Sequence[Row], key: bytes) -> Iterator[str]:
    if row.policy_version not in map(str, policy.VERSIONS):
        yield f"policy version {row.policy_version!r} is not known here"
        return
    if row.coin != policy.coin(key, row.couple, row.day, int(row.policy_version)):
        yield f"the coin {row.coin!r} is not the one that the key gives"
    if row.sent != (row.available and row.coin < row.probability):
        yield f"coin {row.coin:.6f} and probability {row.probability} do not lead to sent={row.sent}"
    if before and (row.day - before[-1].day).days != 1:
        yield f"no row between {before[-1].day} and {row.day}"
    yield from _wrong_in_reason(row)
    yield from _wrong_in_cap(row, before)
    yield from _wrong_in_item(row, before)


def _wrong_in_reason(row: Row) -> Iterator[str]:
    """Availability, probability and trial follow from the reason, and the reason from the state."""
    if row.available != (row.reason in AVAILABLE):
        yield f"available={row.available} and the reason {row.reason!r} contradict each other"
    if row.in_trial != (row.reason in IN_TRIAL):
        yield f"in_trial={row.in_trial} and the reason {row.reason!r} contradict each other"
    if row.available and row.mode not in CHANCES:
        yield f"available in the mode {row.mode!r}"
    elif row.probability != _probability(row):
        yield f"probability {row.probability} is not that of {row.reason!r} in the mode {row.mode!r}"
    fresh = row.state_day is not None and 0 <= (row.day - row.state_day).days <= policy.STATE_MAY_BE_DAYS_OLD
    if row.reason in IN_TRIAL and (row.reason == Reason.EPISODE) != (row.state_alert and fresh):
        yield f"the state of {row.state_day} (alert={row.state_alert}) does not lead to {row.reason!r}"
    too_soon = (row.day - row.paired_on).days < policy.DAYS_BEFORE_FIRST
    if (row.available and too_soon) or (row.reason == Reason.TOO_SOON and not too_soon):
        yield f"paired on {row.paired_on} and {row.reason!r} contradict each other"
    if row.reason == Reason.NOBODY_TO_TELL and row.policy_version != "1" and row.mode != Mode.NONE:
        yield f"nobody to tell in the mode {row.mode!r}"


def _wrong_in_seal(row: Row, before: Sequence[Row], key: bytes) -> Iterator[str]:
    """Rows that are older than seals have none; none follows one that has."""
    is_old = not row.seal and not any(one.seal for one in before)
    if not is_old and not hmac.compare_digest(row.seal, seal_of(row, couple=row.couple, key=key)):
        yield "the row is not as it was sealed"


def _probability(row: Row) -> float:
    if not row.available:
        return 0.0
    chances = CHANCES[Mode(row.mode)]
    return chances.episode if row.reason == Reason.EPISODE else chances.calm


def _wrong_in_cap(row: Row, before: Sequence[Row]) -> Iterator[str]:
    if row.mode not in CHANCES:
        return
    sent = sum(one.sent for one in _within(before, row.day, policy.WINDOW_DAYS - 1))
    full = sent >= CHANCES[Mode(row.mode)].cap
    if (row.available and full) or (row.reason == Reason.CAP_REACHED and not full):
        yield f"{sent} sent in the six days before and {row.reason!r} contradict each other"


def _wrong_in_item(row: Row, before: Sequence[Row]) -> Iterator[str]:
    if bool(row.item) != row.sent:
        yield f"sent={row.sent} with the item {row.item!r}"
    if row.item and row.item in {one.item for one in _within(before, row.day, policy.DAYS_WITHOUT_REPEAT - 1)}:
        yield f"the item {row.item!r} again within {policy.DAYS_WITHOUT_REPEAT} days"


def _within(before: Sequence[Row], day: date, days: int) -> Iterator[Row]:
    """The rows of the last `days` days before `day`."""
    for row in reversed(before):
        if row.day < day - timedelta(days=days):
            return
        yield row
