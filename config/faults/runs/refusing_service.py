"""N6: a push service refuses, each time in another way, and is asked no more than it wants."""

from datetime import timedelta
from email.utils import formatdate

from django.db.models import Max

from backend import clock
from config.faults.ground import Ground
from config.faults.outbox import all_add_up, fill_outbox, is_empty, lost, put_out_more
from config.faults.results import Invariant, Result, none_of
from config.faults.sink import Arrival, Reply, Sink, accept
from notifications import services
from notifications.gate import BACKOFF_BASE, MAX_TRIES
from notifications.models import Delivery, Device, ServiceLimit
from notifications.services.devices import SUSPECT_SHARE
from notifications.services.limits import CALLS_AT_A_TIME

GATE_HOLDS = 1.0
"""Seconds within which a call that was let through before the refusal may still begin."""
WORKERS = 3


class Patience:
    """Every so many messages the service wants a rest of some seconds, told as a number or as a date."""

    def __init__(self, ground: Ground, *, every: int) -> None:
        self._ground = ground
        self._left = self._every = every
        self._closed_until = 0.0
        self.rests: list[tuple[float, float]] = []

    def __call__(self, _phone: str) -> Reply:
        now = self._ground.seconds()
        if now < self._closed_until:
            return self._refusal(self._closed_until - now)
        if self._left > 0:
            self._left -= 1
            return Reply()
        self._left = self._every
        seconds = self._ground.chance.randint(2, 5)
        self._closed_until = now + seconds
        self.rests.append((now, self._closed_until))
        return self._refusal(seconds)

    def _refusal(self, seconds: float) -> Reply:
        whole = int(seconds) + 1
        if self._ground.chance.random() < 0.5:
            return Reply(429, {"Retry-After": str(whole)})
        began = clock.now().timestamp()
        return Reply(429, {"Date": formatdate(began, usegmt=True), "Retry-After": formatdate(began + whole, usegmt=True)})

    def calls_in(self, arrivals: list[Arrival], *, after: float) -> list[int]:
        """For each rest, how many calls came later than `after` seconds into it."""
        return [sum(began + after < one.at < until for one in arrivals) for began, until in self.rests]


