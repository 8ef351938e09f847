"""The people of the demo: a couple with twelve weeks of answers behind them, one person who uses Ebb alone, a couple that reads
and writes Spanish, and a therapist whom both couples allow something.

Everything is made through the services, each with the moment at which it would have happened, so that what the demo
shows came about as it does for everybody.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from random import Random
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction

from backend.accounts import services as accounts
from backend.accounts.models import Agreement, User
from backend.calendar_days import ONE_DAY, local_day, local_instant
from backend.care import services as care
from backend.consents import services as consents
from backend.consents.models import Consent
from backend.couples import services as couples
from backend.couples.models import Couple
from checkins import services as checkins
from checkins.answers import Answers
from checkins.patterns.simulate import StoryDay, quiet_couple, strong_episode_couple
from checkins.services import deciding
from notifications import services as notifications
from notifications.models import Prompt

ZONE = ZoneInfo("Europe/Madrid")
PASSWORD = "calm evenings by the sea"
SEED = 12
DAYS = 84
DAYS_ALONE = 21
DAYS_IN_SPANISH = 28
EPISODES = (range(33, 40), range(64, 71))
"""In the first one reaches while the other makes room; in the second it is the other way round."""
EPISODE_IN_SPANISH = (range(16, 24),)

ARRIVED = time(18)
EVENINGS = {"a": time(20, 10), "b": time(21, 25)}
DECIDED = time(7, 10)
READ = time(9, 5)

LINES: Mapping[tuple[str, int], str] = {
    ("a", 20): "Thank you for the soup.",
    ("b", 44): "The walk along the river did me good.",
    ("a", 72): "I liked it when you told me about your day.",
    ("b", 76): "An hour with my book, and then I am all yours.",
    ("a", 80): "Your note on the table made me smile.",
}
NOTES: Mapping[tuple[str, int], str] = {
    ("a", 66): "Slept badly. That may be part of it.",
    ("b", 67): "Wanted to say something, and did not find the words. Tomorrow.",
    ("a", 79): "A light day.",
}


LINES_IN_SPANISH: Mapping[tuple[str, int], str] = {
    ("a", 19): "Gracias por la sopa.",
    ("b", 22): "El paseo junto al río me hizo bien.",
    ("a", 26): "Me gustó que me contaras tu día.",
}


@dataclass(frozen=True, slots=True)
class SignIn:
    """How somebody of the demo signs in. The password is no secret: demo mode keeps nobody's real answers."""

    who: str
    email: str
    password: str = PASSWORD
    language: str = "en"
    key: str = ""
    """What an app makes the codes of a second factor from, where there is one."""


ANA, BEN = SignIn("Ana", "ana@example.org"), SignIn("Ben", "ben@example.org")
KIM = SignIn("Kim", "kim@example.org")
LUCIA, MATEO = SignIn("Lucía", "lucia@example.org", language="es"), SignIn("Mateo", "mateo@example.org", language="es")
THEA = SignIn("Thea", "thea@example.org", key="EBBEBBEBBEBBEBBEBBEBBEBBEBBEBBEB")
SIGN_INS = (ANA, BEN, KIM, LUCIA, MATEO, THEA)
VERIFIED_DAYS, ALLOWED_DAYS, SESSIONS = 40, 20, (19, 5)
"""How many days ago the therapist was verified, the couples allowed her something, and they met."""
TUESDAYS = "Tuesdays at five"
"""What she calls the couple of twelve weeks."""


def make_demo_people(*, now: datetime) -> bool:
    """Makes whoever is missing, all at once or nobody. Returns whether anybody was made."""
    with transaction.atomic():
        if User.objects.filter(email__in=[one.email for one in SIGN_INS]).exists():
            return False
        today = local_day(now, ZONE)
        _live_together(ANA, BEN, _days(DAYS, EPISODES), since=today - DAYS * ONE_DAY, now=now, lines=LINES, notes=NOTES)
        _live_alone(KIM, since=today - DAYS_ALONE * ONE_DAY)
        days = _days(DAYS_IN_SPANISH, EPISODE_IN_SPANISH)
        _live_together(LUCIA, MATEO, days, since=today - DAYS_IN_SPANISH * ONE_DAY, now=now, lines=LINES_IN_SPANISH)
        _follow(today=today)
    return True


def remove_demo_people() -> None:
    """Takes them away with everything that is theirs, or was derived from two of them."""
    with transaction.atomic():
        people = User.objects.filter(email__in=[one.email for one in SIGN_INS])
        Couple.objects.filter(memberships__person__in=people).delete()
        people.delete()


def _live_together(
    a: SignIn,
    b: SignIn,
    days: Iterable[StoryDay],
    *,
    since: date,
    now: datetime,
    lines: Mapping[tuple[str, int], str],
    notes: Mapping[tuple[str, int], str] = MappingProxyType({}),
) -> None:
    began = _at(since, ARRIVED)
    people = {"a": _person(a, at=began), "b": _person(b, at=began)}
    _pair(people["a"], people["b"], at=began)
    chance = Random(SEED)
    for index, one in enumerate(days):
        day = since + index * ONE_DAY
        for side, points in (("a", one.a), ("b", one.b)):
            if points is not None:
                answers = _answers(points, chance, line=lines.get((side, index)), note=notes.get((side, index)))
                _answer(people[side], day, answers, at=EVENINGS[side], chance=chance)
        if (morning := _at(day + ONE_DAY, DECIDED)) <= now:
            deciding.decide_due(now=morning)
    _say_how_it_was(list(people.values()), chance, until=now)


