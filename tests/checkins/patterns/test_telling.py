import numpy as np

from checkins.patterns.explain import Reason
from checkins.patterns.telling import in_words, own_courses, tell

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
