"""The daily decision about the gentle prompt: pure rules, no Django, no database, no clock.

`decide` is told the situation of a couple on one day and a coin, and says whether a prompt may go, with which
probability and whether it does. Chance is part of it on purpose: what a prompt tells one partner about the answers
of the other is bounded (see `leak_bound`), and whether prompts help can be estimated from the log. Coins and the
choice of item come from a keyed hash, so that a log can be replayed exactly.
"""

import hashlib
import hmac
import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

# 2: a coin is tossed also on days on which nobody would receive it. Before, two mutes at once kept the cap from filling up, and
# the first to end theirs could have told from what came that the other's had run meanwhile.
POLICY_VERSION = 2
VERSIONS = (1, 2)

DAYS_BEFORE_FIRST = 14
STATE_MAY_BE_DAYS_OLD = 2
WINDOW_DAYS = 7
DAYS_WITHOUT_REPEAT = 28
# In own spreads, a mean over the last answers: past it, the words follow the member's own lean.
LEANING = 0.6


class Mode(StrEnum):
    """What a person has chosen about prompts."""

    RESPONSIVE = "responsive"
    DISCREET = "discreet"
    NONE = "none"


class Voice(StrEnum):
    """Which of an item's three texts a member reads."""

    REACHING = "reaching"
    MAKING_ROOM = "making_room"
    EITHER = "either"


class Reason(StrEnum):
    """Why a decision is what it is. The first two and `WITHHELD` are available days, the rest are not."""

    EPISODE = "episode"
    CALM = "calm"
    WITHHELD = "withheld"
    NOT_PAIRED = "not-paired"
    NOT_CHOSEN = "not-chosen"
    TOO_SOON = "too-soon"
    NOBODY_TO_TELL = "nobody-to-tell"
    NO_WORDS = "no-words"
    DECIDED_TODAY = "decided-today"
    CAP_REACHED = "cap-reached"


@dataclass(frozen=True, kw_only=True)
class Chances:
    """What a mode in force means: send probabilities and how many sends any seven days may hold."""

    episode: float
    calm: float
    cap: int


CHANCES = {
    Mode.RESPONSIVE: Chances(episode=0.90, calm=0.05, cap=3),
    Mode.DISCREET: Chances(episode=0.30, calm=0.15, cap=2),
}


@dataclass(frozen=True, kw_only=True)
class MemberSituation:
    """One member on one day: the mode chosen (None before choosing) and whatever keeps prompts from them."""

    mode: Mode | None
    muted: bool = False
    paused: bool = False
    in_safety: bool = False

    @property
    def is_withheld(self) -> bool:
        """Whether the day counts as calm on this member's account."""
        return self.mode is Mode.NONE or self.muted or self.paused or self.in_safety

    @property
    def receives(self) -> bool:
        """Whether a prompt sent today reaches this member at all (in the safety state: solo content)."""
        return self.mode is not Mode.NONE and not self.muted and not self.paused


