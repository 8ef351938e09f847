"""N4: everything in Redis is forgotten, again and again, while messages leave and codes are guessed."""

import redis
from django.conf import settings

from backend import clock
from backend.accounts.models import User
from backend.couples import services as couples
from backend.errors import DomainError
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, is_empty, lost, repeats
from config.faults.people import make_people
from config.faults.results import Invariant, Result, none_of

MESSAGES = 20_000
FLUSHES = 20
GUESSES = 30
TRIES_AN_HOUR = 5


def run(ground: Ground) -> Result:
    outbox = fill_outbox(ground, people=ground.count(MESSAGES, least=100))
    flushes = ground.count(FLUSHES, least=3)
    (guesser,) = make_people(1)
    for _ in range(2):
        ground.worker()
    ground.beat()
    heard = []
    with redis.Redis.from_url(settings.REDIS_URL) as client:
        for number in range(1, flushes + 1):
            goal = int((number - ground.chance.random()) * 0.9 * outbox.deliveries / flushes)
            while len(outbox.sink.arrivals) < goal:
                ground.pause(0.05)
            client.flushall()
            ground.say(f"flush {number} of {flushes}, after {len(outbox.sink.arrivals)} sends")
            heard += [_guess(guesser, ground) for _ in range(GUESSES // flushes + 1)]
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(outbox.sink.arrivals))
    return Result(
        figures={"messages": outbox.deliveries, "flushes": flushes, "guesses": len(heard)},
        invariants=[
            Invariant("guesses that were looked at, at most", sum(code != "slow-down" for code in heard), "<=", TRIES_AN_HOUR),
            none_of("sent and on no phone", lost(outbox)),
            none_of("messages on no phone", outbox.deliveries - len(outbox.sink.accepted_by())),
            none_of("sent again", repeats(outbox)),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )


def _guess(guesser: User, ground: Ground) -> str:
    """What somebody hears who tries an invitation code by chance."""
    code = "".join(ground.chance.choices("ABCDEFGHJKMNPQRSTVWXYZ23456789", k=10))
    try:
        couples.accept_invitation(person=guesser, code=code, address="2001:db8::1", now=clock.now())
    except DomainError as error:
        return error.code
    return "accepted"
