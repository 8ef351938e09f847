import itertools
import math
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins.policy import (
    CHANCES,
    Chances,
    MemberSituation,
    Mode,
    Reason,
    Receiver,
    Situation,
    Voice,
    choose_item,
    coin,
    decide,
    leak_between_any,
    leak_from_calm,
    log_probability_of,
    mode_in_force,
    voice,
)

TODAY = date(2026, 7, 1)
KEY = b"a key for tests"
RESPONSIVE, DISCREET, NONE = MemberSituation(mode=Mode.RESPONSIVE), MemberSituation(mode=Mode.DISCREET), MemberSituation(mode=Mode.NONE)
UNDECIDED = MemberSituation(mode=None)
A, B = Receiver(side="a", solo=False), Receiver(side="b", solo=False)
SITUATION = Situation(
    day=TODAY, paired_on=TODAY - timedelta(days=30), a=RESPONSIVE, b=RESPONSIVE, state_day=TODAY - timedelta(days=1), alert=True
)


def ago(*ages: int) -> tuple[date, ...]:
    return tuple(TODAY - timedelta(days=age) for age in ages)


@pytest.mark.parametrize(
    "a, b, mode",
    [
        (Mode.RESPONSIVE, Mode.RESPONSIVE, Mode.RESPONSIVE),
        (Mode.RESPONSIVE, Mode.DISCREET, Mode.DISCREET),
        (Mode.DISCREET, Mode.DISCREET, Mode.DISCREET),
        (Mode.NONE, Mode.RESPONSIVE, Mode.RESPONSIVE),
        (Mode.NONE, Mode.DISCREET, Mode.DISCREET),
        (Mode.NONE, Mode.NONE, Mode.NONE),
        (None, Mode.RESPONSIVE, None),
        (None, None, None),
        (None, Mode.NONE, None),
    ],
)
def test_the_mode_in_force(a, b, mode):
    assert mode_in_force(a, b) is mode
    assert mode_in_force(b, a) is mode


@pytest.mark.parametrize(
    "members, alert, probability, reason, in_trial",
    [
        ((RESPONSIVE, RESPONSIVE), True, 0.90, Reason.EPISODE, True),
        ((RESPONSIVE, RESPONSIVE), False, 0.05, Reason.CALM, True),
        ((RESPONSIVE, DISCREET), True, 0.30, Reason.EPISODE, True),
        ((DISCREET, DISCREET), False, 0.15, Reason.CALM, True),
        ((RESPONSIVE, NONE), True, 0.05, Reason.WITHHELD, False),
        ((DISCREET, NONE), True, 0.15, Reason.WITHHELD, False),
        ((RESPONSIVE, replace(RESPONSIVE, muted=True)), True, 0.05, Reason.WITHHELD, False),
        ((RESPONSIVE, replace(DISCREET, muted=True)), True, 0.15, Reason.WITHHELD, False),
        ((RESPONSIVE, replace(RESPONSIVE, paused=True)), True, 0.05, Reason.WITHHELD, False),
        ((RESPONSIVE, replace(RESPONSIVE, in_safety=True)), True, 0.05, Reason.WITHHELD, False),
        ((replace(DISCREET, in_safety=True), replace(RESPONSIVE, in_safety=True)), True, 0.15, Reason.WITHHELD, False),
    ],
)
def test_the_probability_of_an_available_day(members, alert, probability, reason, in_trial):
    for one, other in (members, members[::-1]):
        verdict = decide(situation=replace(SITUATION, a=one, b=other, alert=alert), coin=0.999)
        assert (verdict.available, verdict.probability, verdict.reason, verdict.in_trial) == (True, probability, reason, in_trial)
        assert not verdict.send
        assert verdict.recipients == ()


@pytest.mark.parametrize(
    "change, reason",
    [
        ({"paired_on": None}, Reason.NOT_PAIRED),
        ({"a": UNDECIDED}, Reason.NOT_CHOSEN),
        ({"b": UNDECIDED, "a": NONE}, Reason.NOT_CHOSEN),
        ({"paired_on": TODAY - timedelta(days=13)}, Reason.TOO_SOON),
        ({"a": NONE, "b": NONE}, Reason.NOBODY_TO_TELL),
        ({"sent_days": ago(0)}, Reason.DECIDED_TODAY),
        ({"sent_days": ago(1, 3, 6)}, Reason.CAP_REACHED),
        ({"a": DISCREET, "sent_days": ago(2, 6)}, Reason.CAP_REACHED),
        ({"has_words": False}, Reason.NO_WORDS),
    ],
)
def test_a_day_on_which_nothing_may_be_sent(change, reason):
    verdict = decide(situation=replace(SITUATION, **change), coin=0.0)
    assert (verdict.available, verdict.reason, verdict.probability, verdict.send) == (False, reason, 0.0, False)
    assert (verdict.recipients, verdict.in_trial) == ((), False)


