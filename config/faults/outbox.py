"""An outbox full of reminders that are due, for runs that break something while they leave; and whether all add up."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings

from backend import clock
from backend.accounts.models import User
from config.faults.ground import Ground
from config.faults.people import A_BATCH, give_phones, make_people, want_reminders
from config.faults.results import Invariant, none_of
from config.faults.sink import Sink
from notifications import queries, services
from notifications.models import Delivery, Device, ReminderSlot

LEASE_AND_A_BIT = timedelta(seconds=125)


@dataclass
class Outbox:
    """Everybody's reminder is due, each to so many phones. `phones` says which phone belongs to a delivery's device."""

    sink: Sink
    people: Sequence[User]
    phones: dict[str, str]
    slots: int
    deliveries: int


def fill_outbox(ground: Ground, *, people: int, each: int = 1, mailboxes: bool = False) -> Outbox:
    """Makes people with phones, who perhaps want mail too, and queues the reminder of each."""
    ground.say(f"{people} people with a reminder due now, on {each} phone{'s' if each > 1 else ''} each")
    sink = ground.sink()
    now = clock.now()
    made = make_people(people, zone=noon_zone(now))
    phones = give_phones(made, sink, each=each)
    want_reminders(made, at=now - timedelta(seconds=1), by_mail=mailboxes)
    services.queue_due_reminders(now=clock.now())
    return Outbox(sink, made, phones, ReminderSlot.objects.count(), Delivery.objects.count())


def noon_zone(now: datetime) -> str:
    """A zone in which it is about noon, so that a run at night meets no end of a day."""
    return f"Etc/GMT{now.hour - 12:+d}"


def is_empty() -> bool:
    """Whether nothing is on its way any more."""
    return not Delivery.objects.open().exists()


def only_lapsing() -> bool:
    """Whether everything still on its way is held by a worker, dead or alive."""
    return not Delivery.objects.filter(state=Delivery.State.QUEUED).exists()


def wait_for_the_end(ground: Ground, sink: Sink) -> None:
    """Until the outbox is empty. Where only leases of dead workers are left, the clock is moved past them."""
    while True:
        ground.wait_until(lambda: is_empty() or _is_still(ground, sink), what="the outbox to empty", progress=lambda: len(sink.arrivals))
        if is_empty():
            return
        clock.move_ahead(LEASE_AND_A_BIT)
        ground.wait_until(lambda: is_empty() or not only_lapsing(), what="leases to be taken back")


def _is_still(ground: Ground, sink: Sink) -> bool:
    """Whether only held rows are left, and nobody has called for longer than a call may last."""
    last = max((one.at for one in sink.arrivals[-20:]), default=0.0)
    return settings.DEMO_MODE and only_lapsing() and ground.seconds() - last > 3.0


def all_add_up(*, slots: int, deliveries: int) -> list[Invariant]:
    """Whatever was created has ended, once, with a reason, and nothing was handed over late."""
    stock = queries.take_stock()
    return [
        Invariant("slots that ended, as many as were made", stock.slots_ended, "=", slots),
        Invariant("deliveries that ended, as many as were made", stock.deliveries_ended, "=", deliveries),
        none_of(
            "slots and deliveries still open",
            sum(stock.slots.values()) - stock.slots_ended + sum(stock.deliveries.values()) - stock.deliveries_ended,
        ),
        none_of("open slots for which nothing is on its way", stock.stranded_slots),
        none_of("ends without a reason", stock.unexplained),
        none_of("sends after the end of freshness", len(queries.handed_over_stale())),
    ]


def lost(outbox: Outbox) -> int:
    """Deliveries that count as sent and that no phone has."""
    arrived = outbox.sink.accepted_by()
    sent = Delivery.objects.filter(state=Delivery.State.SENT).values_list("device_id", flat=True)
    return sum(outbox.phones[str(device)] not in arrived for device in sent)


def repeats(outbox: Outbox) -> int:
    """Messages that a phone was given more than once."""
    return sum(len(arrivals) - 1 for arrivals in outbox.sink.accepted_by().values())


def shown_twice(outbox: Outbox) -> int:
    """Phones that show more than one notice: copies with different topics."""
    return sum(len({one.topic for one in arrivals}) > 1 for arrivals in outbox.sink.accepted_by().values())


def put_out_more() -> int:
    """One more message to every live phone, due now. Returns how many."""
    now = clock.now()
    more = [
        Delivery(
            person_id=device.person_id,
            kind=Delivery.Kind.TEST,
            channel=device.kind,
            service=device.service,
            device=device,
            collapse_key=uuid4().hex,
            due_at=now,
            expires_at=now + timedelta(hours=2),
        )
        for device in Device.objects.live()
    ]
    return len(Delivery.objects.bulk_create(more, batch_size=A_BATCH))
