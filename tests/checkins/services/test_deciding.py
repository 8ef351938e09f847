"""A morning is decided once, for both as one act, with a row always."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from backend.accounts import services as accounts
from backend.consents import services as consents
from backend.couples import services as couples
from checkins import policy
from checkins.models import Decision, PatternDay, PatternState
from checkins.reveal import reveal_at
from checkins.services import assessing, deciding, wording
from notifications import services as notifications
from notifications.models import Delivery, Prompt
from tests import cast
from tests.answering import full, keep
from tests.mornings import FIRST, READY, choose

pytestmark = pytest.mark.django_db

ONE, HOUR = timedelta(days=1), timedelta(hours=1)
PAIRED = cast.TODAY


def decided():
    return Decision.objects.latest("day")


# A row, always


def test_the_first_morning_is_the_one_after_pairing(team):
    assert deciding.decide_due(now=cast.EVENING + HOUR) == 1
    assert not Decision.objects.exists()
    deciding.decide_due(now=FIRST)
    assert (decided().day, decided().state_day) == (PAIRED + ONE, PAIRED)


def test_nothing_is_decided_before_the_reveal(team):
    deciding.decide_due(now=cast.EVENING)
    deciding.decide_due(now=datetime(2026, 3, 5, 5, 59, 59, tzinfo=UTC))
    assert not Decision.objects.exists()
    deciding.decide_due(now=datetime(2026, 3, 5, 6, 0, tzinfo=UTC))
    assert Decision.objects.exists()


def test_a_morning_is_decided_once(team, heads):
    choose(team)
    for hours in range(0, 20, 3):
        deciding.decide_due(now=READY + hours * HOUR)
    PatternState.objects.update(next_decision_at=READY)
    deciding.decide_due(now=READY + 12 * HOUR)
    assert Decision.objects.count() == 1
    assert Prompt.objects.count() == 2


def test_every_morning_has_a_row_with_everything_needed_to_toss_again(team, settings):
    choose(team)
    for n in range(16):
        deciding.decide_due(now=FIRST + n * ONE)
    rows = list(Decision.objects.order_by("day"))
    assert [row.day for row in rows] == [PAIRED + (n + 1) * ONE for n in range(16)]
    for row in rows:
        assert row.coin == policy.coin(settings.POLICY_KEY.encode(), team.couple.pk, row.day)
        assert row.state_day == row.day - ONE
        assert row.sent == (row.available and row.coin < row.probability)
        assert row.policy_version == str(policy.POLICY_VERSION)
        assert row.model_version != ""


@pytest.mark.parametrize(
    "modes, when, reason",
    [
        ((None, None), READY, "not-chosen"),
        (("responsive", None), READY, "not-chosen"),
        ((None, "none"), READY, "not-chosen"),
        (("responsive", "responsive"), READY - ONE, "too-soon"),
        (("none", "none"), READY, "nobody-to-tell"),
    ],
)
def test_an_unavailable_morning_says_why_and_sends_nothing(team, heads, modes, when, reason):
    choose(team, *modes)
    deciding.decide_due(now=when)
    row = decided()
    assert (row.available, row.reason, row.probability, row.sent, row.in_trial, row.item) == (False, reason, 0, False, False, "")
    assert not Prompt.objects.exists()


def test_no_words_left(team, heads, monkeypatch):
    choose(team)
    monkeypatch.setattr(wording, "items", dict)
    deciding.decide_due(now=READY)
    assert decided().reason == "no-words"


@pytest.mark.parametrize(
    "modes, probability, cap",
    [(("responsive", "responsive"), 0.05, 3), (("responsive", "discreet"), 0.15, 2), (("discreet", "discreet"), 0.15, 2)],
)
def test_chances_and_caps_of_a_mode(team, heads, modes, probability, cap):
    choose(team, *modes)
    for n in range(7):
        deciding.decide_due(now=READY + n * ONE)
    rows = list(Decision.objects.order_by("day"))
    assert [row.sent for row in rows] == [True] * cap + [False] * (7 - cap)
    assert {row.probability for row in rows[:cap]} == {probability}
    assert {row.reason for row in rows[cap:]} == {"cap-reached"}
    deciding.decide_due(now=READY + 7 * ONE)
    assert decided().sent


def test_no_item_comes_twice_in_four_weeks(team, heads):
    choose(team)
    for n in range(29):
        deciding.decide_due(now=READY + n * ONE)
    items = list(Decision.objects.filter(sent=True).values_list("item", flat=True))
    assert len(items) >= 12
    assert len(items) == len(set(items))


def test_a_retired_item_is_sent_to_nobody(team, heads):
    choose(team)
    left = "the-tide"
    for item, version in wording.items().items():
        if item != left:
            notifications.retire(item=item, version=version, now=READY)
    deciding.decide_due(now=READY)
    assert set(Prompt.objects.values_list("item", flat=True)) == {left}
    notifications.retire(item=left, version=1, now=READY)
    deciding.decide_due(now=READY + ONE)
    assert decided().reason == "no-words"


def test_each_reads_the_same_item_in_their_own_language(team, heads):
    choose(team)
    team.bob.language = "es"
    team.bob.save()
    deciding.decide_due(now=READY)
    assert dict(Prompt.objects.values_list("person__name", "language")) == {"Alice": "en", "Bob": "es"}
    assert len(set(Prompt.objects.values_list("item", "version"))) == 1


def in_an_episode(team):
    for n in range(14):
        pair = (full(2, 9, 1), full(3, 2, 9)) if n >= 9 else (full(6, 6, 4), full(6, 6, 4))
        for who, answers in zip((team.alice, team.bob), pair, strict=True):
            keep(who, PAIRED + n * ONE, answers)


def test_an_episode_is_answered_with_its_own_probability(team, tails):
    choose(team)
    in_an_episode(team)
    deciding.decide_due(now=READY)
    row = decided()
    assert (row.reason, row.probability, row.state_alert, row.in_trial) == ("episode", 0.90, True, True)
    assert row.p_a_reaches > row.p_b_reaches


def test_each_reads_the_text_that_fits_their_own_answers(team, heads):
    choose(team)
    in_an_episode(team)
    deciding.decide_due(now=READY)
    voices = dict(Prompt.objects.values_list("person__name", "voice"))
    assert voices == {"Alice": "reaching", "Bob": "making_room"}
    assert len(set(Prompt.objects.values_list("item", "version", "occasion"))) == 1


def test_the_words_depend_on_ones_own_answers_alone(team, heads):
    """Bob's text is the same whatever Alice answered, and whether she did."""
    choose(team)
    for n in range(14):
        keep(team.bob, PAIRED + n * ONE, full(3, 2, 9) if n >= 9 else full(6, 6, 4))
    deciding.decide_due(now=READY)
    assert Prompt.objects.get(person=team.bob).voice == "making_room"
    assert Prompt.objects.get(person=team.alice).voice == "either"


