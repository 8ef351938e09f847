"""The last question before a send, and what a failed send leads to: pure rules, no Django and no database.

Everything that may have changed since a delivery was queued is asked again here, from facts read just before.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from notifications.schedule import Hours, quiet_until

MAX_TRIES = 5
BACKOFF_BASE = timedelta(seconds=15)
BACKOFF_CAP = timedelta(minutes=15)
SHORTEST_TTL = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is true of one delivery and its receiver at this moment."""

    kind: str
    expires_at: datetime
    hours: Hours
    address_known: bool = True
    service_held: bool = False
    account_active: bool = True
    paused: bool = False
    muted: bool = False
    in_safety: bool = False
    voice: str = ""
    prompt_cancelled: bool = False
    together: bool = True
    slot_open: bool = True


@dataclass(frozen=True, slots=True)
class Go:
    """Send it now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Put it back, to be looked at again from `until` on."""

    until: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """It ends here. `state` is the delivery's state, `reason` a short stable code for the row."""

    state: str
    reason: str


Verdict = Go | Wait | Drop


def ask(facts: Facts, now: datetime) -> Verdict:
    """Whether the delivery may be sent at `now`."""
    if facts.expires_at - now < SHORTEST_TTL:
        return Drop("expired", "stale")
    refusal = _refusal(facts)
    if refusal is not None:
        return refusal
    if facts.service_held:
        return Wait(now, "service-held")
    quiet = quiet_until(now, facts.hours) if facts.kind != "test" else None
    if quiet is None:
        return Go()
    return Wait(quiet, "quiet-hours") if quiet < facts.expires_at else Drop("suppressed", "quiet-hours")


def _refusal(facts: Facts) -> Drop | None:
    """The first reason against it that will not pass by waiting."""
    is_prompt = facts.kind == "prompt"
    reasons = (
        (not facts.account_active, Drop("suppressed", "inactive")),
        (facts.paused, Drop("suppressed", "paused")),
        (not facts.address_known, Drop("undeliverable", "no-address")),
        (facts.kind == "reminder" and not facts.slot_open, Drop("cancelled", "slot-closed")),
        (is_prompt and facts.prompt_cancelled, Drop("cancelled", "prompt-cancelled")),
        (is_prompt and not facts.together, Drop("cancelled", "not-together")),
        (is_prompt and facts.muted, Drop("suppressed", "muted")),
        (is_prompt and facts.in_safety and facts.voice != "solo", Drop("suppressed", "solo-only")),
    )
    return next((drop for applies, drop in reasons if applies), None)


@dataclass(frozen=True, slots=True)
class Failure:
    """How a send went wrong, in the channel's words."""

    reason: str
    permanent: bool = False
    stop_service: bool = False
    retry_after: timedelta | None = None


def after_failure(failure: Failure, *, attempts: int, expires_at: datetime, now: datetime, chance: Random) -> Wait | Drop:
    """What becomes of a delivery whose send number `attempts` (from 1) did not succeed.

    Waits are drawn evenly between nothing and a limit that doubles ("full jitter"), so that those that failed together
    do not come back together.
    """
    if failure.permanent:
        return Drop("failed", failure.reason)
    if failure.stop_service:
        return Wait(now, failure.reason)
    if attempts >= MAX_TRIES:
        return Drop("failed", failure.reason)
    limit = min(BACKOFF_CAP, BACKOFF_BASE * 2 ** (attempts - 1))
    due = now + (failure.retry_after or timedelta(0)) + chance.random() * limit
    return Wait(due, failure.reason) if due < expires_at else Drop("expired", failure.reason)
