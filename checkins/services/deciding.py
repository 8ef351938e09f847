"""A morning is decided: once per couple and day, after the reveal, from closed days only, for both as one act.

One transaction per batch of couples: assess what has closed, toss the coin, write the Decision (always), queue the prompts.
The notification side is told whom, which words and when, never why.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from backend.calendar_days import OwnClock
from backend.consents.models import Hold
from backend.consents.queries import members_of, running_holds
from backend.couples.models import Membership
from checkins import policy
from checkins.models import Decision, PatternDay, PatternState
from checkins.retossing import seal_of
from checkins.reveal import last_revealed_day, reveal_at
from checkins.services import wording
from checkins.services.assessing import assess
from notifications import services as notifications
from notifications.queries import staying

ONE_DAY = timedelta(days=1)
BATCH = 200
MISSED = "missed"
PUT_OFF = timedelta(hours=1)
A_MOMENT = timedelta(minutes=1)
OVERLAPPING = 1000
# A morning is scheduled two days ahead at most. Whose zone changed earlier than this has a morning that is due anyway.
LONGEST_AHEAD = timedelta(days=4)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Morning:
    """One couple on one morning: everything the decision may look at."""

    state: PatternState
    members: tuple[Membership, Membership]
    day: date
    pattern: PatternDay | None
    sent_days: tuple[date, ...]
    last_decided: date | None

    @property
    def people(self) -> tuple[int, int]:
        return self.members[0].person_id, self.members[1].person_id


def decide_due(*, now: datetime) -> int:
    """Decides for every couple whose morning has come. Returns how many couples that were.

    A couple that cannot be decided (a row nobody foresaw) is logged and put off for an hour; its neighbours go on.
    """
    _begin_new_couples(now)
    _reschedule_moved(now)
    total = 0
    while taken := _batch_or_one_by_one(now):
        total += taken
    return total


def _batch_or_one_by_one(now: datetime) -> int:
    try:
        return decide(now=now)
    except Exception:
        log.exception("a batch of mornings failed; each couple is now taken alone")
    due = PatternState.objects.filter(next_decision_at__lte=now).order_by("next_decision_at").values_list("couple_id", flat=True)[:BATCH]
    return sum(_decide_alone(couple_id, now) for couple_id in list(due))


def _decide_alone(couple_id: int, now: datetime) -> int:
    try:
        return decide(now=now, couple_id=couple_id)
    except Exception:
        log.exception("couple %s could not be decided and is put off", couple_id)
        return PatternState.objects.filter(couple_id=couple_id, next_decision_at__lte=now).update(next_decision_at=now + PUT_OFF)


def decide(*, now: datetime, limit: int = BATCH, couple_id: int | None = None) -> int:
    """One batch, or one couple. Couples that another worker holds are passed over. Returns how many were taken."""
    with transaction.atomic():
        due_now = PatternState.objects.select_for_update(skip_locked=True).filter(next_decision_at__lte=now)
        if couple_id is not None:
            due_now = due_now.filter(couple_id=couple_id)
        states = list(due_now.order_by("next_decision_at")[:limit])
        if not states:
            return 0
        members = members_of([state.couple_id for state in states])
        states, passed_over = _apart(states, members)
        PatternState.objects.filter(pk__in=[state.pk for state in passed_over]).update(next_decision_at=now + A_MOMENT)
        going_on = [state for state in states if _is_seen(members.get(state.couple_id, ()))]
        last_days = {state.couple_id: last_revealed_day(now, _clocks(members[state.couple_id])) for state in going_on}
        due = [state for state in going_on if last_days[state.couple_id] >= state.first_day]
        assess(states=due, members=members, through=last_days)
        _decide_mornings([state for state in due if not _was_left(members[state.couple_id])], members, last_days, now)
        for state in states:
            state.next_decision_at = None
        for state in going_on:
            _schedule(state, members[state.couple_id], now)
        PatternState.objects.bulk_update(states, ["next_decision_at", "scheduled_at"])
    return len(states) + len(passed_over)


def _apart(
    states: Sequence[PatternState], members: Mapping[int, tuple[Membership, Membership]]
) -> tuple[list[PatternState], list[PatternState]]:
    """Those that can be decided now, and those of whom somebody is just deleting the account, or changing something about it.

    Prompts point to accounts. To wait for one while holding the couple's state would be to wait for someone who waits for us.
    """
    here = staying({one.person_id for pair in members.values() for one in pair})
    is_here = {state.pk: all(one.person_id in here for one in members.get(state.couple_id, ())) for state in states}
    return [state for state in states if is_here[state.pk]], [state for state in states if not is_here[state.pk]]


def _is_seen(pair: Sequence[Membership]) -> bool:
    """Whether somebody is still in the couple: both, or the one who was left quietly and does not know."""
    return len(pair) == 2 and any(member.ended_at is None for member in pair)


def _was_left(pair: Sequence[Membership]) -> bool:
    """Left quietly, no morning is decided and no prompt sent; days go on being assessed as if that person had fallen silent."""
    return pair[0].couple.ended_at is not None


def _decide_mornings(
    states: Sequence[PatternState], members: Mapping[int, tuple[Membership, Membership]], through: Mapping[int, date], now: datetime
) -> None:
    mornings = [one for one in _mornings(states, members, through) if one.last_decided is None or one.last_decided < one.day]
    people = [person for morning in mornings for person in morning.people]
    holds, muted = running_holds(people), notifications.is_muted(people, now)
    items = wording.items()
    since = min((morning.day for morning in mornings), default=now.date()) - policy.DAYS_WITHOUT_REPEAT * ONE_DAY
    recent = wording.recent_items([morning.state.couple_id for morning in mornings], since)
    decisions: list[Decision] = []
    sending: list[tuple[_Morning, Decision, Sequence[policy.Receiver]]] = []
    for morning in mornings:
        a, b = (_situation_of(member, holds, muted) for member in morning.members)
        item = policy.choose_item(
            key=_key(), couple_id=morning.state.couple_id, day=morning.day, items=items, recent=recent[morning.state.couple_id]
        )
        decision, receivers = _decide_one(morning, a=a, b=b, item=item, now=now)
        decisions += [*_missed(morning, now), decision]
        if decision.sent:
            sending.append((morning, decision, receivers))
    for one in decisions:
        one.seal = seal_of(one, couple=one.couple_id, key=_key())
    Decision.objects.bulk_create(decisions)
    _queue(sending, items, now)


def _decide_one(
    morning: _Morning, *, a: policy.MemberSituation, b: policy.MemberSituation, item: str | None, now: datetime
) -> tuple[Decision, tuple[policy.Receiver, ...]]:
    couple_id, pattern = morning.state.couple_id, morning.pattern
    situation = policy.Situation(
        day=morning.day,
        paired_on=max(member.joined_day for member in morning.members),
        a=a,
        b=b,
        state_day=pattern.day if pattern else None,
        alert=bool(pattern and pattern.alert),
        sent_days=morning.sent_days,
        has_words=item is not None,
    )
    coin = policy.coin(_key(), couple_id, morning.day)
    verdict = policy.decide(situation=situation, coin=coin)
    decision = Decision(
        couple_id=couple_id,
        day=morning.day,
        decided_at=now,
        available=verdict.available,
        reason=verdict.reason,
        mode=verdict.mode or "",
        probability=verdict.probability,
        coin=coin,
        sent=verdict.send,
        in_trial=verdict.in_trial,
        state_day=situation.state_day,
        state_alert=situation.alert,
        p_a_reaches=pattern.p_a_reaches if pattern else None,
        p_b_reaches=pattern.p_b_reaches if pattern else None,
        item=(item or "") if verdict.send else "",
        policy_version=str(verdict.policy_version),
        model_version=pattern.model_version if pattern else "",
    )
    return decision, verdict.recipients


def _situation_of(member: Membership, holds: Mapping[int, set[str]], muted: Collection[int]) -> policy.MemberSituation:
    choice = getattr(member, "choice", None)
    kinds = holds.get(member.person_id, set())
    return policy.MemberSituation(
        mode=policy.Mode(choice.prompt_mode) if choice and choice.prompt_mode else None,
        muted=member.person_id in muted,
        paused=Hold.Kind.PAUSE in kinds,
        in_safety=Hold.Kind.SAFETY in kinds,
    )


def _queue(sending: Sequence[tuple[_Morning, Decision, Sequence[policy.Receiver]]], items: Mapping[str, int], now: datetime) -> None:
    """Queues each couple's prompts as one act, every person's in the voice of their own answers."""
    by_day: dict[date, list[int]] = defaultdict(list)
    for morning, _decision, _receivers in sending:
        by_day[morning.day] += morning.people
    voices = {day: wording.voices_of(people, day) for day, people in by_day.items()}
    occasions: list[notifications.Occasion] = []
    for morning, decision, receivers in sending:
        by_side = {member.side: member.person for member in morning.members}
        recipients = []
        for receiver in receivers:
            person = by_side[receiver.side]
            if not receiver.solo:
                voice = voices[morning.day][person.pk]
                recipients.append(wording.recipient(person, item=decision.item, version=items[decision.item], voice=voice))
            elif alone := wording.recipient_alone(person, day=morning.day, now=now):
                recipients.append(alone)
        occasions.append(notifications.Occasion(decision.id, decision.couple_id, recipients))
    notifications.queue_occasions(occasions=occasions, now=now)


def _missed(morning: _Morning, now: datetime) -> list[Decision]:
    """A row for each morning on which nobody was there to decide, so that no day is silently absent from the log."""
    if morning.last_decided is None:
        return []
    days = range(1, (morning.day - morning.last_decided).days)
    return [
        Decision(
            couple_id=morning.state.couple_id,
            day=morning.last_decided + n * ONE_DAY,
            decided_at=now,
            available=False,
            reason=MISSED,
            probability=0.0,
            coin=policy.coin(_key(), morning.state.couple_id, morning.last_decided + n * ONE_DAY),
            sent=False,
            in_trial=False,
            state_alert=False,
            policy_version=str(policy.POLICY_VERSION),
        )
        for n in days
    ]


def _mornings(
    states: Sequence[PatternState], members: Mapping[int, tuple[Membership, Membership]], through: Mapping[int, date]
) -> list[_Morning]:
    """Everything the decisions of a batch look at, in two statements."""
    couples = [state.couple_id for state in states]
    if not couples:
        return []
    patterns = {
        row.couple_id: row
        for row in PatternDay.objects.in_use().filter(couple_id__in=couples).order_by("couple_id", "-day").distinct("couple_id")
    }
    since = min(through[couple] for couple in couples) + ONE_DAY - (policy.WINDOW_DAYS + 1) * ONE_DAY
    sent: dict[int, list[date]] = defaultdict(list)
    for couple_id, day in Decision.objects.filter(couple_id__in=couples, sent=True, day__gte=since).values_list("couple_id", "day"):
        sent[couple_id].append(day)
    decided = dict(
        Decision.objects.filter(couple_id__in=couples).order_by("couple_id", "-day").distinct("couple_id").values_list("couple_id", "day")
    )
    return [
        _Morning(
            state=state,
            members=members[state.couple_id],
            day=through[state.couple_id] + ONE_DAY,
            pattern=patterns.get(state.couple_id),
            sent_days=tuple(sent[state.couple_id]),
            last_decided=decided.get(state.couple_id),
        )
        for state in states
    ]


def _begin_new_couples(now: datetime) -> None:
    """Every couple has a pattern state from its first morning on. Pairing itself knows nothing of patterns.

    Only the newest couples are looked at: ids grow, and two pairings that overlap are never `OVERLAPPING` ids apart. The
    two statements are not one, because the planner must know the id to see how little it leads to.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(couple_id), 0) FROM checkins_patternstate")
        newest = cursor.fetchone()[0]
        cursor.execute(_BEGIN, {"now": now, "after": newest - OVERLAPPING})


