"""Scripted endings by name, in the words of the platform."""

import json
from email.utils import parsedate_to_datetime

import pytest

from notifications.stand_ins.endings import APNS, ENDINGS, FCM, WAIT_SECONDS, ending


@pytest.mark.parametrize("name", sorted(ENDINGS))
def test_each_has_a_status_and_can_be_made(name):
    assert 200 <= ending(name).status < 600


@pytest.mark.parametrize("name", sorted(APNS))
def test_apple_gives_its_reason_by_name(name):
    assert json.loads(ending(name).body)["reason"] == name


def test_apple_says_since_when_a_token_is_dead_in_milliseconds():
    assert json.loads(ending("Unregistered").body)["timestamp"] > 1_700_000_000_000


@pytest.mark.parametrize("name", sorted(set(FCM) - {"UNAUTHENTICATED", "PERMISSION_DENIED"}))
def test_google_gives_its_code_among_the_details(name):
    error = json.loads(ending(name).body)["error"]
    assert error["details"][0]["errorCode"] == name
    assert error["code"] == ending(name).status


def test_a_wait_is_given_in_seconds_or_as_a_date():
    assert ending("429-seconds").headers["Retry-After"] == str(WAIT_SECONDS)
    headers = ending("429-date").headers
    assert (parsedate_to_datetime(headers["Retry-After"]) - parsedate_to_datetime(headers["Date"])).total_seconds() == WAIT_SECONDS


def test_an_unknown_one_is_no_ending():
    with pytest.raises(KeyError):
        ending("422")
