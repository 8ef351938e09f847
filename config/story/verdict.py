"""Whether the story went well: what was decided, delivered, decrypted and read, held against each other. Pure rules."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from checkins import policy
from config.story.log import Decision, Log
from config.story.plan import ONE_DAY, SIDES, WITHIN_DAYS, Side

EPISODE = policy.CHANCES[policy.Mode.RESPONSIVE].episode
CALM = policy.CHANCES[policy.Mode.RESPONSIVE].calm


class Kind(StrEnum):
    """What a story has to show."""

    EPISODE = "episode"
    QUIET = "quiet"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the story saw itself, beside what the log says.

    `opened` are the ids of the deliveries whose push each phone decrypted, and `read` those of the prompts each person
    read over the API. `looks` are the line on the screen and the size in bytes of each push. `policy_key` replays the coins.
    """

    kind: Kind
    mornings: Sequence[date]
    log: Log
    policy_key: str
    opened: Mapping[Side, Sequence[str]]
    read: Mapping[Side, Sequence[str]]
    looks: Collection[tuple[str, int]] = ()
    episode_from: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """How it ended, and why, in sentences."""

    is_good: bool
    sentences: Sequence[str]


def judge(evidence: Evidence) -> Verdict:
    """Good if everything agrees with the log, and the story showed what its kind has to show."""
    wrong = [*_decisions_that_do_not_add_up(evidence), *_deliveries_that_do_not_agree(evidence)]
    if wrong:
        return Verdict(False, wrong)
    agrees = f"All {len(evidence.mornings)} decisions and {len(evidence.log.deliveries)} deliveries agree with the log, coin by coin."
    shown, sentence = {Kind.EPISODE: _episode_was_met, Kind.QUIET: _stayed_quiet, Kind.ANSWERS: _as_it_was}[evidence.kind](evidence)
    return Verdict(shown, [agrees, sentence])


# What every story has to show


def _decisions_that_do_not_add_up(evidence: Evidence) -> Iterator[str]:
    log, key = evidence.log, evidence.policy_key.encode()
    if [one.day for one in log.decisions] != list(evidence.mornings):
        yield f"{len(evidence.mornings)} mornings came and the log has {len(log.decisions)} decisions, or others."
    for one in log.decisions:
        if one.coin != policy.coin(key, log.couple, one.day):
            yield f"{one.day}: the coin in the log is not the one that the key gives."
        if one.probability != _probability(one):
            yield f"{one.day}: probability {one.probability} does not belong to a day that was {one.reason}."
        if one.sent != (one.available and one.coin < one.probability):
            yield f"{one.day}: coin {one.coin:.3f} and probability {one.probability} do not lead to what was done."
        if (one.reason == policy.Reason.EPISODE) != (one.available and one.state_alert):
            yield f"{one.day}: the state and the reason {one.reason!r} contradict each other."


def _probability(decision: Decision) -> float:
    if not decision.available:
        return 0.0
    return EPISODE if decision.reason == policy.Reason.EPISODE else CALM


def _deliveries_that_do_not_agree(evidence: Evidence) -> Iterator[str]:
    log = evidence.log
    if len(set(evidence.looks)) > 1:
        yield "From outside the pushes do not all look alike."
    for one in log.decisions:
        brought = sorted((delivery.side, delivery.state) for delivery in log.deliveries_of(one))
        if brought != ([(side, "sent") for side in SIDES] if one.sent else []):
            yield f"{one.day}: sent is {one.sent}, and the deliveries are {brought}."
    for side in SIDES:
        sent = Counter(one.id for one in log.deliveries if one.side == side and one.state == "sent")
        if Counter(evidence.opened[side]) != sent:
            yield f"Side {side}: {sent.total()} deliveries were sent, and the phone decrypted {len(evidence.opened[side])}, or others."
        if sorted(evidence.read[side]) != sorted(one.id for one in log.prompts_of(side)):
            yield f"Side {side}: the prompts read are not those of the log."


# What each kind has to show besides


def _episode_was_met(evidence: Evidence) -> tuple[bool, str]:
    """Both decrypted a prompt within five days of the episode's start, or the coin withheld it on every alert day."""
    assert evidence.episode_from is not None
    window = [evidence.episode_from + n * ONE_DAY for n in range(1, WITHIN_DAYS + 1)]
    alerts = [one for one in evidence.log.decisions if one.day in window and one.state_alert]
    if not alerts:
        return False, f"The episode began on {evidence.episode_from} and was not noticed within {WITHIN_DAYS} days."
    sent = next((one for one in alerts if one.sent), None)
    if sent is not None:
        days = (sent.day - evidence.episode_from).days
        return True, f"Both decrypted a prompt {days} {'day' if days == 1 else 'days'} after the episode began."
    if all(one.available and one.coin >= one.probability for one in alerts):
        return True, f"The coin withheld the prompt on each of {len(alerts)} alert days, as it may."
    return False, f"No prompt came within {WITHIN_DAYS} days of the episode's start, and not because of the coin."


def _stayed_quiet(evidence: Evidence) -> tuple[bool, str]:
    loud = [str(one.day) for one in evidence.log.decisions if one.probability == EPISODE]
    if loud:
        return False, f"There was no episode, and yet decisions used its probability: {', '.join(loud)}."
    return True, "There was no episode, and no decision used its probability."


def _as_it_was(evidence: Evidence) -> tuple[bool, str]:
    alerts, sent = sum(one.state_alert for one in evidence.log.decisions), sum(one.sent for one in evidence.log.decisions)
    return True, f"Mornings that looked back on an alert: {alerts}; prompts that went to both: {sent}."
