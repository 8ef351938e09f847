import csv
import os
from datetime import date, timedelta

import numpy as np
import pytest

from checkins.patterns import Course, advance_course, initial_states
from checkins.patterns import replay as replaying
from checkins.patterns.replay import Extras, UnreadableAnswers, replay
from checkins.patterns.simulate import simulate

HEADER = "couple,partner,date,closeness_felt,closeness_wanted,space_wanted,tension"
ROWS = ["c1,a,2026-03-01,6,7,3,2", "c1,b,2026-03-03,5,5,5,", "c2,b,2026-02-27,0,10,10,10"]


@pytest.fixture
def write(tmp_path):
    def write(*rows, header=HEADER, name="answers.csv"):
        path = tmp_path / name
        path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
        return path

    return write


def rows_of(course, names, start=date(2026, 3, 2)):
    """CSV rows of a simulated course that begins on a Monday."""
    for couple, name in enumerate(names):
        for day, side in np.ndindex(course.values.shape[1:3]):
            values = course.values[couple, day, side]
            if not np.isnan(values[0]):
                points = ",".join("" if np.isnan(value) else str(int(value)) for value in values)
                yield f"{name},{'ab'[side]},{start + timedelta(days=day)},{points}"


def read(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_row_per_couple_and_day_from_first_to_last_answer(write, tmp_path):
    out = tmp_path / "scored.csv"
    assert replay(write(*ROWS), out) == 4
    rows = read(out)
    assert [(row["couple"], row["date"]) for row in rows] == [("c1", f"2026-03-0{day}") for day in (1, 2, 3)] + [("c2", "2026-02-27")]
    assert list(rows[0])[:5] == ["couple", "date", "p_a_reaches", "p_b_reaches", "alert"]
    for row in rows:
        assert 0 <= float(row["p_a_reaches"]) + float(row["p_b_reaches"]) <= 1
        assert row["alert"] in {"0", "1"}


def test_the_file_says_what_the_detector_says(write, tmp_path):
    simulated = simulate("regimes", couples=6, days=50, seed=1).course
    values = simulated.values.copy()
    values[:, [0, -1], 0, :3] = 5
    course = Course(values, simulated.quick, np.repeat((np.arange(50) % 7)[None], 6, axis=0))
    out = tmp_path / "scored.csv"
    replay(write(*rows_of(course, [f"c{n}" for n in range(6)])), out)
    _, outputs = advance_course(initial_states(6), course)
    expected = np.stack([output.p_a_reaches for output in outputs], axis=1).ravel()
    np.testing.assert_array_equal([float(row["p_a_reaches"]) for row in read(out)], expected)


def test_the_order_of_rows_and_the_memory_allowed_change_nothing(write, tmp_path):
    names = [f'"c{n}, ""quoted"""' for n in range(8)]
    rows = list(rows_of(simulate("regimes", couples=8, days=40, seed=2).course, names))
    shuffled = list(np.random.default_rng(1).permutation(rows))
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    replay(write(*rows), first)
    replay(write(*shuffled, name="shuffled.csv"), second, rows_in_memory=37)
    assert first.read_bytes() == second.read_bytes()
    assert len({row["couple"] for row in read(first)}) == 8


def test_cutting_the_file_changes_nothing_before_the_cut(write, tmp_path):
    rows = list(rows_of(simulate("mutual_pull", couples=5, days=50, seed=3).course, "vwxyz"))
    cut = [row for row in rows if row.split(",")[2] < "2026-04-01"]
    whole, before = tmp_path / "whole.csv", tmp_path / "before.csv"
    replay(write(*rows), whole)
    replay(write(*cut, name="cut.csv"), before)
    kept = {line for line in whole.read_text().splitlines() if line.split(",")[1] < "2026-04-01" or line.startswith("couple")}
    assert set(before.read_text().splitlines()) <= kept
    assert len(kept) - len(before.read_text().splitlines()) <= 5 * 4


def test_exchanging_the_partners_exchanges_the_columns_exactly(write, tmp_path):
    rows = list(rows_of(simulate("regimes", couples=5, days=50, seed=4).course, "vwxyz"))
    swapped = [",".join([name, "ab"["ba".index(side)], *rest]) for name, side, *rest in (row.split(",") for row in rows)]
    one, other = tmp_path / "one.csv", tmp_path / "other.csv"
    replay(write(*rows), one)
    replay(write(*swapped, name="swapped.csv"), other)
    for row, mirrored in zip(read(one), read(other), strict=True):
        assert (row["p_a_reaches"], row["p_b_reaches"]) == (mirrored["p_b_reaches"], mirrored["p_a_reaches"])
        assert {k: v for k, v in row.items() if "reaches" not in k} == {k: v for k, v in mirrored.items() if "reaches" not in k}


def test_one_tap_answers_are_read(write, tmp_path):
    header = HEADER + ",quick"
    replay(write("c,a,2026-03-01,,,,,closer", "c,b,2026-03-01,6,6,3,2,", header=header), tmp_path / "out.csv")
    assert len(read(tmp_path / "out.csv")) == 1


def test_a_file_without_answers_gives_only_a_header(write, tmp_path):
    assert replay(write(), tmp_path / "out.csv") == 0
    assert read(tmp_path / "out.csv") == []


@pytest.mark.parametrize(
    "rows, line, says",
    [
        (["c,c,2026-03-01,1,1,1,1"], 2, "partner is 'c', not a or b"),
        ([*ROWS, "c,a,2026-3-1,1,1,1,1"], 5, "date is '2026-3-1', not a day"),
        (["c,a,2026-02-30,1,1,1,1"], 2, "date is '2026-02-30', not a day"),
        (["c,a,2026-W10-1,1,1,1,1"], 2, "not a day"),
        (["c,a,2026-03-01,11,1,1,1"], 2, "closeness_felt is '11', not a whole number from 0 to 10"),
        (["c,a,2026-03-01,1,1.5,1,1"], 2, "closeness_wanted is '1.5'"),
        (["c,a,2026-03-01,1,1,-1,1"], 2, "space_wanted is '-1'"),
        (["c,a,2026-03-01,1,,1,1"], 2, "closeness_wanted is ''"),
        (["c,a,2026-03-01,1,1,1,²"], 2, "tension is '²'"),
        (["c,a,2026-03-01,1,1,1"], 2, "6 fields, the header has 7"),
        ([",a,2026-03-01,1,1,1,1"], 2, "couple is empty"),
        ([ROWS[0], ROWS[1], ROWS[0]], 4, "partner a of c1 already answered on 2026-03-01, in line 2"),
        (["c,a,1826-03-01,1,1,1,1", "c,a,2026-03-01,1,1,1,1"], 3, "more than a hundred years apart"),
    ],
)
def test_what_cannot_be_read_is_named_by_file_and_line_and_nothing_is_written(write, tmp_path, rows, line, says):
    source, out = write(*rows), tmp_path / "out.csv"
    out.write_text("as it was")
    with pytest.raises(UnreadableAnswers) as refused:
        replay(source, out)
    assert f"{source}, line {line}: " in str(refused.value)
    assert says in str(refused.value)
    assert out.read_text() == "as it was"
    assert sorted(os.listdir(tmp_path)) == ["answers.csv", "out.csv"]


@pytest.mark.parametrize(
    "header, row, says",
    [
        ("couple,partner,date,closeness_felt,closeness_wanted,space_wanted", "c,a,2026-03-01,1,1,1", "line 1: no column tension"),
        ("", "", "line 1: no column couple"),
        (HEADER + ",mood", "c,a,2026-03-01,1,1,1,1,9", "line 1: unknown column 'mood'"),
        (HEADER + ",tension", "c,a,2026-03-01,1,1,1,1,1", "line 1: a column stands there twice"),
        (HEADER + ",quick", "c,a,2026-03-01,,,,,maybe", "quick is 'maybe', not one of closer, as_usual, more_room"),
        (HEADER + ",quick", "c,a,2026-03-01,1,1,1,1,closer", "a quick answer has no numbers beside it"),
    ],
)
def test_columns_that_do_not_fit_are_named(write, tmp_path, header, row, says):
    with pytest.raises(UnreadableAnswers, match=r"answers\.csv") as refused:
        replay(write(row, header=header), tmp_path / "out.csv")
    assert says in str(refused.value)


def test_bytes_that_are_no_text_are_refused(write, tmp_path):
    source = write(ROWS[0])
    source.write_bytes(source.read_bytes() + b"\xff\xfe,a,2026-03-01,1,1,1,1\n")
    with pytest.raises(UnreadableAnswers, match="near line"):
        replay(source, tmp_path / "out.csv")


def test_words_stand_on_alert_days_only_and_change_no_number(write, tmp_path):
    source = write(*rows_of(simulate("regimes", couples=12, days=90, seed=5).course, [f"c{n:02}" for n in range(12)]))
    plain, told = tmp_path / "plain.csv", tmp_path / "told.csv"
    replay(source, plain)
    replay(source, told, extras=Extras(explain=True))
    rows = read(told)
    words = [row.pop("words") for row in rows]
    assert rows == read(plain)
    on = [bool(int(row["alert"])) for row in rows]
    assert any(on)
    assert not any(word for word, alert in zip(words, on, strict=True) if not alert)
    assert any("than is usual for them on" in word for word in words)
    assert not any(name in " ".join(words) for name in ("reach", "draw", "pursu", "withdr", "apart"))


def test_words_too_are_causal(write, tmp_path):
    rows = list(rows_of(simulate("regimes", couples=6, days=90, seed=5).course, "uvwxyz"))
    cut = [row for row in rows if row.split(",")[2] < "2026-05-10"]
    whole, before = tmp_path / "whole.csv", tmp_path / "before.csv"
    replay(write(*rows), whole, extras=Extras(explain=True))
    replay(write(*cut, name="cut.csv"), before, extras=Extras(explain=True))
    assert set(before.read_text().splitlines()) <= set(whole.read_text().splitlines())


def test_a_picture_is_drawn_of_each_couple_under_a_safe_name(write, tmp_path):
    names = ["../../etc/x", "a b", "plain"]
    pictures = tmp_path / "pictures"
    replay(
        write(*rows_of(simulate("regimes", couples=3, days=30, seed=1).course, names)),
        tmp_path / "out.csv",
        extras=Extras(pictures=pictures),
    )
    assert sorted(path.name for path in pictures.iterdir()) == ["000001--etc-x.svg", "000002-a-b.svg", "000003-plain.svg"]
    assert sorted(os.listdir(tmp_path)) == ["answers.csv", "out.csv", "pictures"]


def test_no_picture_is_left_behind_by_a_file_that_cannot_be_read(write, tmp_path):
    rows = [*rows_of(simulate("regimes", couples=2, days=30, seed=1).course, "vw"), "z,a,2026-03-01,1,1,1,1", "z,a,2026-03-01,1,1,1,1"]
    with pytest.raises(UnreadableAnswers):
        replay(write(*rows), tmp_path / "out.csv", extras=Extras(pictures=tmp_path / "pictures"))
    assert os.listdir(tmp_path) == ["answers.csv"]


def test_long_files_say_how_far_they_are(write, tmp_path, monkeypatch):
    monkeypatch.setattr(replaying, "TOLD_EVERY", 50)
    said: list[str] = []
    replay(
        write(*rows_of(simulate("regimes", couples=3, days=60, seed=1).course, "xyz")),
        tmp_path / "out.csv",
        extras=Extras(progress=said.append),
    )
    assert said[0] == "50 answers read"
    assert said[-1].endswith("days of 3 couples scored")
