import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from backend.consents import services as consents
from checkins import decision_log, policy, retossing
from checkins.models import Decision
from checkins.services import deciding
from notifications import services as notifications
from tests import cast
from tests.answering import full, keep
from tests.mornings import FIRST, READY, choose

pytestmark = pytest.mark.django_db

DAYS = 45
ONE = timedelta(days=1)


@pytest.fixture
def log(settings) -> list[Decision]:
    """Forty-five mornings of a couple: quiet days, an episode, a mute, a pause, days on which nobody was there to decide.

    The coins are always the same ones: they hang on the key and on the couple's number.
    """
    settings.POLICY_KEY = "the key of this log"
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('couples_couple', 'id'), 1000)")
    team = cast.full_cast()
    choose(team)
    for n in range(DAYS):
        now = FIRST + n * ONE
        if n % 3:
            apart = 19 <= n < 30
            keep(team.alice, (now - ONE).date(), full(felt=2, wanted=10) if apart else full(), now=now - timedelta(hours=10))
            keep(team.bob, (now - ONE).date(), full(wanted=2, room=10) if apart else full(), now=now - timedelta(hours=9))
        if n == 27:
            notifications.mute(person=team.alice, days=2, now=now - ONE / 24)
        if n == 29:
            consents.choose(person=team.bob, prompt_mode="discreet", now=now - ONE / 24)
        if n == 36:
            consents.pause(person=team.bob, now=now - ONE / 24)
        if not 31 <= n < 34:
            deciding.decide_due(now=now)
    return list(Decision.objects.order_by("day"))


def replay(**options) -> str:
    output = StringIO()
    call_command("replay_decisions", stdout=output, stderr=StringIO(), **options)
    return output.getvalue()


def test_a_log_as_it_was_written_replays_coin_by_coin(log):
    assert {row.reason for row in log} >= {"too-soon", "calm", "episode", "cap-reached", "withheld", "missed"}
    assert any(row.sent for row in log)
    assert replay() == f"All {len(log)} decisions are what the policy and its key give, coin by coin.\n"


def last(log, **wanted):
    return next(row for row in reversed(log) if all(getattr(row, name) == value for name, value in wanted.items()))


CHANGES: dict[str, tuple[dict[str, Any], Callable[[Decision], dict[str, Any]], str]] = {
    "a coin": ({}, lambda row: {"coin": row.coin + 2**-53}, "the coin"),
    "a prompt that went anyway": ({"available": True, "sent": False}, lambda _: {"sent": True, "item": "x"}, "do not lead to sent=True"),
    "a prompt held back": ({"sent": True}, lambda _: {"sent": False, "item": ""}, "do not lead to sent=False"),
    "a probability": ({"reason": "calm"}, lambda _: {"probability": 0.9}, "probability 0.9 is not that of 'calm'"),
    "a calm day called an episode": ({"reason": "calm"}, lambda _: {"reason": "episode", "probability": 0.9}, "does not lead to 'episode'"),
    "a trial": ({"reason": "withheld"}, lambda _: {"in_trial": True}, "in_trial=True"),
    "a reason": ({"reason": "calm"}, lambda _: {"reason": "cap-reached"}, "contradict each other"),
    "a version": ({}, lambda _: {"policy_version": "77"}, "is not known here"),
    "an item": ({"sent": True}, lambda _: {"item": ""}, "with the item ''"),
    # What follows from nothing else in the log.
    "another item": ({"sent": True}, lambda _: {"item": "not-yet-sent"}, "not as it was sealed"),
    "the mode of a day too soon": ({"reason": "too-soon"}, lambda row: {"mode": "" if row.mode else "discreet"}, "not as it was sealed"),
    "why a day was too soon": ({"reason": "too-soon"}, lambda _: {"reason": "not-chosen"}, "not as it was sealed"),
    "what a withheld day saw": ({"reason": "withheld"}, lambda row: {"state_alert": not row.state_alert}, "not as it was sealed"),
    "the day of a state": ({"reason": "calm"}, lambda row: {"state_day": row.day - 2 * ONE}, "not as it was sealed"),
    "a chance": ({"reason": "episode"}, lambda _: {"p_a_reaches": 0.5}, "not as it was sealed"),
    "a model": ({}, lambda _: {"model_version": "77"}, "not as it was sealed"),
    "a moment": ({}, lambda row: {"decided_at": row.decided_at + ONE / 24}, "not as it was sealed"),
    "a seal": ({}, lambda _: {"seal": ""}, "not as it was sealed"),
}


