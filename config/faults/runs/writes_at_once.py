"""C2 to C5: several devices, and two partners, write at the same moment or out of order."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread
from typing import Any

from django.db import connection, transaction

from backend.accounts.models import User
from backend.api.authentication import HEADER
from backend.couples.models import Membership
from checkins.models import CheckIn, PatternDay, PatternState
from checkins.services.assessing import assess
from config.faults.calling import Answer, Request, call_all
from config.faults.ground import Ground
from config.faults.people import make_people, pair, sign_in
from config.faults.results import Invariant, Result, none_of
from config.faults.writing import ACKNOWLEDGED, LEVELS, full_answers, put, today

DAYS_BACK = 7
AN_HOUR = timedelta(hours=1)
AT_EIGHT = timedelta(hours=20)
A_FEW = 20
"""Couples assessed in one transaction, for which whoever writes has to wait."""


def without_a_key(ground: Ground) -> Result:
    """C2: five devices answer one day, each under a client id of its own."""
    tokens = sign_in(make_people(ground.count(5_000, least=5)))
    address = ground.web()
    days = [(token, today() - timedelta(days=back)) for token in tokens for back in range(2)]
    ground.say(f"{len(days)} days, each answered by five devices at once")
    answers = call_all(address, [put(token, day, full_answers(ground.chance)) for token, day in days for _ in range(5)])
    created = [sum(one.status == 201 for one in answers[start : start + 5]) for start in range(0, len(answers), 5)]
    return Result(
        figures={"days": len(days), "writes": len(answers)},
        invariants=[
            Invariant("rows, one for each day", CheckIn.objects.count(), "=", len(days)),
            none_of("days created other than once", sum(count != 1 for count in created)),
            none_of("writes answered neither with the row nor with what stands in the way", sum(not _is_told(one) for one in answers)),
        ],
    )


def in_any_order(ground: Ground) -> Result:
    """C3: a week's answers given offline arrive in one batch, in any order."""
    people = make_people(ground.count(2_000, least=20))
    tokens = sign_in(people)
    address = ground.web()
    items = _week(ground)
    requests = []
    for token in tokens:
        shuffled = ground.chance.sample(items, len(items))
        # A client id belongs to one person, and each of them is another one.
        fresh = [item | {"client_id": full_answers(ground.chance)["client_id"]} for item in shuffled]
        requests.append(Request("POST", "/api/v1/check-ins/batch/", {"items": fresh}, {HEADER: token}))
    answers = call_all(address, requests)
    ends = Counter(_state_of(person) for person in people)
    in_order = _state_when_in_order(address, items)
    return Result(
        figures={"permutations": len(people), "items of each": len(items), "days of each": len(in_order)},
        invariants=[
            none_of("batches that were refused", _others(answers, {200})),
            Invariant("different end states", len(ends), "=", 1),
            none_of(
                "end states other than that of the order in which they were given", sum(n for end, n in ends.items() if end != in_order)
            ),
        ],
    )


def two_devices(ground: Ground) -> Result:
    """C4: two devices change the same version of one day."""
    races = ground.count(1_000, least=20)
    tokens = sign_in(make_people(ground.count(20, least=4)))
    address = ground.web()
    versions = dict.fromkeys(tokens, 1)
    call_all(address, [put(token, today(), full_answers(ground.chance)) for token in tokens])
    wrong = 0
    for number in range(races):
        token = tokens[number % len(tokens)]
        bodies = [full_answers(ground.chance) for _ in range(2)]
        match = {"If-Match": f'"{versions[token]}"'}
        answers = call_all(address, [put(token, today(), body, **match) for body in bodies], connections=2)
        statuses = sorted(one.status for one in answers)
        versions[token] += 1
        if statuses != [200, 412]:
            wrong += 1
            continue
        won = bodies[0] if answers[0].status == 200 else bodies[1]
        lost = answers[1] if answers[0].status == 200 else answers[0]
        stands = call_all(address, [Request("GET", f"/api/v1/check-ins/{today()}/", headers={HEADER: token})])[0].json
        wrong += any(stands[name] != won[name] for name in LEVELS) or stands["version"] != versions[token]
        wrong += lost.json["current"]["version"] != versions[token]
    return Result(
        figures={"races": races},
        invariants=[none_of("races with other than one winner, whose answers stand and of which the other is told", wrong)],
    )


