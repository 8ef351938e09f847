import numpy as np
import pytest

from checkins.patterns import explain, own_course, stands_out
from checkins.patterns.own import LAST_ANSWERS

WEEK = (np.arange(40) % 7)[None]


def course_with(answer, days):
    values = np.tile(np.array([6.0, 6.0, 4.0, 3.0]), (1, 40, 1))
    values[0, -days:] = answer
    return own_course(values, WEEK)


def test_what_stands_out_is_counted_over_the_days_answered():
    reasons = explain(course_with([6, 9, 4, 3], 3), 0, reaching=True)
    assert [(reason.question, reason.above, reason.days, reason.of) for reason in reasons] == [("closeness_wanted", True, 3, 4)]
    assert reasons[0].weight > 0


def test_the_weightiest_reason_comes_first():
    reasons = explain(course_with([4, 3, 9, 5], 4), 0, reaching=False)
    assert {reason.question for reason in reasons} >= {"closeness_wanted", "space_wanted"}
    assert [reason.weight for reason in reasons] == sorted((reason.weight for reason in reasons), reverse=True)
    assert {reason.question: reason.above for reason in reasons}["closeness_wanted"] is False


def test_ordinary_days_need_no_explanation():
    assert explain(course_with([6, 6, 4, 3], 1), 0, reaching=True) == []
    assert explain(course_with([6, 9, 4, 3], 1), 0, reaching=True) == []


def test_one_who_makes_room_is_not_explained_as_reaching():
    assert explain(course_with([6, 3, 9, 3], 4), 0, reaching=True) == []


@pytest.mark.parametrize("answer, reaching", [([4, 9, 3, 3], True), ([6, 3, 9, 3], False), ([6, 6, 4, 3], None)])
def test_whichever_way_the_answers_lean_more_is_told(answer, reaching):
    course = course_with(answer, 4)
    last = [one[~np.isnan(one)][-LAST_ANSWERS:].tolist() for one in course.deviation[0].T]
    assert stands_out(last) == ([] if reaching is None else explain(course, 0, reaching=reaching))
    assert bool(stands_out(last)) == (reaching is not None)
