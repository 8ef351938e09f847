import itertools
import re

import numpy as np
import pytest

from checkins.patterns import QUESTIONS, own_course
from checkins.patterns.explain import STANDS_OUT, Reason
from checkins.patterns.simulate import simulate
from checkins.patterns.telling import PHRASES, in_words, own_courses, tell

WEEK = (np.arange(40) % 7)[None]


def courses(answer_a, answer_b):
    values = np.tile(np.array([6.0, 6.0, 4.0, 3.0]), (1, 40, 2, 1))
    values[0, -3:] = [answer_a, answer_b]
    return own_courses(values, WEEK)


def test_each_partner_is_told_by_their_own_answers():
    told = tell(courses([6, 9, 4, 3], [6, 6, 8, 3]), 0, 39, a_reaches=True)
    assert told == (
        "a wanted more closeness than is usual for them on 3 of the last 4 days they answered; "
        "b needed more room than is usual for them on 3 of the last 4 days they answered"
    )


def test_the_numbers_are_those_of_the_answers():
    both = courses([6, 9, 4, 3], [6, 6, 4, 3])
    deviation = both[0].deviation[0, -4:, 1]
    assert f"on {(deviation >= 0.75).sum()} of the last 4 days" in tell(both, 0, 39, a_reaches=True)


def test_later_answers_are_not_looked_at():
    assert tell(courses([6, 9, 4, 3], [6, 6, 8, 3]), 0, 36, a_reaches=True) == ""


def test_where_nothing_stands_out_nothing_is_said():
    assert tell(courses([6, 6, 4, 3], [6, 6, 4, 3]), 0, 39, a_reaches=True) == ""
    assert in_words([]) == ""


def test_no_more_than_two_reasons():
    reasons = [Reason(question, above=False, days=2, of=4, weight=1.0) for question in ("closeness_felt", "tension", "space_wanted")]
    assert in_words(reasons).count(" and ") == 1


SAID = re.compile(r"(wanted|felt|needed) (more|less) (closeness|room|tension) than is usual for them on (\d) of the last (\d) days")
ASKED = {("felt", "closeness"): 0, ("wanted", "closeness"): 1, ("needed", "room"): 2, ("felt", "tension"): 3}


@pytest.mark.parametrize("seed", [1, 2])
def test_every_number_told_can_be_counted_again_in_the_answers(seed):
    course = simulate("regimes", couples=6, days=60, seed=seed).course
    both, told = own_courses(course.values, course.weekday), 0
    for couple, day, a_reaches in itertools.product(range(6), range(20, 60, 3), (True, False)):
        text = tell(both, couple, day, a_reaches=a_reaches)
        for part in filter(None, text.split("; ")):
            side = "ab".index(part[0])
            # From the person's answers up to that day and nothing else, each beside what was usual before it.
            answers = course.values[couple : couple + 1, : day + 1, side]
            alone = own_course(answers, course.weekday[couple : couple + 1, : day + 1])
            for verb, way, what, days, of in SAID.findall(part):
                question = ASKED[verb, what]
                given = np.flatnonzero(~np.isnan(answers[0, :, question]))[-4:]
                beyond = [alone.deviation[0, index, question] * (1 if way == "more" else -1) >= STANDS_OUT for index in given]
                assert (sum(beyond), len(given)) == (int(days), int(of))
                told += 1
    assert told > 20


def test_what_one_is_told_does_not_hang_on_the_others_answers():
    course = simulate("regimes", couples=8, days=60, seed=3).course
    other = course.values.copy()
    other[:, :, 1] = np.nan
    with_other, without = own_courses(course.values, course.weekday), own_courses(other, course.weekday)
    for couple, day in itertools.product(range(8), range(20, 60)):
        both = tell(with_other, couple, day, a_reaches=True).split("; ")
        alone = tell(without, couple, day, a_reaches=True)
        assert alone == (both[0] if both[0].startswith("a ") else "")


def test_no_sentence_that_can_be_made_names_a_role_or_the_other():
    role = re.compile(
        r"reach|draw|pursu|withdr|avoid|anxi|need[yi]|cold|cling|distan|partner|other|apart|pattern|should|never|always", re.IGNORECASE
    )
    assert set(PHRASES) == set(QUESTIONS)
    for question, above, (days, of) in itertools.product(QUESTIONS, (True, False), ((2, 4), (4, 4))):
        assert not role.search(in_words([Reason(question, above=above, days=days, of=of, weight=1.0)] * 2))