def _reschedule_moved(now: datetime) -> None:
    """A person who changed their zone moves the couple's mornings."""
    PatternState.objects.filter(
        Q(couple__memberships__person__zone_changed_at__gt=F("scheduled_at")),
        next_decision_at__isnull=False,
        couple__memberships__ended_at=None,
        couple__memberships__person__zone_changed_at__gt=now - LONGEST_AHEAD,
    ).update(next_decision_at=now)


def _schedule(state: PatternState, pair: tuple[Membership, Membership], now: datetime) -> None:
    """The next morning: when the day after the last revealed one is revealed."""
    clocks = _clocks(pair)
    state.next_decision_at = reveal_at(last_revealed_day(now, clocks) + ONE_DAY, *clocks)
    state.scheduled_at = now


def _key() -> bytes:
    return settings.POLICY_KEY.encode()


def _clocks(pair: tuple[Membership, Membership]) -> tuple[OwnClock, OwnClock]:
    return pair[0].person.own_clock, pair[1].person.own_clock


_BEGIN = """
    INSERT INTO checkins_patternstate (couple_id, first_day, states, model_version, next_decision_at, scheduled_at)
    SELECT c.id, min(m.joined_day), '', '', %(now)s, %(now)s
    FROM couples_couple c JOIN couples_membership m ON m.couple_id = c.id
    WHERE c.id > %(after)s AND c.ended_at IS NULL AND NOT EXISTS (SELECT 1 FROM checkins_patternstate s WHERE s.couple_id = c.id)
    GROUP BY c.id
    ON CONFLICT (couple_id) DO NOTHING
"""
