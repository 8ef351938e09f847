"""The sentences of the story."""

from datetime import date
from typing import Any

import pytest

from config.story import telling
from config.story.log import Decision, PatternDay
from config.story.plan import Answer

DAY = date(2035, 1, 24)


def decision(**changes: Any) -> Decision:
    usual: dict[str, Any] = {
        "id": "d",
        "day": DAY,
        "available": True,
        "reason": "episode",
        "mode": "responsive",
        "probability": 0.9,
        "coin": 0.31,
        "sent": True,
        "state_day": DAY,
        "state_alert": True,
    }
    return Decision(**usual | changes)


def test_every_line_begins_in_the_same_column():
    assert len(telling.heading(DAY, "09:00")) == len(telling.heading(DAY, "evening")) == len(telling.INDENT)


def test_an_answer_is_told_by_its_points_or_as_one_tap():
    assert telling.answered("Ana", Answer({"closeness_felt": 4, "space_wanted": 2})) == "Ana: close 4, room 2."
    assert telling.answered("Ben", Answer({}, "more_room")) == "Ben, in one tap: more room, please."


@pytest.mark.parametrize(
    "taken, said",
    [
        (decision(), "Probability 0.90, coin 0.31: a prompt for both."),
        (decision(coin=0.95, sent=False), "Probability 0.90, coin 0.95: no prompt."),
        (decision(available=False, reason="too-soon", sent=False), "No prompt: the first two weeks are for learning."),
        (decision(available=False, reason="nobody-to-tell", sent=False), "No prompt: nobody-to-tell."),
    ],
)
def test_a_decision_is_told_with_its_chance_or_its_reason(taken, said):
    assert telling.decision(taken) == said


def test_the_pattern_is_told_as_likely_as_it_is_and_not_before_there_is_enough():
    seen = PatternDay(DAY, p_a_reaches=0.02, p_b_reaches=0.81, enough=True, alert=True)
    assert telling.pattern(seen) == "One reaching while one makes room: 81%, an episode."
    assert telling.pattern(None) == "Not enough answers yet."


def test_lines_that_differ_are_shown_as_they_are():
    assert "same neutral line" in telling.pushed(["A", "A"])
    assert telling.pushed(["A", "B"]) == "The phones show A and B."