@dataclass(frozen=True, kw_only=True)
class Situation:
    """All that the decision of one couple on `day` may depend on.

    `paired_on` is the day of pairing, None once parted; `state_day` the day of the latest assessed state, None where
    there is none; `alert` whether that state is an episode; `sent_days` the days on which earlier decisions of this
    couple sent (at least those of the last seven days); `has_words` whether an item is left that was not used in the
    last 28 days.
    """

    day: date
    paired_on: date | None
    a: MemberSituation
    b: MemberSituation
    state_day: date | None = None
    alert: bool = False
    sent_days: Collection[date] = ()
    has_words: bool = True


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Who receives words: side a or b, and whether about oneself only."""

    side: str
    solo: bool


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """What was decided and why; `recipients` is filled only where `send` is true, and empty then too where nobody may receive."""

    available: bool
    reason: Reason
    mode: Mode | None
    probability: float
    in_trial: bool
    send: bool
    recipients: tuple[Receiver, ...]
    policy_version: int = POLICY_VERSION


def decide(*, situation: Situation, coin: float) -> Verdict:
    """The verdict for one couple and day; sends iff available and the coin (in [0, 1)) is below the probability."""
    mode = mode_in_force(situation.a.mode, situation.b.mode)
    refusal = _refusal(situation, mode)
    if refusal is not None or mode is None:
        return Verdict(
            available=False,
            reason=refusal or Reason.NOT_CHOSEN,
            mode=mode,
            probability=0.0,
            in_trial=False,
            send=False,
            recipients=(),
        )
    withheld = situation.a.is_withheld or situation.b.is_withheld
    episode = not withheld and is_episode(situation)
    probability = CHANCES[mode].episode if episode else CHANCES[mode].calm
    send = coin < probability
    return Verdict(
        available=True,
        reason=Reason.WITHHELD if withheld else Reason.EPISODE if episode else Reason.CALM,
        mode=mode,
        probability=probability,
        in_trial=not withheld,
        send=send,
        recipients=_receivers(situation) if send else (),
    )


def mode_in_force(a: Mode | None, b: Mode | None) -> Mode | None:
    """The mode of the couple: responsive only if both chose it, discreet if either did.

    Where one chose no prompts, the mode of the other. None before both have chosen, `Mode.NONE` where neither wants
    prompts.
    """
    if a is None or b is None:
        return None
    if a is Mode.NONE:
        return b
    if b is Mode.NONE:
        return a
    return Mode.RESPONSIVE if a is b is Mode.RESPONSIVE else Mode.DISCREET


def is_episode(situation: Situation) -> bool:
    """Whether the day is treated as one of an episode: the state is an alert and at most two days old."""
    if situation.state_day is None or not situation.alert:
        return False
    return 0 <= (situation.day - situation.state_day).days <= STATE_MAY_BE_DAYS_OLD


def _refusal(situation: Situation, mode: Mode | None) -> Reason | None:
    """The first reason for which nothing may be sent today; none of them depends on anybody's answers."""
    if situation.paired_on is None:
        return Reason.NOT_PAIRED
    if mode is None:
        return Reason.NOT_CHOSEN
    ages = [(situation.day - sent).days for sent in set(situation.sent_days)]
    reasons = {
        Reason.TOO_SOON: (situation.day - situation.paired_on).days < DAYS_BEFORE_FIRST,
        Reason.NOBODY_TO_TELL: mode is Mode.NONE,
        Reason.DECIDED_TODAY: 0 in ages,
        Reason.CAP_REACHED: mode is not Mode.NONE and sum(0 < age < WINDOW_DAYS for age in ages) >= CHANCES[mode].cap,
        Reason.NO_WORDS: not situation.has_words,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _receivers(situation: Situation) -> tuple[Receiver, ...]:
    members = (("a", situation.a), ("b", situation.b))
    return tuple(Receiver(side=side, solo=member.in_safety) for side, member in members if member.receives)


def coin(key: bytes, couple_id: int, day: date, version: int = POLICY_VERSION) -> float:
    """The one coin of a couple's day, uniform in [0, 1): 53 bits of HMAC-SHA256, the same at every replay."""
    return _draw(key, f"coin|{version}|{couple_id}|{day.isoformat()}") / 2**53


def choose_item(
    *, key: bytes, couple_id: int, day: date, items: Iterable[str], recent: Collection[str], version: int = POLICY_VERSION
) -> str | None:
    """The item for a couple's day, or None when every one was used in the last 28 days.

    `recent` holds the ids used in that time. The choice knows nothing of the state, so which item comes says nothing
    about anybody's answers.
    """
    left = sorted(set(items) - set(recent))
    if not left:
        return None
    return min(left, key=lambda item: (_draw(key, f"item|{version}|{couple_id}|{day.isoformat()}|{item}"), item))


def _draw(key: bytes, text: str) -> int:
    """53 bits that only the key predicts."""
    return int.from_bytes(hmac.new(key, text.encode(), hashlib.sha256).digest()[:8]) >> 11


def voice(*, reaching: float, making_room: float) -> Voice:
    """The text that fits a member's own recent answers.

    Both numbers are means over the member's own last answers, in own spreads (`checkins.patterns.own_leaning`): how
    much more closeness was wanted than felt, and how much more room than closeness was wanted, than is usual for them.
    """
    if max(reaching, making_room) < LEANING or reaching == making_room:
        return Voice.EITHER
    return Voice.REACHING if reaching > making_room else Voice.MAKING_ROOM


def leak_from_calm(*, cap: int, episode: float, calm: float, days: int = WINDOW_DAYS) -> float:
    """The most by which the log-odds of "a calm week" against any other week can move, in nats, over `days` days.

    At most `cap` of the days send; each sent day tells at most ln(q/p), and on the side of silence each day at most
    ln((1-p)/(1-q)), with q the probability in an episode and p on a calm day.
    """
    return max(cap * math.log(episode / calm), days * math.log((1 - calm) / (1 - episode)))


def leak_between_any(*, cap: int, episode: float, calm: float, days: int = WINDOW_DAYS) -> float:
    """The same between any two weeks: sent days lean one way, silent days the other, at worst all at once."""
    return cap * math.log(episode / calm) + (days - cap) * math.log((1 - calm) / (1 - episode))


def log_probability_of(*, sent: Sequence[bool], in_episode: Sequence[bool], chances: Chances) -> float:
    """The log probability of a row of days sent and not sent, given which of them were days of an episode.

    The cap counts within any seven days; a day on which it is reached sends nothing for certain. -inf for a row that
    cannot happen. With this the bounds above are checked by enumeration.
    """
    total = 0.0
    for index, (is_sent, episode) in enumerate(zip(sent, in_episode, strict=True)):
        if sum(sent[max(0, index - WINDOW_DAYS + 1) : index]) >= chances.cap:
            if is_sent:
                return -math.inf
            continue
        probability = chances.episode if episode else chances.calm
        total += math.log(probability if is_sent else 1 - probability)
    return total
