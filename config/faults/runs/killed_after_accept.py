"""N2: each worker is killed between the service's yes and the record of it, for push and for mail."""

from multiprocessing.process import BaseProcess
from threading import Event

from aiosmtpd.smtp import SMTP, Envelope, Session
from django.conf import settings

from backend import clock
from config.faults.ground import Ground
from config.faults.outbox import LEASE_AND_A_BIT, Outbox, all_add_up, fill_outbox, is_empty, lost, only_lapsing, shown_twice
from config.faults.results import Invariant, Result, none_of
from notifications.models import Delivery
from notifications.stand_ins.mail_server import MailServer

FORCED = 500


class Doom:
    """Kills the worker at hand when something of its was accepted, as long as there is one to kill."""

    def __init__(self) -> None:
        self._worker: BaseProcess | None = None
        self._at_hand = Event()
        self.is_over = False
        self.kills = 0

    def awaits(self, worker: BaseProcess) -> None:
        self._worker = worker
        self._at_hand.set()
        worker.join()
        self._at_hand.clear()

    def strikes(self, _whom: str = "") -> None:
        if self.is_over:
            return
        self._at_hand.wait()
        assert self._worker is not None
        self._worker.kill()
        self.kills += 1


class DeadlyMailServer(MailServer):
    """Keeps each mail, and before it can say so, whoever sent it is dead."""

    def __init__(self, doom: Doom) -> None:
        super().__init__(port=settings.EMAIL_PORT)
        self._doom = doom

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the name aiosmtpd looks for
        answer = await super().handle_DATA(server, session, envelope)
        self._doom.strikes()
        return answer


def run(ground: Ground) -> Result:
    doom = Doom()
    mail = ground.enter(DeadlyMailServer(doom))
    outbox = fill_outbox(ground, people=ground.count(FORCED, least=5), mailboxes=True)
    outbox.sink.accepted = doom.strikes
    ground.say(f"{outbox.deliveries} workers are killed, one for each")
    while not only_lapsing():
        doom.awaits(ground.forked_worker(batch=1))
    accepted = len(outbox.sink.arrivals)
    doom.is_over = True
    clock.move_ahead(LEASE_AND_A_BIT)
    ground.forked_worker()
    ground.wait_until(is_empty, what="the outbox to empty", progress=lambda: len(outbox.sink.arrivals))
    return _result(outbox, mail, doom, sent_again=len(outbox.sink.arrivals) - accepted)


def _result(outbox: Outbox, mail: MailServer, doom: Doom, *, sent_again: int) -> Result:
    people = len(outbox.people)
    mails = [len(mail.mails(one.email)) for one in outbox.people]
    failed = Delivery.objects.filter(channel="email", state=Delivery.State.FAILED, reason="lease-lapsed").count()
    return Result(
        figures={"push": people, "mail": people, "kills": doom.kills, "push sent again": sent_again, "mails": sum(mails)},
        invariants=[
            Invariant("workers killed, one for each message", doom.kills, "=", outbox.deliveries),
            Invariant("push sent again once", sent_again, "=", people),
            none_of("sent and on no phone", lost(outbox)),
            none_of("phones that show a notice twice", shown_twice(outbox)),
            none_of("people with other than one mail", sum(count != 1 for count in mails)),
            Invariant("mails whose end is recorded as unknown", failed, "=", people),
            *all_add_up(slots=outbox.slots, deliveries=outbox.deliveries),
        ],
    )
