"""What stands out in one's own answers: counted again here, from them alone, and the same whatever the partner does."""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from backend.consents import services as consents
from backend.couples import services as couples
from checkins.dashboard import dashboard_of
from checkins.models import PatternDay
from checkins.pictures import OWN_WORDS, lately_sentences
from checkins.services import deciding
from tests import cast
from tests.answering import full, keep_many, quick

pytestmark = pytest.mark.django_db

ONE = timedelta(days=1)
FIRST = date(2026, 3, 4)
DAYS = 40
LAST = FIRST + (DAYS - 1) * ONE
NOON = datetime(2026, 4, 13, 11, 0, tzinfo=UTC)
SIX = [full(6, 6, 4)] * (DAYS - 3)


def pair(name="", *, show_pattern=True):
    a, b = cast.person(f"Alice{name}"), cast.person(f"Bob{name}")
    couple = cast.pair(a, b, now=datetime(2026, 3, 4, 8, tzinfo=UTC))
    for who in (a, b):
        consents.choose(
            person=who, now=datetime(2026, 3, 4, 9, tzinfo=UTC), sharing="levels", prompt_mode="discreet", show_pattern=show_pattern
        )
    return a, b, couple


def give(who, answers):
    keep_many(who, {FIRST + n * ONE: answer for n, answer in enumerate(answers) if answer is not None})


def lately(who, now=NOON):
    return dashboard_of(person=who, weeks=4, now=now)["lately"]


def test_what_is_said_can_be_counted_again_in_the_answers():
    a, _b, _couple = pair()
    wanted = [6, 7, 5, 6, 6] * 7 + [9, None, 10, 6, 9]
    give(a, [None if one is None else full(6, one, 4) for one in wanted])
    said = lately(a)
    assert said == {"enough": True, "stands_out": [{"question": "closeness_wanted", "above": True, "days": 3, "of": 4}]}
    # Far above anything answered before: three of the last four answers are nine or more, and nothing else is.
    last = [one for one in wanted if one is not None][-4:]
    assert (sum(one >= 9 for one in last), len(last)) == (3, 4)
    assert lately_sentences(said) == ["You wanted more closeness than is usual for you on 3 of the last 4 days you answered."]


@pytest.mark.parametrize(
    "last, sentence",
    [
        (full(6, 2, 9), "You needed more room than is usual for you on 3 of the last 4 days you answered."),
        (full(1, 9, 4), "You felt less close than is usual for you on 3 of the last 4 days you answered."),
    ],
)
def test_two_at_most_the_weightier_first(last, sentence):
    a, _b, _couple = pair()
    give(a, [*SIX, last, last, last])
    said = lately_sentences(lately(a))
    assert 1 <= len(said) <= 2
    assert sentence in said


def test_ordinary_days_are_said_to_be_as_usual():
    a, _b, _couple = pair()
    give(a, [*SIX, *SIX[:3]])
    assert lately_sentences(lately(a)) == ["Your last answers are much as usual for you."]


@pytest.mark.parametrize("answers", [[], [full(1, 10, 1)] * 6, [quick("closer")] * 30])
def test_too_few_full_answers_are_said_to_be_too_few(answers):
    a, _b, _couple = pair()
    give(a, [None] * (DAYS - len(answers)) + answers)
    assert lately(a) == {"enough": False, "stands_out": []}
    assert lately_sentences(lately(a)) == ["Not enough answers yet to say what is usual for you."]


def test_what_was_answered_weeks_ago_is_not_of_late():
    a, _b, _couple = pair()
    give(a, [*SIX, full(1, 10, 1), full(1, 10, 1), full(1, 10, 1)])
    assert lately(a)["stands_out"]
    assert lately(a, now=NOON + 14 * ONE) == {"enough": True, "stands_out": []}


def test_one_who_is_not_paired_is_told_the_same():
    a, _b, _couple = pair()
    alone = cast.person("Charlie")
    for who in (a, alone):
        give(who, [*SIX, full(1, 10, 1), full(1, 10, 1), full(1, 10, 1)])
    assert lately(a) == lately(alone)


PARTNERS = {
    "reaches": ([full(6, 6, 4)] * 30 + [full(1, 10, 1)] * 10, True),
    "makes room": ([full(6, 6, 4)] * 30 + [full(5, 1, 10)] * 10, True),
    "answers nothing": ([], True),
    "does not want to see the pattern": ([full(5, 1, 10)] * 40, False),
}


def test_i1_it_is_the_same_whatever_the_partner_answers_and_chooses_and_whether_there_is_an_alert():
    said, alerts = [], set()
    for number, (answers, show_pattern) in enumerate(PARTNERS.values()):
        a, b, couple = pair(str(number), show_pattern=show_pattern)
        give(a, [full(6, 6, 4)] * 30 + [full(3, 9, 3)] * 10)
        give(b, answers)
        deciding.decide_due(now=NOON)
        alerts.add(PatternDay.objects.filter(couple=couple, alert=True).exists())
        said.append(lately(a))
        couples.leave(person=b, quietly=bool(number % 2), now=NOON + ONE)
        said.append(lately(a, now=NOON + ONE))
    assert alerts == {True, False}
    assert said[0]["stands_out"]
    assert said.count(said[0]) == len(said)


def test_no_sentence_names_a_role_or_anybody_else():
    for sentence in OWN_WORDS.values():
        assert sentence.startswith("You ")
        assert not re.search(
            r"reach|making room|makes room|draw|withdraw|pursu|partner|pattern|they|them|both|couple|anxious|avoid", sentence
        )