@pytest.mark.parametrize(
    "change",
    [
        {"paired_on": TODAY - timedelta(days=14)},
        {"sent_days": ago(1, 3, 7)},
        {"a": DISCREET, "sent_days": ago(2, 7)},
        {"a": NONE, "sent_days": ago(1, 2)},
    ],
)
def test_a_day_on_which_something_may_be_sent(change):
    assert decide(situation=replace(SITUATION, **change), coin=0.0).send


@pytest.mark.parametrize(
    "age, reason", [(0, Reason.EPISODE), (1, Reason.EPISODE), (2, Reason.EPISODE), (3, Reason.CALM), (-1, Reason.CALM)]
)
def test_an_old_state_is_no_episode(age, reason):
    assert decide(situation=replace(SITUATION, state_day=TODAY - timedelta(days=age)), coin=0.5).reason is reason


def test_no_state_is_no_episode():
    assert decide(situation=replace(SITUATION, state_day=None), coin=0.5).reason is Reason.CALM


@pytest.mark.parametrize("tossed, sends", [(0.0, True), (0.899999, True), (0.9, False), (0.95, False)])
def test_one_coin_decides_for_both(tossed, sends):
    verdict = decide(situation=SITUATION, coin=tossed)
    assert verdict.send is sends
    assert verdict.recipients == ((A, B) if sends else ())


@pytest.mark.parametrize(
    "a, b, recipients",
    [
        (RESPONSIVE, replace(RESPONSIVE, muted=True), (A,)),
        (replace(RESPONSIVE, paused=True), RESPONSIVE, (B,)),
        (NONE, DISCREET, (B,)),
        (replace(RESPONSIVE, in_safety=True), RESPONSIVE, (Receiver(side="a", solo=True), B)),
        (replace(RESPONSIVE, in_safety=True, muted=True), RESPONSIVE, (B,)),
        (replace(NONE, in_safety=True), RESPONSIVE, (B,)),
        (RESPONSIVE, replace(RESPONSIVE, in_safety=True, paused=True), (A,)),
        (replace(RESPONSIVE, muted=True), replace(RESPONSIVE, paused=True), ()),
        (replace(RESPONSIVE, paused=True, in_safety=True), NONE, ()),
    ],
)
def test_who_receives_words(a, b, recipients):
    verdict = decide(situation=replace(SITUATION, a=a, b=b), coin=0.0)
    # A coin nobody hears of counts like any other: the cap must not tell later that nobody was there.
    assert verdict.send
    assert verdict.recipients == recipients


@given(st.sampled_from([Mode.RESPONSIVE, Mode.DISCREET]), st.floats(0, 1, exclude_max=True), st.booleans())
def test_the_other_cannot_tell_mute_pause_and_safety_from_a_calm_day(mode, tossed, alert):
    own = MemberSituation(mode=mode)
    calm = decide(situation=replace(SITUATION, a=own, b=own, alert=False), coin=tossed)
    for withheld in (replace(own, muted=True), replace(own, paused=True), replace(own, in_safety=True)):
        verdict = decide(situation=replace(SITUATION, a=own, b=withheld, alert=alert), coin=tossed)
        assert (A in verdict.recipients) == (A in calm.recipients)


def test_a_coin_is_replayed_exactly_and_belongs_to_couple_day_and_version():
    assert coin(KEY, 7, TODAY) == coin(KEY, 7, TODAY)
    others = {coin(KEY, 8, TODAY), coin(KEY, 7, TODAY + timedelta(days=1)), coin(KEY, 7, TODAY, version=1), coin(b"other", 7, TODAY)}
    assert coin(KEY, 7, TODAY) not in others
    assert len(others) == 4


