"""The mails that were written to files instead of being sent."""

from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import islice
from pathlib import Path

from django.conf import settings

# What Django's file backend writes between two mails.
BETWEEN = b"-" * 79


@dataclass(frozen=True, kw_only=True)
class Mail:
    to: str
    subject: str
    text: str
    date: str


def last_mails(count: int) -> list[Mail]:
    """The latest mails, newest first."""
    return list(islice(_mails(Path(settings.EMAIL_FILE_PATH)), count))


def _mails(folder: Path) -> Iterator[Mail]:
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime, reverse=True) if folder.is_dir() else []
    for path in files:
        for raw in reversed(path.read_bytes().split(BETWEEN)):
            if raw.strip():
                yield _mail(raw.strip())


def _mail(raw: bytes) -> Mail:
    message = message_from_bytes(raw, policy=policy.default)
    assert isinstance(message, EmailMessage)  # what this policy makes
    body = message.get_body(("plain",))
    return Mail(
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
        text=str(body.get_content()).strip() if body else "",
        date=str(message["Date"] or ""),
    )
