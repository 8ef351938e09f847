"""C1: a phone that heard no answer sends the same answers again, and a broken one uses an id twice.

Each answer is sent five times at once under one client id, and then once more with other content.
"""

from collections import Counter
from datetime import date, timedelta
from typing import Any

from checkins.models import CheckIn, Submission
from config.faults.calling import Answer, call_all
from config.faults.ground import Ground
from config.faults.people import make_people, sign_in
from config.faults.results import Invariant, Result, none_of
from config.faults.writing import ACKNOWLEDGED, LEVELS, full_answers, put, today

WRITES = 10_000
COPIES = 5
DAYS = 2  # today and yesterday may be written


def run(ground: Ground) -> Result:
    ground.say("people sign in")
    tokens = sign_in(make_people(ground.count(WRITES // DAYS, least=5)))
    address = ground.web()
    writes = [(token, today() - timedelta(days=back), full_answers(ground.chance)) for token in tokens for back in range(DAYS)]
    ground.say(f"{len(writes)} answers, each sent {COPIES} times at once")
    answers = call_all(address, [put(*write) for write in writes for _ in range(COPIES)])
    copies = [answers[start : start + COPIES] for start in range(0, len(answers), COPIES)]
    ground.say("the same ids with other answers")
    others = call_all(
        address, [put(token, day, body | {"closeness_felt": (body["closeness_felt"] + 1) % 11}) for token, day, body in writes]
    )
    return Result(
        figures={"answers": len(writes), "copies each": COPIES, "rows": CheckIn.objects.count()},
        invariants=[
            Invariant("rows, as many as answers", CheckIn.objects.count(), "=", len(writes)),
            Invariant("ids remembered, as many as answers", Submission.objects.count(), "=", len(writes)),
            none_of("copies that were not kept or recognised", sum(one.status not in ACKNOWLEDGED for one in answers)),
            none_of("answers created other than once", sum(_created(these) != 1 for these in copies)),
            none_of("answers whose copies were told different things", sum(_contents(these) != 1 for these in copies)),
            none_of("other content under a used id not refused as reused", sum(not _is_refused(one) for one in others)),
            none_of("rows that differ from what was sent", sum(_differs(day, body) for _, day, body in writes)),
        ],
    )


def _created(copies: list[Answer]) -> int:
    return Counter(one.status for one in copies)[201]


def _contents(copies: list[Answer]) -> int:
    return len({one.content for one in copies})


def _is_refused(answer: Answer) -> bool:
    return answer.status == 422 and bool(answer.json["code"] == "id-reused")


def _differs(day: date, body: dict[str, Any]) -> bool:
    kept = CheckIn.objects.filter(client_id=body["client_id"], day=day).values(*LEVELS).first()
    return bool(kept != {name: body[name] for name in LEVELS})
