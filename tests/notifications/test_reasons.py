"""Why a reminder came, or did not: every end has its sentence."""

import pytest

from notifications.models.deliveries import DeliveryState
from notifications.models.preferences import SlotState
from notifications.reasons import explain, explain_rhythm, rhythm


@pytest.mark.parametrize("state", sorted({*DeliveryState.values, *SlotState.values} - {"sent", "answered"}))
def test_a_state_whose_reason_is_technical_has_a_sentence_of_its_own(state):
    assert explain(state, "http-503") == explain(state, "busy")
    assert explain(state, "http-503")


def test_a_reason_that_a_person_can_understand_is_told():
    assert "quiet hours" in explain("suppressed", "quiet-hours")
    assert explain("suppressed", "paused") != explain("suppressed", "something else")


@pytest.mark.parametrize(
    "facts, code",
    [
        ({}, "daily"),
        ({"ignored": 1}, "daily"),
        ({"ignored": 2}, "weekly"),
        ({"ignored": 4, "is_planned": False}, "silent"),
        ({"is_planned": False}, "quiet-hours"),
        ({"is_reachable": False, "ignored": 4}, "no-address"),
        ({"is_on": False, "is_reachable": False}, "off"),
    ],
)
def test_how_often_they_come_follows_from_what_was_wished_and_ignored(facts, code):
    usual = {"is_on": True, "is_reachable": True, "ignored": 0, "is_planned": True}
    assert rhythm(**(usual | facts)) == code
    assert explain_rhythm(code).endswith(".")