def test_both_are_told_at_half_past_eight_of_their_own_clock(heads):
    alice, bob = cast.person("Alice"), cast.person("Bob", zone="America/New_York")
    team = cast.Cast(alice, bob, alice, alice, cast.pair(alice, bob))
    choose(team)
    # 07:00 in New York is noon in Madrid; until then the morning before is the last one.
    deciding.decide_due(now=READY)
    assert decided().day == READY.date() - ONE
    assert not Prompt.objects.exists()
    deciding.decide_due(now=READY + 5 * HOUR)
    slots = dict(Prompt.objects.values_list("person__name", "slot_at"))
    assert slots["Bob"] == datetime(2026, 3, 18, 12, 30, tzinfo=UTC)
    assert slots["Alice"] == datetime(2026, 3, 19, 7, 30, tzinfo=UTC)


# Holding back looks like any calm day


@pytest.mark.parametrize(
    "hold",
    [
        lambda who: consents.pause(person=who, now=READY - HOUR),
        lambda who: consents.enter_safety(person=who, now=READY - HOUR),
        lambda who: notifications.mute(person=who, days=7, now=READY - HOUR),
    ],
)
@pytest.mark.parametrize("coin", [0.0, 0.04, 0.06])
def test_who_holds_back_is_not_noticed_by_the_other(team, monkeypatch, hold, coin):
    """Bob gets on a calm day what he would have got anyway: the same item, the same text, the same slot."""
    monkeypatch.setattr(policy, "coin", lambda *_: coin)
    choose(team)
    deciding.decide_due(now=READY - ONE)
    seen = []
    for act in (None, hold):
        Decision.objects.filter(day__gte=READY.date()).delete()
        Prompt.objects.all().delete()
        PatternState.objects.update(next_decision_at=READY)
        if act:
            act(team.alice)
        deciding.decide_due(now=READY)
        seen.append([(p.item, p.version, p.voice, p.slot_at, p.expires_at) for p in Prompt.objects.filter(person=team.bob)])
    assert seen[0] == seen[1]
    assert len(seen[0]) == (1 if coin < 0.05 else 0)


