"""The neutral mail, through a real SMTP conversation."""

import time
from collections.abc import Iterator
from dataclasses import replace
from uuid import uuid4

import pytest
from pytest_django import Settings

from notifications.channels.base import ChannelError, EmailAddress, MemoryAddress, Message, NotBegun
from notifications.channels.email import EmailChannel, mail_of
from notifications.stand_ins.mail_server import MailServer

ALICE = "alice@example.org"
STOP = "3:a-token"


@pytest.fixture
def mail_server(settings: Settings) -> Iterator[MailServer]:
    with MailServer() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = server.host, server.port
        yield server


@pytest.fixture(autouse=True)
def site(settings: Settings) -> None:
    settings.SITE_URL = "https://ebb.example"
    settings.DEFAULT_FROM_EMAIL = "Ebb <hello@ebb.example>"


def message_to(email: str, *, kind: str = "prompt") -> Message:
    return Message(uuid4(), kind, "x", 60, EmailAddress(email, STOP), {"answer_token": "secret"} if kind == "reminder" else {})


def failure(message: Message) -> ChannelError:
    with pytest.raises(ChannelError) as caught:
        EmailChannel().send(message)
    return caught.value


def test_a_mail_arrives_with_neutral_words_and_two_links(mail_server: MailServer) -> None:
    message = message_to(ALICE)
    sent = EmailChannel().send(message)

    mail = mail_server.wait_for(ALICE)
    assert mail.subject == "A quiet moment, whenever you like"
    assert mail.sender == "hello@ebb.example"
    for body in (mail.text, mail.html):
        assert "https://ebb.example/tonight/" in body
        assert "https://ebb.example/you/reminders/" in body
        assert "quiet moment" in body
    assert mail.message["Message-ID"] == sent.reference == f"<{message.delivery_id}@ebb.example>"
    assert mail.message["Auto-Submitted"] == "auto-generated"


def test_a_mail_program_can_stop_the_mails_with_one_click(mail_server: MailServer) -> None:
    EmailChannel().send(message_to(ALICE))

    mail = mail_server.wait_for(ALICE)
    stop = "https://ebb.example/stop-mail/3:a-token/"
    assert mail.message["List-Unsubscribe"] == f"<{stop}>"
    assert mail.message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert stop in mail.text
    assert stop in mail.html


def test_every_kind_of_mail_is_the_same_mail() -> None:
    def written(kind: str) -> tuple[object, ...]:
        mail = mail_of(message_to(ALICE, kind=kind), EmailAddress(ALICE, STOP))
        return mail.subject, mail.body, mail.alternatives, sorted(mail.extra_headers)

    assert written("prompt") == written("reminder") == written("test")


def test_a_mail_never_carries_the_answer_token(mail_server: MailServer) -> None:
    EmailChannel().send(message_to(ALICE, kind="reminder"))

    assert "secret" not in mail_server.wait_for(ALICE).message.as_string()


@pytest.mark.parametrize("to", ["RCPT", "DATA"])
@pytest.mark.parametrize(
    "line, permanent, stop_service",
    [
        ("450 not now", False, False),
        ("421 too busy", False, False),
        ("550 no such mailbox", True, False),
        ("552 full", True, False),
        ("530 sign in first", False, True),
    ],
)
def test_a_plain_no_means_what_its_number_says(mail_server: MailServer, to: str, line: str, permanent: bool, stop_service: bool) -> None:
    mail_server.reply_next(line, to=to)

    error = failure(message_to(ALICE))

    assert (error.permanent, error.stop_service, error.retires_device) == (permanent, stop_service, False)
    assert error.reason == f"smtp-{line[:3]}"
    assert mail_server.mails(ALICE) == []


def test_a_connection_that_stood_too_late_carries_the_next_mail(mail_server: MailServer) -> None:
    channel = EmailChannel()
    with pytest.raises(NotBegun):
        channel.send(replace(message_to(ALICE), begin_by=time.monotonic()))
    assert mail_server.mails(ALICE) == []

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("notifications.channels.email.get_connection", None)  # no other is opened
        channel.send(message_to(ALICE))
    mail_server.wait_for(ALICE)


def test_a_connection_that_the_server_gave_up_meanwhile_costs_no_mail(mail_server: MailServer, settings: Settings) -> None:
    channel = EmailChannel()
    with pytest.raises(NotBegun):
        channel.send(replace(message_to(ALICE), begin_by=time.monotonic()))
    mail_server.stop()
    with MailServer() as another:
        settings.EMAIL_PORT = another.port
        channel.send(message_to(ALICE))
        another.wait_for(ALICE)


def test_a_server_that_vanishes_after_taking_the_mail_is_not_asked_again(mail_server: MailServer) -> None:
    mail_server.cut_after_data = True

    error = failure(message_to(ALICE))

    assert (error.reason, error.permanent) == ("unknown", True)
    assert len(mail_server.mails(ALICE)) == 1


def test_a_server_that_is_away_is_tried_again(mail_server: MailServer) -> None:
    mail_server.stop()

    error = failure(message_to(ALICE))

    assert (error.reason, error.permanent) == ("mail-server-away", False)


def test_credentials_that_do_not_hold_stop_the_channel(mail_server: MailServer, settings: Settings) -> None:
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "someone"

    error = failure(message_to(ALICE))

    assert (error.reason, error.stop_service, error.permanent) == ("mail-sign-in", True, False)
    assert mail_server.mails(ALICE) == []


@pytest.mark.parametrize("address", [EmailAddress("a@example.org\nBcc: b@example.org", STOP), MemoryAddress("alice")])
def test_an_address_that_is_none_is_refused(mail_server: MailServer, address: EmailAddress | MemoryAddress) -> None:
    error = failure(Message(uuid4(), "prompt", "x", 60, address))

    assert error.permanent
    assert mail_server.mails("b@example.org") == []
