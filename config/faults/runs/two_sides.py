"""PAIR: what is decided for two is for both or for neither, wherever the worker that does it is killed.

The mornings of some couples are decided by processes of which each is killed before one more statement than the last, until
one is left to finish; then others that send what was decided are killed before a statement that chance has drawn.
"""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.db.models import Count

from backend import clock
from backend.calendar_days import local_day
from backend.consents.models import Choice
from backend.couples.models import Membership
from checkins.models import Decision, PatternState
from config.faults.forked import decide_and_die, deliver_and_die
from config.faults.ground import Ground
from config.faults.outbox import LEASE_AND_A_BIT, all_add_up, noon_zone
from config.faults.people import give_phones, make_people, pair
from config.faults.results import Invariant, Result, none_of
from notifications.models import Delivery, Prompt

COUPLES = 100
A_DAY = timedelta(days=1)
MAX_KILLS = 400
KILLS_WHILE_SENDING = 4
FEW_STATEMENTS = 40


def run(ground: Ground) -> Result:
    sink = ground.sink()
    people = make_people(2 * ground.count(COUPLES, least=40), zone=noon_zone(clock.now()))
    give_phones(people, sink)
    couples = pair(people)
    now = clock.now()
    Choice.objects.bulk_create([Choice(membership=one, prompt_mode="discreet", changed_at=now) for one in Membership.objects.all()])
    first = local_day(now, people[0].zone) - 2 * A_DAY
    PatternState.objects.bulk_create(
        [PatternState(couple_id=one.pk, first_day=first, next_decision_at=now, scheduled_at=now) for one in couples]
    )
    ground.say("mornings are decided")
    one_sided: list[int] = []
    kills = _until_one_survives(ground, decide_and_die, lambda: one_sided.append(_one_sided()))
    slots = list(Prompt.objects.values_list("slot_at", flat=True))
    prompts = len(slots)
    clock.move_ahead(max([*slots, clock.now()]) - clock.now())
    ground.say(f"{prompts} prompts are sent")
    # Four at most: what was under way at five deaths is given up, on whichever side.
    for statement in ground.chance.sample(range(1, FEW_STATEMENTS), KILLS_WHILE_SENDING):
        ground.fork(deliver_and_die, statement, ground.folder / "sent").join()
        clock.move_ahead(LEASE_AND_A_BIT)
    ground.fork(deliver_and_die, 0, ground.folder / "sent").join()
    one_sided.append(_one_sided())
    ends = dict(Delivery.objects.values_list("state").annotate(Count("pk")))
    shown = sum(len({one.topic for one in arrivals}) != 1 for arrivals in sink.accepted_by().values())
    return Result(
        figures={"couples": len(couples), "prompts": prompts, "kills while deciding": kills, "kills while sending": KILLS_WHILE_SENDING},
        invariants=[
            Invariant("couples to whom a prompt was decided", prompts // 2, ">=", 1),
            Invariant("decisions, one for each couple", Decision.objects.count(), "=", len(couples)),
            none_of("moments with a prompt for one of two alone, or with a decision to send and none", sum(one_sided)),
            none_of("deliveries not sent", prompts - ends.get("sent", 0)),
            none_of("phones that show other than one notice", shown),
            *all_add_up(slots=0, deliveries=prompts),
        ],
    )


def _until_one_survives(ground: Ground, verb: Callable[[int, Path], None], look: Callable[[], None]) -> int:
    """How many were killed, each before a later statement, until one came to its end."""
    for statement in range(1, MAX_KILLS):
        survived = ground.folder / f"{verb.__name__}-{statement}"
        ground.fork(verb, statement, survived).join()
        look()
        if survived.exists():
            return statement - 1
    raise RuntimeError(f"after {MAX_KILLS} kills nobody had come to an end")


def _one_sided() -> int:
    """Couples that were decided to get prompts and have other than two, each with its way to a phone."""
    wanted = set(Decision.objects.filter(sent=True).values_list("pk", flat=True))
    pairs = dict(Prompt.objects.values_list("occasion").annotate(Count("pk")))
    ways = dict(Delivery.objects.values_list("prompt__occasion").annotate(Count("pk")))
    return sum(pairs.get(one, 0) != 2 or ways.get(one, 0) != 2 for one in wanted | pairs.keys())
