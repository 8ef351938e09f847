"""What waits for a phone that is off, and what its screen shows, by each platform's own rules."""

import time

import pytest

from notifications.stand_ins.exchange import Reply, Taken
from notifications.stand_ins.phones import Phone


def message(words: str, *, collapses: str = "", tag: str = "", ttl: int = 60) -> Taken:
    return Taken("phone", {"words": words}, collapses, tag, ttl, "normal", Reply())


def words(messages) -> list[str]:
    return [one.content["words"] for one in messages]


def phone(platform: str, *messages: Taken, is_on: bool = True) -> Phone:
    made = Phone(platform, "phone", is_on=is_on)
    for one in messages:
        made.bring(one, body_bytes=1)
    return made


@pytest.mark.parametrize("platform", ["webpush", "fcm", "apns"])
def test_a_second_copy_under_one_tag_takes_the_place_of_the_first(platform):
    screen = phone(platform, message("one", tag="a"), message("other", tag="b"), message("one again", tag="a"))
    assert words(screen.shown()) == ["other", "one again"]
    assert words(screen.received) == ["one", "other", "one again"]


def test_messages_without_a_tag_stand_side_by_side():
    assert words(phone("apns", message("one"), message("one")).shown()) == ["one", "one"]


def test_a_web_push_service_keeps_the_latest_of_each_topic_and_all_without_one():
    off = phone("webpush", message("1", collapses="a"), message("2", collapses="a"), message("3"), message("4"), is_on=False)
    off.turn_on()
    assert words(off.received) == ["2", "3", "4"]


def test_fcm_keeps_four_collapse_keys():
    off = phone("fcm", *[message(key, collapses=key) for key in "abcdeb"], is_on=False)
    off.turn_on()
    assert words(off.received) == ["c", "d", "e", "b"]


def test_apns_keeps_the_latest_of_all():
    off = phone("apns", message("1", collapses="a"), message("2", collapses="b"), is_on=False)
    off.turn_on()
    assert words(off.received) == ["2"]


@pytest.mark.parametrize("platform", ["webpush", "fcm", "apns"])
def test_what_is_stale_by_the_time_the_phone_is_on_never_arrives(platform, monkeypatch):
    off = phone(platform, message("now or never", ttl=0), message("for a minute"), is_on=False)
    later = time.time() + 61
    monkeypatch.setattr("notifications.stand_ins.phones.time.time", lambda: later)
    off.turn_on()
    assert off.received == []