def test_whatever_was_changed_is_found_and_the_decision_named(log):
    for what, (wanted, change, says) in CHANGES.items():
        row = last(log, **wanted)
        output = StringIO()
        with transaction.atomic():
            Decision.objects.filter(pk=row.pk).update(**change(row))
            with pytest.raises(CommandError, match=r"of 45 decisions are not what"):
                call_command("replay_decisions", stdout=output)
            transaction.set_rollback(True)
        assert f"decision {row.pk}: " in output.getvalue(), what
        assert says in output.getvalue(), what


def test_whatever_column_is_changed_in_whatever_row_is_found(log):
    other = {"state_day": READY.date(), "p_a_reaches": 0.123, "p_b_reaches": 0.123, "day": log[0].day - 90 * ONE}
    for row in log[:: len(log) // 8]:
        rows = next(decision_log.rows_by_couple())
        for name in retossing.SEALED:
            old = getattr(row, name)
            new = other.get(
                name,
                not old
                if isinstance(old, bool)
                else old + ONE
                if name == "decided_at"
                else 0.5
                if name in ("coin", "probability")
                else "x",
            )
            changed = [replace(one, **{name: new}) if one.id == row.pk else one for one in rows]
            assert {one.id for one in retossing.differences_of(changed, key=b"the key of this log")} >= {row.pk}, name


def test_rows_older_than_seals_are_judged_by_the_rules_and_counted(log):
    old = [row.pk for row in log[:10]]
    Decision.objects.filter(pk__in=old).update(seal="")
    assert replay().splitlines()[1:] == ["10 of them are older than seals: what they saw that morning is as the log has it."]
    assert json.loads(replay(json=True))["unsealed"] == 10
    Decision.objects.filter(pk=log[20].pk).update(seal="")
    with pytest.raises(CommandError, match="1 of 45"):
        replay()


def test_a_day_without_a_row_is_found(log):
    Decision.objects.filter(pk=log[20].pk).delete()
    with pytest.raises(CommandError):
        replay()


def test_another_key_gives_other_coins(log, settings):
    settings.POLICY_KEY = "another key"
    with pytest.raises(CommandError, match="45 of 45"):
        replay()


def test_since_looks_at_later_days_only_and_still_counts_the_cap_before(log):
    Decision.objects.filter(pk=log[3].pk).update(coin=0.5)
    assert replay(since=log[16].day).startswith(f"All {DAYS - 16} decisions")
    output = StringIO()
    with pytest.raises(CommandError, match="1 of 45"):
        call_command("replay_decisions", json=True, stdout=output)
    told = json.loads(output.getvalue())
    assert (told["decisions"], told["policy_version"]) == (DAYS, policy.POLICY_VERSION)
    assert [one["decision"] for one in told["differences"]] == [str(log[3].pk)]


def row_of(day: date, **more: Any) -> retossing.Row:
    said: dict[str, Any] = {
        "available": False, "reason": "too-soon", "mode": "discreet", "probability": 0.0, "sent": False, "in_trial": False,
        "state_day": None, "state_alert": False, "item": "", "policy_version": "2", "paired_on": READY.date() - 100 * ONE,
        "decided_at": READY, "p_a_reaches": None, "p_b_reaches": None, "model_version": "", "seal": "",
    }  # fmt: skip
    return retossing.Row(id=day, couple=1, day=day, coin=policy.coin(b"key", 1, day, int((said | more)["policy_version"])), **said | more)


def test_each_version_is_held_to_its_own_rules():
    """Two mutes at once made a day unavailable in the first version, and no longer do."""
    found = {
        version: list(retossing.differences_of([row_of(READY.date(), reason="nobody-to-tell", policy_version=version)], key=b"key"))
        for version in ("1", "2")
    }
    assert found["1"] == []
    assert [one.says for one in found["2"]] == ["nobody to tell in the mode 'discreet'"]


def test_an_item_that_comes_again_too_early_is_found():
    days = [READY.date() + n * ONE for n in range(29)]
    coins = {day: policy.coin(b"key", 1, day) for day in days}

    def sent(day):
        return row_of(day, available=True, reason="calm", probability=1.0, sent=True, in_trial=True, item="the-dance")

    rows = [sent(day) if day in (days[0], days[27]) else row_of(day) for day in days]
    assert coins[days[0]] < 1.0
    assert "the item 'the-dance' again within 28 days" in {one.says for one in retossing.differences_of(rows, key=b"key")}
