"""A week beside what is usual for that person, against a plain way to count it."""

from statistics import fmean, pstdev

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checkins.answers import LEVELS
from checkins.weekly import LOOKS_BACK_WEEKS, WORDS, Level, pictures

WEEKS, PEOPLE = 20, 2
PRIOR = {"closeness_felt": 6.3, "closeness_wanted": 6.2, "space_wanted": 3.6}

# Whose, of which week, how many weeks late, whether it counts, and the three levels.
answers = st.tuples(
    st.integers(0, PEOPLE - 1), st.integers(0, WEEKS - 1), st.sampled_from([0, 0, 0, 1, 2, 15]), st.booleans(), *[st.integers(0, 10)] * 3
)


def said(rows, weeks=WEEKS):
    person, week, late, counts, *levels = np.array(rows, np.int64).reshape(-1, 7).T
    found = pictures(
        person=person, week=week, known=week + late, counts=counts.astype(bool), levels=np.array(levels).T, people=PEOPLE, weeks=weeks
    )
    return [[tuple(WORDS[level] for level in levels) for levels in one] for one in found]


def plainly(rows, person, week, question):
    """The same for one week of one person and one question."""
    there = [row for row in rows if row[0] == person and row[1] >= week - LOOKS_BACK_WEEKS and row[1] + row[2] <= week]
    values = [row[4 + question] for row in there]
    given_then = [row[4 + question] for row in there if row[1] == week and row[3]]
    if len(given_then) < 4:
        return None
    weight = 8 + len(values)
    level = (8 * PRIOR[LEVELS[question]] + sum(values)) / weight
    spread = ((8 * 1.35**2 + len(values) * pstdev(values) ** 2) / weight) ** 0.5
    strays = fmean(given_then) - level
    if abs(abs(strays) - spread / 2) < 1e-9:
        return "either"
    return Level.USUAL if abs(strays) <= spread / 2 else Level.HIGH if strays > 0 else Level.LOW


@given(st.lists(answers, max_size=120))
def test_every_week_is_what_counting_it_alone_says(rows):
    found = said(rows)
    for person in range(PEOPLE):
        for week in range(WEEKS):
            for question in range(len(LEVELS)):
                expected = plainly(rows, person, week, question)
                assert expected in (found[person][week][question], "either")


@pytest.mark.parametrize(
    "values, expected",
    [
        ([6, 6, 6], None),
        ([6, 6, 6, 6], Level.USUAL),
        ([9, 9, 9, 9], Level.HIGH),
        ([2, 2, 2, 3], Level.LOW),
        ([0, 10, 6, 8], Level.USUAL),
    ],
)
def test_a_week_is_low_usual_or_high_from_four_answers(values, expected):
    assert said([(0, 0, 0, True, value, 6, 4) for value in values], weeks=1)[0][0][0] == expected


def test_nobody_says_nothing():
    assert said([]) == [[(None,) * 3] * WEEKS] * PEOPLE