def test_coins_are_spread_evenly():
    tossed = sorted(coin(KEY, couple, TODAY) for couple in range(4000))
    assert 0 <= tossed[0] <= tossed[-1] < 1
    # Kolmogorov-Smirnov at one in a thousand; the coins are fixed by the key, so this never flickers.
    assert max(abs(value - (rank + 0.5) / 4000) for rank, value in enumerate(tossed)) < 1.95 / math.sqrt(4000)


def test_an_item_is_not_repeated_and_the_order_of_files_does_not_matter():
    items = [f"item-{number}" for number in range(10)]
    recent: list[str] = []
    for step in range(10):
        chosen = choose_item(key=KEY, couple_id=7, day=TODAY + timedelta(days=step), items=items, recent=recent)
        assert chosen == choose_item(key=KEY, couple_id=7, day=TODAY + timedelta(days=step), items=items[::-1], recent=set(recent))
        assert chosen is not None
        assert chosen not in recent
        recent.append(chosen)
    assert choose_item(key=KEY, couple_id=7, day=TODAY, items=items, recent=recent) is None


def test_items_come_about_equally_often():
    items = [f"item-{number}" for number in range(5)]
    chosen = [choose_item(key=KEY, couple_id=couple, day=TODAY, items=items, recent=()) for couple in range(2000)]
    assert all(330 < chosen.count(item) < 470 for item in items)


@pytest.mark.parametrize(
    "reaching, making_room, expected",
    [
        (0.0, 0.0, Voice.EITHER),
        (0.59, 0.1, Voice.EITHER),
        (0.6, 0.1, Voice.REACHING),
        (0.2, 1.4, Voice.MAKING_ROOM),
        (1.0, 1.2, Voice.MAKING_ROOM),
        (0.9, 0.9, Voice.EITHER),
        (-2.0, -2.0, Voice.EITHER),
    ],
)
def test_the_voice_follows_ones_own_lean(reaching, making_room, expected):
    assert voice(reaching=reaching, making_room=making_room) is expected


def enumerate_leak(chances: Chances, days: int = 7) -> tuple[float, float]:
    """The greatest log-odds shifts over all rows of sent days: calm against any, and any against any."""
    rows = list(itertools.product([False, True], repeat=days))
    from_calm = between_any = 0.0
    for sent in rows:
        if sum(sent) > chances.cap:
            continue
        logs = [log_probability_of(sent=sent, in_episode=truth, chances=chances) for truth in rows]
        calm = logs[0]
        from_calm = max(from_calm, *(abs(calm - other) for other in logs))
        between_any = max(between_any, max(logs) - min(logs))
    return from_calm, between_any


@pytest.mark.parametrize(
    "chances, calm, between",
    [
        (CHANCES[Mode.DISCREET], 1.39, 2.36),
        (Chances(episode=0.30, calm=0.15, cap=1), None, None),
        (Chances(episode=0.5, calm=0.25, cap=3), None, None),
        (CHANCES[Mode.RESPONSIVE], None, None),
    ],
)
def test_the_leak_bound_holds_by_enumeration(chances, calm, between):
    terms = {"cap": chances.cap, "episode": chances.episode, "calm": chances.calm}
    exact_calm, exact_between = enumerate_leak(chances)
    assert exact_calm <= leak_from_calm(**terms) + 1e-12
    assert exact_between <= leak_between_any(**terms) + 1e-12
    if calm is not None:
        assert leak_from_calm(**terms) == pytest.approx(calm, abs=0.005)
        assert leak_between_any(**terms) == pytest.approx(between, abs=0.005)
        # The bounds are reached: they are not looser than they need to be.
        assert exact_calm == pytest.approx(leak_from_calm(**terms))
        assert exact_between == pytest.approx(leak_between_any(**terms))


def test_one_discreet_prompt_or_its_absence_at_most_doubles_the_odds():
    chances = CHANCES[Mode.DISCREET]
    assert chances.episode / chances.calm <= 2
    assert (1 - chances.calm) / (1 - chances.episode) <= 2


def test_the_probabilities_of_all_rows_add_up_to_one():
    chances, rows = CHANCES[Mode.DISCREET], list(itertools.product([False, True], repeat=9))
    truth = [False, True, True, False, True, True, True, False, False]
    total = sum(math.exp(log_probability_of(sent=sent, in_episode=truth, chances=chances)) for sent in rows)
    assert total == pytest.approx(1.0)
