"""E-mail: the same neutral line as everywhere, and a link into the app."""

import smtplib
import time
from collections import deque
from typing import ClassVar, Final
from urllib.parse import urlsplit

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from notifications.channels.base import NEUTRAL_LINE, OPEN_PATH, ChannelError, EmailAddress, Message, NotBegun, Sent

TIMEOUT_SECONDS: Final = 10
SETTINGS_PATH: Final = "/you/reminders/"
_SIGN_IN_FIRST: Final = {530, 534, 535}


class EmailChannel:
    """Sends one mail through Django's mail backend.

    A second copy of a mail cannot be hidden, so this channel is at most once: an ending that
    leaves open whether the mail was taken is final (``unknown``), and only a plain "not now"
    from the server may be tried again.
    """

    at_most_once: ClassVar[bool] = True

    def __init__(self) -> None:
        self._opened: deque[BaseEmailBackend] = deque()

    def send(self, message: Message) -> Sent:
        if not isinstance(message.address, EmailAddress):
            raise ChannelError.refused("wrong-address")
        connection = self._take_opened() or _opened()
        if time.monotonic() > message.begin_by:
            # Many servers take seconds before they say who they are.
            self._opened.append(connection)
            raise NotBegun
        try:
            mail = mail_of(message, message.address, connection=connection)
            connection.send_messages([mail])
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code) from error
        except smtplib.SMTPRecipientsRefused as error:
            raise _refusal(max((code for code, _ in error.recipients.values()), default=550)) from error
        except ValueError as error:
            # Django refuses line breaks in headers, an address that is none, and the like.
            raise ChannelError.refused("mail-malformed") from error
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError.refused("unknown") from error
        finally:
            _close(connection)
        return Sent(reference=mail.extra_headers["Message-ID"])

    def _take_opened(self) -> BaseEmailBackend | None:
        """A connection that stood too late for what it was opened for, and still stands."""
        while True:
            try:
                connection = self._opened.pop()
            except IndexError:
                return None
            if _still_stands(connection):
                return connection
            _close(connection)


def mail_of(message: Message, address: EmailAddress, *, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """The one mail we send: constant subject and words in the person's language, as text and HTML."""
    site = settings.SITE_URL.rstrip("/")
    stop_url = site + reverse("stop-mail", args=[address.stop_token])
    context = {"line": NEUTRAL_LINE, "open_url": site + OPEN_PATH, "settings_url": site + SETTINGS_PATH, "stop_url": stop_url}
    with translation.override(message.language):
        context["language"] = message.language
        mail = EmailMultiAlternatives(
            subject=str(NEUTRAL_LINE),
            body=render_to_string("notifications/email/neutral.txt", context),
            from_email=settings.DEFAULT_FROM_EMAIL,
            to=[address.email],
            connection=connection,
            headers={
                # The delivery's own id, so that a mailbox can tell a copy; no other trace of what it is about.
                "Message-ID": f"<{message.delivery_id}@{urlsplit(settings.SITE_URL).hostname or 'localhost'}>",
                "Auto-Submitted": "auto-generated",
                # Mail programs show a button for it, and press it by themselves with a POST (RFC 8058).
                "List-Unsubscribe": f"<{stop_url}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
        )
        mail.attach_alternative(render_to_string("notifications/email/neutral.html", context), "text/html")
    return mail


def _opened() -> BaseEmailBackend:
    # A backend without this option (console, memory) ignores what it does not know.
    connection = get_connection(timeout=TIMEOUT_SECONDS)
    try:
        connection.open()
    except (smtplib.SMTPAuthenticationError, smtplib.SMTPNotSupportedError) as error:
        _close(connection)
        raise ChannelError.stopped("mail-sign-in") from error
    except (smtplib.SMTPException, OSError) as error:
        _close(connection)
        raise ChannelError.later("mail-server-away") from error
    return connection


def _still_stands(connection: BaseEmailBackend) -> bool:
    """Asked, since a mail that meets a closed connection may have been taken for all we know."""
    server = getattr(connection, "connection", None)
    if server is None:
        return False
    try:
        return bool(server.noop()[0] == 250)
    except (smtplib.SMTPException, OSError):
        return False


def _close(connection: BaseEmailBackend) -> None:
    try:
        connection.close()
    except (smtplib.SMTPException, OSError):
        # The outcome is known already; a server that hangs up rudely changes nothing.
        return


def _refusal(code: int) -> ChannelError:
    """A 4xx reply means the mail was not taken and may be offered again (RFC 5321, 4.2.1)."""
    reason = f"smtp-{code}"
    if code in _SIGN_IN_FIRST:
        return ChannelError.stopped(reason)
    return ChannelError.later(reason) if 400 <= code < 500 else ChannelError.refused(reason)