def asks_for_patience(ground: Ground) -> Result:
    """429 with Retry-After, in seconds or as a date."""
    deliveries = ground.count(10_000, least=60)
    outbox = fill_outbox(ground, people=deliveries)
    outbox.sink.rule = patience = Patience(ground, every=max(20, deliveries // 20))
    for _ in range(WORKERS):
        ground.forked_worker()
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(outbox.sink.arrivals))
    early = patience.calls_in(outbox.sink.arrivals, after=GATE_HOLDS)
    refused = patience.calls_in(outbox.sink.arrivals, after=-0.001)
    return Result(
        figures={"deliveries": deliveries, "rests asked for": len(early), "calls": len(outbox.sink.arrivals)},
        invariants=[
            Invariant("rests asked for", len(early), ">=", 1),
            none_of("calls during a rest", sum(early)),
            Invariant("calls already under way when a rest began, at most", max(refused, default=0), "<=", CALLS_AT_A_TIME),
            none_of("deliveries not sent", deliveries - _in_state(Delivery.State.SENT)),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )


def fails_by_chance(ground: Ground) -> Result:
    """500, 503, connections cut, and now and then an answer that comes too late."""
    deliveries = ground.count(10_000, least=60)
    outbox = fill_outbox(ground, people=deliveries)
    endings = [Reply(500), Reply(503), Reply(reset=True)] * 20 + [Reply(after=12.0)]
    outbox.sink.rule = lambda phone: ground.chance.choice(endings) if ground.chance.random() < 0.5 else Reply()
    for _ in range(WORKERS):
        ground.forked_worker()
    while not is_empty():
        ground.wait_until(_is_idle, what="what is due to be tried", progress=lambda: len(outbox.sink.arrivals))
        clock.move_ahead(BACKOFF_BASE)
    tries = Delivery.objects.aggregate(most=Max("attempts"))["most"]
    return Result(
        figures={
            "deliveries": deliveries,
            "calls": len(outbox.sink.arrivals),
            "sent": _in_state(Delivery.State.SENT),
            "given up": _in_state(Delivery.State.FAILED),
        },
        invariants=[
            Invariant("tries of one delivery, at most", tries, "<=", MAX_TRIES),
            none_of("calls without any time left", sum(one.ttl < 1 for one in outbox.sink.arrivals)),
            none_of("sent and on no phone", lost(outbox)),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )


def forgets_phones(ground: Ground) -> Result:
    """First one phone in fifty is gone; then, wrongly, every phone."""
    deliveries = ground.count(1_000, least=100)
    outbox = fill_outbox(ground, people=deliveries)
    sink = outbox.sink
    gone = set(ground.chance.sample(sorted(outbox.phones.values()), deliveries // 50))
    sink.rule = lambda phone: Reply(410 if len(phone) % 2 else 404) if phone in gone else Reply()
    for _ in range(WORKERS):
        ground.forked_worker()
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(sink.arrivals))
    again = put_out_more()
    ground.wait_until(is_empty, what="the second outbox to empty", progress=lambda: len(sink.arrivals))
    calls_to_gone = sum(one.phone in gone for one in sink.arrivals)
    retired = Device.objects.filter(revoked_reason="gone").count()
    ground.say("from now on it knows no phone at all")
    sink.rule = lambda phone: Reply(410)
    wrongly = put_out_more()
    ground.wait_until(_is_stopped, what="the service to be stopped", progress=lambda: len(sink.arrivals))
    lost_wrongly = Device.objects.filter(revoked_reason="gone").count() - retired
    reasons = list(ServiceLimit.objects.stopped().values_list("reason", flat=True))
    ground.wait_until(_nobody_holds, what="the calls under way to end")
    _resume(sink)
    ground.wait_until(is_empty, what="the third outbox to empty", progress=lambda: len(sink.arrivals))
    return Result(
        figures={"phones": deliveries, "gone": len(gone), "switched off wrongly before the stop": lost_wrongly},
        invariants=[
            Invariant("calls to phones that are gone", calls_to_gone, "=", len(gone)),
            Invariant("phones switched off", retired, "=", len(gone)),
            Invariant("messages of the second round, one fewer for each", again, "=", deliveries - len(gone)),
            none_of("stops for another reason than many phones gone", sum(reason != "many-devices-gone" for reason in reasons)),
            Invariant("share of phones switched off wrongly, at most", lost_wrongly / wrongly, "<=", SUSPECT_SHARE),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries + again + wrongly),
        ],
    )


def dislikes_messages(ground: Ground) -> Result:
    """400 and 413 for some: they end at once, their phones stay."""
    deliveries = ground.count(1_000, least=60)
    outbox = fill_outbox(ground, people=deliveries)
    disliked = set(ground.chance.sample(sorted(outbox.phones.values()), deliveries // 10))
    outbox.sink.rule = lambda phone: Reply(ground.chance.choice([400, 413])) if phone in disliked else Reply()
    for _ in range(WORKERS):
        ground.forked_worker()
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(outbox.sink.arrivals))
    return Result(
        figures={"deliveries": deliveries, "disliked": len(disliked)},
        invariants=[
            Invariant("calls, one for each delivery", len(outbox.sink.arrivals), "=", deliveries),
            Invariant("deliveries given up", _in_state(Delivery.State.FAILED), "=", len(disliked)),
            none_of("phones switched off", Device.objects.filter(revoked_at__isnull=False).count()),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )


def refuses_credentials(ground: Ground) -> Result:
    """401 or 403 to everything, with sixteen workers at it; later an operator puts it right."""
    deliveries = ground.count(1_000, least=60)
    outbox = fill_outbox(ground, people=deliveries)
    sink = outbox.sink
    sink.rule = lambda phone: Reply(ground.chance.choice([401, 403]), after=0.05)
    for _ in range(16):
        ground.forked_worker(batch=20)
    ground.wait_until(lambda: _is_stopped() and _nobody_holds(), what="the service to be stopped", progress=lambda: len(sink.arrivals))
    refused = len(sink.arrivals)
    waiting = Delivery.objects.filter(state=Delivery.State.QUEUED).count()
    ground.say(f"stopped after {refused} calls; an operator resumes it")
    _resume(sink)
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(sink.arrivals))
    return Result(
        figures={"deliveries": deliveries, "workers": 16, "calls before the stop": refused},
        invariants=[
            Invariant("calls that were refused, at most", refused, "<=", 10),
            Invariant("deliveries that waited for the operator", waiting, "=", deliveries),
            none_of("phones switched off", Device.objects.filter(revoked_at__isnull=False).count()),
            none_of("deliveries not sent in the end", deliveries - _in_state(Delivery.State.SENT)),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )


def _resume(sink: Sink) -> None:
    """The service takes everything again, and an operator lets it be called."""
    sink.rule = accept
    limit = ServiceLimit.objects.stopped().get()
    services.resume_service(channel=limit.channel, service=limit.service)


def _in_state(state: str) -> int:
    return Delivery.objects.filter(state=state).count()


def _is_stopped() -> bool:
    return ServiceLimit.objects.stopped().exists()


def _nobody_holds() -> bool:
    return not Delivery.objects.filter(state=Delivery.State.SENDING).exists()


def _is_idle() -> bool:
    """Whether nothing is due and nobody is at it."""
    return _nobody_holds() and not Delivery.objects.due(clock.now() + timedelta(seconds=1)).exists()
