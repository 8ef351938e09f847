"""The last question before a send, case by case, and what a failed send leads to."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.gate import BACKOFF_CAP, Drop, Facts, Failure, Go, Wait, after_failure, ask
from notifications.schedule import Hours

NOW = datetime(2026, 3, 4, 19, 0, tzinfo=UTC)
HOURS = Hours(ZoneInfo("Europe/Madrid"))
REMINDER = Facts(kind="reminder", expires_at=NOW + timedelta(hours=2), hours=HOURS)
PROMPT = replace(REMINDER, kind="prompt", voice="either")
TEST = replace(REMINDER, kind="test")
SOLO = replace(PROMPT, voice="solo")
QUIET_NOW = Hours(HOURS.zone, quiet_from=time(19), quiet_until=time(21))


@pytest.mark.parametrize("facts", [REMINDER, PROMPT, TEST, SOLO, replace(SOLO, in_safety=True), replace(REMINDER, in_safety=True)])
def test_what_has_nothing_against_it_goes(facts):
    assert ask(facts, NOW) == Go()


@pytest.mark.parametrize(
    "facts, verdict",
    [
        (replace(PROMPT, paused=True), Drop("suppressed", "paused")),
        (replace(REMINDER, paused=True), Drop("suppressed", "paused")),
        (replace(TEST, paused=True), Drop("suppressed", "paused")),
        (replace(REMINDER, account_active=False), Drop("suppressed", "inactive")),
        (replace(REMINDER, address_known=False), Drop("undeliverable", "no-address")),
        (replace(REMINDER, slot_open=False), Drop("cancelled", "slot-closed")),
        (replace(PROMPT, prompt_cancelled=True), Drop("cancelled", "prompt-cancelled")),
        (replace(PROMPT, together=False), Drop("cancelled", "not-together")),
        (replace(PROMPT, muted=True), Drop("suppressed", "muted")),
        (replace(PROMPT, in_safety=True), Drop("suppressed", "solo-only")),
        (replace(REMINDER, expires_at=NOW), Drop("expired", "stale")),
        (replace(PROMPT, expires_at=NOW + timedelta(milliseconds=999)), Drop("expired", "stale")),
        (replace(PROMPT, service_held=True), Wait(NOW, "service-held")),
        # 21:00 in Madrid is 20:00 UTC, before these expire.
        (replace(PROMPT, hours=QUIET_NOW), Wait(NOW + timedelta(hours=1), "quiet-hours")),
        (replace(PROMPT, hours=QUIET_NOW, expires_at=NOW + timedelta(hours=1)), Drop("suppressed", "quiet-hours")),
    ],
)
def test_what_is_against_it(facts, verdict):
    assert ask(facts, NOW) == verdict


def test_a_mute_is_about_prompts_only():
    assert ask(replace(REMINDER, muted=True), NOW) == Go()


def test_a_test_message_asked_for_in_quiet_hours_comes():
    assert ask(replace(TEST, hours=QUIET_NOW), NOW) == Go()


LATER = NOW + timedelta(hours=6)
CHANCE = Random(1)


@pytest.mark.parametrize(
    "failure, attempts, verdict",
    [
        (Failure("gone", permanent=True), 1, Drop("failed", "gone")),
        (Failure("http-400", permanent=True), 1, Drop("failed", "http-400")),
        (Failure("http-401", stop_service=True), 5, Wait(NOW, "http-401")),
        (Failure("timeout"), 5, Drop("failed", "timeout")),
    ],
)
def test_a_failure_that_needs_no_dice(failure, attempts, verdict):
    assert after_failure(failure, attempts=attempts, expires_at=LATER, now=NOW, chance=CHANCE) == verdict


@given(st.integers(1, 4), st.randoms(use_true_random=False), st.integers(0, 3600) | st.none())
def test_a_passing_failure_is_tried_again_with_growing_and_random_waits(attempts, chance, seconds):
    asked = timedelta(seconds=seconds or 0)
    failure = Failure("timeout", retry_after=asked if seconds is not None else None)
    verdict = after_failure(failure, attempts=attempts, expires_at=LATER, now=NOW, chance=chance)
    assert isinstance(verdict, Wait)
    assert asked <= verdict.until - NOW <= asked + min(BACKOFF_CAP, timedelta(seconds=15 * 2 ** (attempts - 1)))


def test_a_retry_that_would_come_too_late_is_not_made():
    failure = Failure("http-429", retry_after=timedelta(hours=7))
    assert after_failure(failure, attempts=1, expires_at=LATER, now=NOW, chance=CHANCE) == Drop("expired", "http-429")