def both_partners(ground: Ground) -> Result:
    """C5: both partners write at once, while their days are being assessed."""
    couples = ground.count(1_000, least=20)
    people = make_people(2 * couples)
    pair(people)
    first = today() - timedelta(days=DAYS_BACK)
    PatternState.objects.bulk_create([PatternState(couple_id=one, first_day=first) for one in _couples()])
    tokens = sign_in(people)
    address = ground.web()
    done = Event()
    assessor = Thread(target=_assess_until, args=(done,), daemon=True)
    assessor.start()
    requests = []
    for a, b in zip(tokens[::2], tokens[1::2], strict=True):
        # The same days of both, next to each other, so that they travel over different connections at the same time.
        requests += [_batch(token, [item]) for item in _week(ground) for token in (a, b)]
    answers = call_all(address, requests)
    done.set()
    assessor.join()
    _assess_all()
    derived = _derived()
    PatternDay.objects.all().delete()
    PatternState.objects.update(assessed_through=None, dirty_from=None, states=b"", model_version="")
    _assess_all()
    return Result(
        figures={"couples": couples, "writes": len(answers), "days derived": len(derived)},
        invariants=[
            none_of(
                "writes that failed",
                sum(one.status != 200 or any(r["status"] not in ACKNOWLEDGED for r in one.json["results"]) for one in answers),
            ),
            Invariant("days derived, all of each couple", len(derived), "=", couples * DAYS_BACK),
            none_of(
                "days that a replay from the beginning derives otherwise", sum(derived[key] != value for key, value in _derived().items())
            ),
        ],
    )


def _is_told(answer: Answer) -> bool:
    """Kept; or that something stands, which only its version could change; or, of yesterday, that nothing can."""
    return answer.status in {201, 412, 428} or (answer.status == 422 and bool(answer.json["code"] == "too-old"))


def _others(answers: list[Any], expected: set[int]) -> int:
    return sum(one.status not in expected for one in answers)


def _week(ground: Ground) -> list[dict[str, Any]]:
    """Answers of the last week, each given on its evening; some days first with one tap, some twice."""
    items = []
    for back in range(1, DAYS_BACK + 1):
        day = today() - timedelta(days=back)
        given = datetime.combine(day, datetime.min.time(), tzinfo=UTC) + AT_EIGHT
        if ground.chance.random() < 0.5:
            tap = {
                "client_id": full_answers(ground.chance)["client_id"],
                "kind": "quick",
                "quick": ground.chance.choice(["closer", "more_room"]),
            }
            items.append(_item(day, given - AN_HOUR, tap))
        items.append(_item(day, given, full_answers(ground.chance)))
    return items


def _item(day: date, given: datetime, body: dict[str, Any]) -> dict[str, Any]:
    return {"date": day.isoformat(), "answered_at": given.isoformat(), **body}


def _batch(token: str, items: list[dict[str, Any]]) -> Request:
    return Request("POST", "/api/v1/check-ins/batch/", {"items": items}, {HEADER: token})


def _state_of(person: User) -> tuple[Any, ...]:
    return tuple(CheckIn.objects.filter(person=person).order_by("day").values_list("day", "kind", *LEVELS))


def _state_when_in_order(address: str, items: list[dict[str, Any]]) -> tuple[Any, ...]:
    (person,) = make_people(1)
    (token,) = sign_in([person])
    for item in sorted(items, key=lambda item: item["answered_at"]):
        call_all(address, [_batch(token, [item])])
    return _state_of(person)


def _couples() -> list[int]:
    return sorted(set(Membership.objects.values_list("couple_id", flat=True)))


def _assess_until(done: Event) -> None:
    try:
        while not done.is_set():
            _assess_all()
            done.wait(0.05)
    finally:
        connection.close()


def _assess_all() -> None:
    """Everybody's days through yesterday, a few couples at a time, as the morning's decision does it."""
    couples = _couples()
    for start in range(0, len(couples), A_FEW):
        _assess(couples[start : start + A_FEW])


def _assess(couples: list[int]) -> None:
    with transaction.atomic():
        states = list(PatternState.objects.select_for_update().filter(pk__in=couples).order_by("pk"))
        members: dict[int, list[Membership]] = {}
        for one in Membership.objects.filter(couple__in=couples).select_related("person").order_by("couple_id", "side"):
            members.setdefault(one.couple_id, []).append(one)
        assess(states=states, members=members, through={one.couple_id: today() - timedelta(days=1) for one in states})


def _derived() -> dict[tuple[int, date], tuple[Any, ...]]:
    numbers = ("p_a_reaches", "p_b_reaches", "p_apart", "p_steady", "enough", "alert")
    return {(row[0], row[1]): row[2:] for row in PatternDay.objects.values_list("couple_id", "day", *numbers)}
