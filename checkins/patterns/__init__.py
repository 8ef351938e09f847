"""The pattern detector: how likely is it that one reaches while the other draws back, from the answers so far.

Pure numpy and standard library; no Django, no database, no clock. `detector.advance` is the door.
"""

from checkins.patterns.answers import QUESTIONS, QUICK_CODES, Course, DayAnswers, Quick, no_answers
from checkins.patterns.constants import MODEL_VERSION
from checkins.patterns.detector import DayOutput, advance, advance_course, learn_alone
from checkins.patterns.explain import Reason, explain, stands_out
from checkins.patterns.own import Leaning, OwnCourse, last_deviations, own_course, own_leaning
from checkins.patterns.state import (
    KEPT_DAYS,
    STATE_SIZE,
    DatedState,
    States,
    UnreadableStates,
    initial_states,
    pack_states,
    unpack_states,
)

__all__ = [
    "KEPT_DAYS",
    "MODEL_VERSION",
    "QUESTIONS",
    "QUICK_CODES",
    "STATE_SIZE",
    "Course",
    "DatedState",
    "DayAnswers",
    "DayOutput",
    "Leaning",
    "OwnCourse",
    "Quick",
    "Reason",
    "States",
    "UnreadableStates",
    "advance",
    "advance_course",
    "explain",
    "initial_states",
    "last_deviations",
    "learn_alone",
    "no_answers",
    "own_course",
    "own_leaning",
    "pack_states",
    "stands_out",
    "unpack_states",
]