def _live_alone(who: SignIn, *, since: date) -> None:
    person, chance = _person(who, at=_at(since, ARRIVED)), Random(SEED)
    for index, one in enumerate(quiet_couple(SEED, DAYS_ALONE)):
        if one.a is not None:
            in_one_tap = Answers(kind="quick", quick="as_usual")
            answers = in_one_tap if index % 6 == 4 else _answers(one.a, chance)
            _answer(person, since + index * ONE_DAY, answers, at=EVENINGS["a"], chance=chance)


def _follow(*, today: date) -> None:
    """A therapist, whom one couple allows everything and the other its weekly summary."""
    began = _at(today - VERIFIED_DAYS * ONE_DAY, ARRIVED)
    thea = _person(THEA, at=began)
    TOTP.activate(thea, THEA.key)
    care.apply(person=thea, name="Dr Thea Example", licence="DEMO-1", practice="Practice by the river", jurisdiction="Spain", now=began)
    care.decide(therapist_id=thea.pk, state="verified", note="Somebody made up for the demo.", by=thea, now=began)
    at = _at(today - ALLOWED_DAYS * ONE_DAY, ARRIVED)
    for label, couple, scopes in ((TUESDAYS, (ANA, BEN), Consent.Scope.values), ("The new two", (LUCIA, MATEO), ["summary"])):
        link, code = care.offer(therapist=thea, label=label, purpose="sessions", now=at)
        terms = consents.Terms(scopes=scopes, days_back=84, ends_at=at + 84 * ONE_DAY, wording_version=consents.WORDING_VERSION)
        for who in couple:
            person = User.objects.get(email=who.email)
            consents.enter_code(person=person, code=code, address="127.0.0.1", now=at)
            consents.approve(person=person, link_id=link.pk, terms=terms, language=who.language, now=at)
        for days in SESSIONS if ANA in couple else ():
            care.mark_session(therapist=thea, link_id=link.pk, day=today - days * ONE_DAY)
            care.write_note(
                therapist=thea, link_id=link.pk, text="Asked both what a good evening looks like.", now=_at(today - days * ONE_DAY, ARRIVED)
            )


def _person(who: SignIn, *, at: datetime) -> User:
    person = User.objects.create_user(
        who.email,
        who.password,
        name=who.who,
        language=who.language,
        timezone=ZONE.key,
        zone_changed_at=at,
        adult_confirmed_at=at,
        date_joined=at,
    )
    EmailAddress.objects.create(user=person, email=who.email, verified=True, primary=True)
    Agreement.objects.create(
        user=person, wording=accounts.KEEP_ANSWERS, version=accounts.agreement_version(), language=who.language, given_at=at
    )
    return person


def _pair(a: User, b: User, *, at: datetime) -> None:
    invitation, code = couples.invite(person=a, now=at)
    couples.accept_invitation(person=b, code=code, address="127.0.0.1", now=at)
    couples.confirm_invitation(person=a, invitation_id=invitation.pk, now=at)
    for person in (a, b):
        consents.choose(person=person, now=at, sharing="levels", prompt_mode="responsive", show_pattern=True)


def _days(count: int, episodes: Iterable[range]) -> list[StoryDay]:
    """Made-up days of two: quiet ones, and episodes that run now one way, now the other."""
    days = quiet_couple(SEED, count)
    for number, episode in enumerate(episodes):
        for index in episode:
            one = strong_episode_couple(SEED, count, episode.start, len(episode))[index]
            days[index] = one if number % 2 == 0 else StoryDay(one.b, one.a, one.truth)
    return days


def _answers(points: Mapping[str, int], chance: Random, *, line: str | None = None, note: str | None = None) -> Answers:
    return Answers(
        kind="full",
        closeness_felt=points["closeness_felt"],
        closeness_wanted=points["closeness_wanted"],
        space_wanted=points["space_wanted"],
        tension=points["tension"],
        feelings=_feelings(points, chance),
        shared_line=line,
        note=note,
    )


def _feelings(points: Mapping[str, int], chance: Random) -> tuple[str, ...]:
    """Named on some evenings, and of a kind with the rest of the answer."""
    if chance.random() < 0.5:
        return ()
    if points["closeness_wanted"] - points["closeness_felt"] >= 3:
        return tuple(chance.sample(("lonely", "tender", "uneasy"), 2))
    if points["space_wanted"] >= 6:
        return tuple(chance.sample(("overfull", "tired", "numb"), 2))
    return tuple(chance.sample(("calm", "grateful", "hopeful", "playful", "tired"), chance.choice((1, 2))))


def _answer(person: User, day: date, answers: Answers, *, at: time, chance: Random) -> None:
    item = checkins.Item(day=day, client_id=UUID(int=chance.getrandbits(128), version=4), answers=answers)
    checkins.submit_check_in(person=person, item=item, now=_at(day, at))


def _say_how_it_was(people: Sequence[User], chance: Random, *, until: datetime) -> None:
    """Most prompts found a word back; the latest still waits for one."""
    for person in people:
        for prompt in list(Prompt.objects.visible_to(person).order_by("slot_at"))[:-1]:
            at = _at(prompt.day, READ)
            reaction = chance.choice(("helped", "helped", "not_now", "did_not_fit", None))
            if reaction is not None and at <= until:
                notifications.react(person=person, prompt_id=prompt.pk, reaction=reaction, now=at)


def _at(day: date, moment: time) -> datetime:
    return local_instant(day, moment, ZONE)
