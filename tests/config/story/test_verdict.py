"""The verdict: every way in which a story can disagree with its log, and what each kind has to show."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from checkins import policy
from config.story.log import Decision, Delivery, Log, PromptRow
from config.story.verdict import CALM, EPISODE, Evidence, Kind, judge

KEY, COUPLE = "a key", 1
START = date(2035, 1, 23)
ONE_DAY = timedelta(days=1)


def coin_of(day: date) -> float:
    return policy.coin(KEY.encode(), COUPLE, day)


def decided(day: date, *, alert: bool) -> Decision:
    probability = EPISODE if alert else CALM
    return Decision(
        id=f"decision {day}",
        day=day,
        available=True,
        reason="episode" if alert else "calm",
        mode="responsive",
        probability=probability,
        coin=coin_of(day),
        sent=coin_of(day) < probability,
        state_day=day - ONE_DAY,
        state_alert=alert,
    )


def story(alerts: dict[date, bool], *, kind: Kind = Kind.EPISODE) -> Evidence:
    """Evidence in which everything agrees: mornings, with whether each looked back on an alert."""
    decisions = [decided(day, alert=alert) for day, alert in alerts.items()]
    sent = [one for one in decisions if one.sent]
    prompts = [PromptRow(f"prompt {one.day} {side}", side, one.day, one.id, "an-item", "either", None) for one in sent for side in "ab"]
    deliveries = [Delivery(f"delivery {one.day} {side}", side, "prompt", "sent", "", one.id) for one in sent for side in "ab"]
    return Evidence(
        kind=kind,
        mornings=list(alerts),
        log=Log(COUPLE, decisions, [], prompts, deliveries),
        policy_key=KEY,
        opened={"a": [one.id for one in deliveries if one.side == "a"], "b": [one.id for one in deliveries if one.side == "b"]},
        read={"a": [one.id for one in prompts if one.side == "a"], "b": [one.id for one in prompts if one.side == "b"]},
        episode_from=START if kind is Kind.EPISODE else None,
    )


def mornings(*, sends: bool, count: int = 1) -> list[date]:
    """Days whose coin sends (or withholds) at the episode's probability; the first of them begins five days after START."""
    days = [START + n * ONE_DAY for n in range(1, 2000)]
    return [day for day in days if (coin_of(day) < EPISODE) is sends][:count]


def episode(*, sends: bool) -> Evidence:
    """One alert morning, the day after the episode began."""
    (day,) = mornings(sends=sends)
    return replace(story({day: True}), episode_from=day - ONE_DAY)


def test_a_prompt_that_both_decrypted_is_a_good_end():
    verdict = judge(episode(sends=True))
    assert verdict.is_good
    assert "1 day after" in verdict.sentences[-1]


def test_a_coin_that_withheld_on_each_alert_day_is_a_good_end_too():
    verdict = judge(episode(sends=False))
    assert verdict.is_good
    assert "withheld" in verdict.sentences[-1]


def test_an_episode_that_nobody_noticed_is_not():
    (day,) = mornings(sends=False)
    assert not judge(replace(story({day: False}), episode_from=day - ONE_DAY)).is_good


def test_a_prompt_after_more_than_five_days_comes_too_late():
    evidence = episode(sends=True)
    assert evidence.episode_from is not None
    assert judge(replace(evidence, episode_from=evidence.episode_from - 4 * ONE_DAY)).is_good
    assert not judge(replace(evidence, episode_from=evidence.episode_from - 5 * ONE_DAY)).is_good


def test_an_alert_day_without_a_coin_is_no_excuse():
    evidence = episode(sends=False)
    (one,) = evidence.log.decisions
    capped = replace(one, available=False, reason="cap-reached", probability=0.0)
    assert not judge(replace(evidence, log=replace(evidence.log, decisions=[capped]))).is_good


def test_a_quiet_story_may_not_use_the_probability_of_an_episode():
    (day,) = mornings(sends=True)
    assert judge(story({day: False}, kind=Kind.QUIET)).is_good
    assert not judge(story({day: True}, kind=Kind.QUIET)).is_good


def test_a_file_has_only_to_agree_with_the_log():
    (day,) = mornings(sends=True)
    assert judge(story({day: True}, kind=Kind.ANSWERS)).is_good


@pytest.mark.parametrize(
    "change",
    [
        {"coin": 0.123},
        {"probability": 0.5},
        {"sent": False},
        {"reason": "calm", "probability": CALM},
        {"day": date(2034, 1, 1)},
        {"available": False},
    ],
)
def test_a_decision_that_does_not_add_up_is_noticed(change):
    evidence = episode(sends=True)
    (one,) = evidence.log.decisions
    assert not judge(replace(evidence, log=replace(evidence.log, decisions=[replace(one, **change)]))).is_good


@pytest.mark.parametrize("kind", list(Kind))
def test_a_morning_without_a_decision_is_noticed(kind):
    evidence = episode(sends=True)
    assert not judge(replace(evidence, kind=kind, mornings=[*evidence.mornings, evidence.mornings[-1] + ONE_DAY])).is_good


def test_a_delivery_that_failed_was_lost_or_came_twice_is_noticed():
    evidence = episode(sends=True)
    a, b = evidence.log.deliveries
    failed = replace(evidence.log, deliveries=[a, replace(b, state="failed")])
    assert not judge(replace(evidence, log=failed)).is_good
    assert not judge(replace(evidence, log=replace(evidence.log, deliveries=[a]))).is_good
    assert not judge(replace(evidence, opened={"a": [a.id], "b": []})).is_good
    assert not judge(replace(evidence, opened={"a": [a.id, a.id], "b": [b.id]})).is_good
    assert not judge(replace(evidence, opened={"a": [b.id], "b": [a.id]})).is_good


def test_pushes_that_can_be_told_apart_from_outside_are_noticed():
    evidence = episode(sends=True)
    assert judge(replace(evidence, looks=[("A line", 1100), ("A line", 1100)])).is_good
    assert not judge(replace(evidence, looks=[("A line", 1100), ("A line", 1200)])).is_good
    assert not judge(replace(evidence, looks=[("A line", 1100), ("Another", 1100)])).is_good


def test_a_prompt_that_cannot_be_read_is_noticed():
    evidence = episode(sends=True)
    assert not judge(replace(evidence, read={**evidence.read, "b": []})).is_good
