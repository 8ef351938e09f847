"""What is answered when: by a made-up couple, or as a file says."""

from datetime import date

import pytest

from config.story.plan import EPISODE_FROM, FIRST_DAY, ONE_DAY, Answer, Unreadable, from_file, simulated

HEADER = "couple,partner,date,closeness_felt,closeness_wanted,space_wanted,tension"


@pytest.fixture
def diary(tmp_path):
    def write(*lines: str, header: str = HEADER):
        path = tmp_path / "diary.csv"
        path.write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
        return path

    return write


def test_the_same_seed_is_the_same_plan_and_begins_on_a_monday():
    assert simulated(seed=3, days=22, quiet=False) == simulated(seed=3, days=22, quiet=False)
    assert simulated(seed=3, days=22, quiet=False) != simulated(seed=4, days=22, quiet=False)
    assert FIRST_DAY.weekday() == 0


def test_the_episode_begins_after_two_weeks_of_learning_and_a_quiet_plan_has_none():
    plan = simulated(seed=1, days=22, quiet=False)
    assert plan.episode_from == FIRST_DAY + EPISODE_FROM * ONE_DAY
    assert EPISODE_FROM >= 14
    assert [evening.day for evening in plan.evenings] == [FIRST_DAY + n * ONE_DAY for n in range(22)]
    assert simulated(seed=1, days=2, quiet=True).episode_from is None


def test_too_few_days_leave_no_room_for_an_episode():
    with pytest.raises(ValueError, match="at least 20 days"):
        simulated(seed=1, days=19, quiet=False)


def test_a_file_is_followed_with_its_gaps_and_moved_by_whole_weeks(diary):
    path = diary(
        "c7,b,2024-05-17,3,4,5,",
        "c7,a,2024-05-15,6,7,2,3",
        "c8,a,2024-05-15,1,1,1,1",
        header=HEADER,
    )
    plan = from_file(path, days=None)
    assert [evening.answers for evening in plan.evenings] == [
        {"a": Answer({"closeness_felt": 6, "closeness_wanted": 7, "space_wanted": 2, "tension": 3}), "b": None},
        {"a": None, "b": None},
        {"a": None, "b": Answer({"closeness_felt": 3, "closeness_wanted": 4, "space_wanted": 5})},
    ]
    first = plan.evenings[0].day
    assert first.weekday() == date(2024, 5, 15).weekday()
    assert FIRST_DAY <= first < FIRST_DAY + 7 * ONE_DAY
    assert not plan.varied
    assert len(from_file(path, days=2).evenings) == 2


def test_quick_answers_of_a_file_stay_quick(diary):
    path = diary("c,a,2024-05-15,,,,,closer", header=HEADER + ",quick")
    given = from_file(path, days=None).evenings[0].answers["a"]
    assert given is not None
    assert given.body() == {"kind": "quick", "quick": "closer"}


@pytest.mark.parametrize(
    "line, why",
    [
        ("c,a,2024-05-15,11,1,1,1", "line 2: answers are whole numbers"),
        ("c,a,2024-05-15,1.5,1,1,1", "line 2"),
        ("c,a,2024-05-15,,1,1,1", "closeness felt"),
        ("c,c,2024-05-15,1,1,1,1", "partner is a or b"),
        ("c,a,15.5.2024,1,1,1,1", "line 2"),
    ],
)
def test_a_line_that_cannot_be_read_is_named(diary, line, why):
    with pytest.raises(Unreadable, match=why):
        from_file(diary(line), days=None)


def test_a_file_without_answers_columns_or_at_all_is_refused(diary, tmp_path):
    with pytest.raises(Unreadable, match="no answers"):
        from_file(diary(), days=None)
    with pytest.raises(Unreadable, match="no column space_wanted, tension"):
        from_file(diary(header="couple,partner,date,closeness_felt,closeness_wanted"), days=None)
    with pytest.raises(Unreadable, match="could not be read"):
        from_file(tmp_path / "nothing.csv", days=None)
    with pytest.raises(Unreadable, match="quick"):
        from_file(diary("c,a,2024-05-15,,,,,maybe", header=HEADER + ",quick"), days=None)