@pytest.mark.parametrize("hold", [consents.pause, consents.enter_safety])
def test_with_one_holding_back_an_episode_counts_as_calm_and_outside_the_trial(team, tails, hold):
    choose(team)
    in_an_episode(team)
    hold(person=team.alice, now=READY - HOUR)
    deciding.decide_due(now=READY)
    row = decided()
    assert (row.available, row.reason, row.probability, row.in_trial) == (True, "withheld", 0.05, False)


def test_one_who_wants_no_prompts_gets_none_and_the_other_gets_theirs(team, heads):
    choose(team, "none", "discreet")
    deciding.decide_due(now=READY)
    assert [p.person for p in Prompt.objects.all()] == [team.bob]
    assert (decided().probability, decided().in_trial) == (0.15, False)


def test_the_one_in_the_safety_state_reads_words_about_themselves_on_the_same_slot(team, heads):
    choose(team)
    consents.enter_safety(person=team.alice, now=READY - HOUR)
    deciding.decide_due(now=READY)
    mine, theirs = Prompt.objects.get(person=team.alice), Prompt.objects.get(person=team.bob)
    assert mine.voice == "solo"
    assert mine.item != theirs.item
    assert mine.slot_at == theirs.slot_at


def test_paused_and_muted_get_nothing(team, heads):
    choose(team)
    consents.pause(person=team.alice, now=READY - HOUR)
    notifications.mute(person=team.bob, days=7, now=READY - HOUR)
    deciding.decide_due(now=READY)
    assert not Prompt.objects.exists()
    assert (decided().reason, decided().sent) == ("withheld", True)


def test_after_two_mutes_at_once_prompts_come_as_if_one_had_never_been(team, heads):
    """The cap fills up with coins that nobody heard of, or the first to end a mute could tell that the other's ran too."""
    choose(team)
    came = {}
    for who in ("both", "bob"):
        with transaction.atomic():
            for one in (team.alice, team.bob) if who == "both" else (team.bob,):
                notifications.mute(person=one, days=2, now=READY - HOUR)
            for n in range(8):
                deciding.decide_due(now=READY + n * ONE)
            came[who] = list(Prompt.objects.filter(person=team.bob).order_by("day").values_list("day", "item"))
            transaction.set_rollback(True)
    assert came["bob"] == came["both"] != []


# Both or none


def test_both_or_none(team, heads, monkeypatch):
    choose(team)
    deciding.decide_due(now=READY - ONE)

    def fail(**_):
        raise RuntimeError("the outbox is on fire")

    with monkeypatch.context() as burning:
        burning.setattr(notifications, "queue_occasions", fail)
        deciding.decide_due(now=READY)
    assert not Decision.objects.filter(day=READY.date()).exists()
    assert not Prompt.objects.exists()
    assert not PatternDay.objects.filter(day=READY.date() - ONE).exists()
    # Put off for an hour, and then both.
    deciding.decide_due(now=READY + HOUR)
    assert Prompt.objects.count() == 2


