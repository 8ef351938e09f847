"""The mail server that keeps what it is given."""

import smtplib
from email.message import EmailMessage
from threading import Timer

import pytest

from notifications.stand_ins.mail_server import MailServer


def post(server: MailServer, *, to: str, subject: str = "Hello", html: str = "") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "ebb@example.org", to, subject
    message.set_content(f"Text of {subject} with an ñ\n")
    if html:
        message.add_alternative(html, subtype="html")
    with smtplib.SMTP(server.host, server.port, timeout=5) as client:
        client.send_message(message)


def test_mails_are_kept_for_each_mailbox_whatever_its_case() -> None:
    with MailServer() as server:
        post(server, to="alice@example.org", subject="Äpfel", html="<p>hi</p>")
        post(server, to="bob@example.org")

        [mail] = server.mails("Alice@Example.ORG")

    assert (mail.subject, mail.text, mail.html.strip()) == ("Äpfel", "Text of Äpfel with an ñ\n", "<p>hi</p>")
    assert len(server.mails("bob@example.org")) == 1


def test_waiting_takes_each_mail_once_and_in_order() -> None:
    with MailServer() as server:
        for subject in ("one", "two", "three"):
            post(server, to="alice@example.org", subject=subject)

        assert server.wait_for("alice@example.org", where=lambda mail: mail.subject == "two").subject == "two"
        assert server.wait_for("alice@example.org").subject == "one"
        assert server.wait_for("alice@example.org").subject == "three"
        with pytest.raises(TimeoutError):
            server.wait_for("alice@example.org", timeout=0.05)
        assert len(server.mails("alice@example.org")) == 3


def test_waiting_ends_when_the_mail_comes() -> None:
    with MailServer() as server:
        timer = Timer(0.1, post, args=(server,), kwargs={"to": "alice@example.org"})
        timer.start()
        assert server.wait_for("alice@example.org", timeout=5).subject == "Hello"
        timer.join()


def test_it_starts_again_and_refuses_to_start_twice_or_on_a_taken_port() -> None:
    server = MailServer()
    server.start()
    with pytest.raises(RuntimeError):
        server.start()
    with pytest.raises(OSError, match="in use"):
        MailServer(port=server.port).start()
    server.stop()
    server.stop()
    with server:
        post(server, to="alice@example.org")
    assert len(server.mails("alice@example.org")) == 1
