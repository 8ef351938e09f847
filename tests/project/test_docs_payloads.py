"""What the page for native apps shows of a push is what the channels send."""

import json
import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from notifications.channels import apns, fcm, webpush
from notifications.channels.base import Address, ApnsAddress, FcmAddress, Message, WebPushAddress

PAGE = (Path(__file__).resolve().parents[2] / "docs/how-to/native-app.md").read_text(encoding="utf-8")
SHOWN = [json.loads(block) for block in re.findall(r"```json\n(.*?)```", PAGE.split("## What a push holds")[1], re.DOTALL)]
ANY = ("hK0…", "…", "a delivery's id", "in reminders only", "https://ebb.example.net/tonight/")


def reminder(address: Address) -> Message:
    return Message(UUID(int=1), "reminder", "k", 7200, address, {"answer_token": "t" * 43})


SENT = {
    "webpush": json.loads(webpush.plaintext_of(reminder(WebPushAddress("https://push.example.org/x", "", "")))),
    "fcm": fcm.content_of(reminder(FcmAddress("x")), FcmAddress("x")),
    "apns": apns.content_of(reminder(ApnsAddress("ab" * 32))),
}


def told(shown: Any, sent: Any) -> Any:
    """What is sent, with what the page leaves open left open."""
    if isinstance(shown, dict) and isinstance(sent, dict):
        return {name: told(shown.get(name), value) for name, value in sent.items()}
    return shown if shown in ANY else sent


@pytest.mark.parametrize("place, channel", list(enumerate(SENT)))
def test_the_examples_are_what_is_sent(place, channel):
    assert told(SHOWN[place], SENT[channel]) == SHOWN[place]