def test_one_couple_that_cannot_be_decided_keeps_no_other_from_their_morning(team, monkeypatch):
    others = cast.pair(cast.person("Erin"), cast.person("Frank"))
    deciding.decide_due(now=FIRST)
    assess = assessing.assess

    def fail_for_alice_and_bob(*, states, **more):
        if any(state.couple_id == team.couple.pk for state in states):
            raise RuntimeError("an odd row")
        assess(states=states, **more)

    monkeypatch.setattr(deciding, "assess", fail_for_alice_and_bob)
    deciding.decide_due(now=FIRST + ONE)
    assert Decision.objects.filter(couple=others, day=(FIRST + ONE).date()).exists()
    assert not Decision.objects.filter(couple=team.couple, day=(FIRST + ONE).date()).exists()
    monkeypatch.undo()
    deciding.decide_due(now=FIRST + ONE + HOUR)
    assert Decision.objects.filter(couple=team.couple, day=(FIRST + ONE).date()).exists()


def test_what_is_queued_waits_for_its_hour(team, heads):
    choose(team)
    notifications.change_preference(person=team.alice, email_on=True, now=cast.EVENING)
    deciding.decide_due(now=READY)
    delivery = Delivery.objects.get(person=team.alice)
    assert delivery.due_at == Prompt.objects.get(person=team.alice).slot_at


# Missed mornings, moves and partings


def test_mornings_on_which_nobody_was_there_are_in_the_log(team):
    choose(team)
    deciding.decide_due(now=READY)
    deciding.decide_due(now=READY + 4 * ONE)
    rows = list(Decision.objects.order_by("day").values_list("day", "reason", "available"))
    assert [day for day, _, _ in rows] == [READY.date() + n * ONE for n in range(5)]
    assert [reason for _, reason, _ in rows[1:4]] == ["missed"] * 3
    assert not any(available for _, _, available in rows[1:4])
    assert PatternDay.objects.count() == 18


def test_a_late_answer_fires_no_prompt_about_a_moment_that_has_passed(team, heads):
    choose(team)
    deciding.decide_due(now=READY)
    before = Decision.objects.count()
    now = READY + 5 * HOUR
    keep(team.alice, READY.date() - ONE, full(0, 10, 0), now=now)
    deciding.decide_due(now=now)
    assert Decision.objects.count() == before


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "Pacific/Honolulu"])
def test_a_move_reschedules_and_decides_no_morning_twice(team, zone):
    for n in range(3):
        deciding.decide_due(now=FIRST + n * ONE)
    now = FIRST + 2 * ONE + HOUR
    accounts.update_profile(person=team.bob, timezone=zone, now=now)
    for hours in range(1, 4 * 24):
        deciding.decide_due(now=now + hours * HOUR)
    days = list(Decision.objects.order_by("day").values_list("day", flat=True))
    assert days == [PAIRED + (n + 1) * ONE for n in range(len(days))]
    assert len(days) >= 6
    for row in Decision.objects.filter(decided_at__gt=now):
        late = max(row.decided_at, FIRST)
        assert late >= reveal_at(row.day - ONE, team.alice.own_clock, team.bob.own_clock)


def test_nothing_is_decided_for_those_who_parted(team, heads):
    choose(team)
    deciding.decide_due(now=READY - ONE)
    couples.leave(person=team.alice, quietly=False, now=READY - HOUR)
    deciding.decide_due(now=READY)
    assert Decision.objects.count() == 1
    assert PatternState.objects.get().next_decision_at is None


def test_nothing_is_decided_for_those_whom_one_left_quietly(team, heads):
    choose(team)
    deciding.decide_due(now=READY - ONE)
    couples.leave(person=team.alice, quietly=True, now=READY - HOUR)
    for hours in range(0, 60, 5):
        deciding.decide_due(now=READY + hours * HOUR)
    assert Decision.objects.count() == 1
    assert not Prompt.objects.exists()


def test_a_new_couple_of_the_same_two_begins_anew(team, heads):
    choose(team)
    deciding.decide_due(now=READY)
    couples.leave(person=team.alice, quietly=False, now=READY + HOUR)
    again = cast.pair(team.alice, team.bob, now=READY + 2 * HOUR)
    deciding.decide_due(now=READY + ONE)
    row = Decision.objects.get(couple=again)
    assert row.reason == "not-chosen"
