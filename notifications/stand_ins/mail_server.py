"""A mail server on this machine that keeps what it is given and can be told to misbehave."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from threading import Condition, Event, Thread
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from notifications.stand_ins import serving


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail as it reached one mailbox."""

    sender: str
    recipient: str
    message: EmailMessage = field(repr=False)

    @property
    def subject(self) -> str:
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        return "" if part is None else str(part.get_content()).replace("\r\n", "\n")


class MailServer:
    """Start it, send, and take each mailbox's mails in order. A context manager.

    ``EMAIL_HOST`` and ``EMAIL_PORT`` are its ``host`` and ``port``; port 0 takes any free one.
    """

    host = "127.0.0.1"

    def __init__(self, *, port: int = 0) -> None:
        self._wanted_port = port
        self._boxes: dict[str, list[Mail]] = {}
        self._taken: dict[str, set[int]] = {}
        self._replies: dict[str, deque[str]] = {"RCPT": deque(), "DATA": deque()}
        self._changed = Condition()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: Thread | None = None
        self.cut_after_data = False

    def start(self) -> None:
        """Listen, and serve from a thread of its own."""
        if self._thread is not None:
            raise RuntimeError("the mail server is running already")
        # aiosmtpd logs every line of every conversation, addresses included.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        self._thread = serving.start(self._serve, name="mail-server")

    def stop(self) -> None:
        """Stop listening; what arrived stays readable."""
        if self._thread is None or self._loop is None:
            return
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()
        self._thread = self._loop = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def mails(self, recipient: str) -> list[Mail]:
        """Every mail that reached the mailbox, oldest first."""
        with self._changed:
            return list(self._boxes.get(recipient.lower(), []))

    def wait_for(self, recipient: str, timeout: float = 10.0, *, where: Callable[[Mail], bool] = lambda mail: True) -> Mail:
        """Take the oldest mail not taken yet that fits, waiting for it; raises `TimeoutError`."""
        box = recipient.lower()
        with self._changed:
            found = self._changed.wait_for(lambda: self._next(box, where), timeout)
            if found is None:
                raise TimeoutError(f"no new mail for this mailbox in {timeout:g} s")
            place, mail = found
            self._taken.setdefault(box, set()).add(place)
            return mail

    def reply_next(self, line: str, *, to: str = "RCPT") -> None:
        """Answer the next RCPT or DATA with a line such as ``550 no such mailbox``."""
        self._replies[to].append(line)

    def _next(self, box: str, where: Callable[[Mail], bool]) -> tuple[int, Mail] | None:
        taken = self._taken.get(box, set())
        mails = enumerate(self._boxes.get(box, []))
        return next(((place, mail) for place, mail in mails if place not in taken and where(mail)), None)

    async def _serve(self, ready: Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        server = await self._loop.create_server(lambda: SMTP(self, enable_SMTPUTF8=True), self.host, self._wanted_port)
        self.port: int = server.sockets[0].getsockname()[1]
        ready.set()
        async with server:
            await self._stop.wait()

    # Called by aiosmtpd, by name

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd looks for
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._replies["RCPT"]:
            return self._replies["RCPT"].popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        if self._replies["DATA"]:
            return self._replies["DATA"].popleft()
        content: Any = envelope.original_content or b""
        message = message_from_bytes(content, policy=policy.default)
        with self._changed:
            for recipient in envelope.rcpt_tos:
                box = self._boxes.setdefault(recipient.lower(), [])
                box.append(Mail(str(envelope.mail_from), recipient, message))
            self._changed.notify_all()
        if self.cut_after_data and isinstance(server.transport, asyncio.Transport):
            server.transport.abort()
        return "250 OK"
