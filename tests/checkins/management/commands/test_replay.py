from io import StringIO

import pytest
from django.core.management import CommandError, call_command

HEADER = "couple,partner,date,closeness_felt,closeness_wanted,space_wanted,tension"


@pytest.fixture
def answers(tmp_path):
    path = tmp_path / "answers.csv"
    path.write_text(f"{HEADER}\nc,a,2026-03-01,6,7,3,2\nc,b,2026-03-02,5,5,5,\n")
    return path


def test_it_writes_the_scored_days_and_says_how_many(answers, tmp_path):
    said, out = StringIO(), tmp_path / "scored.csv"
    call_command("replay", str(answers), "--out", str(out), stdout=said)
    assert len(out.read_text().splitlines()) == 3
    assert "2 days written" in said.getvalue()


def test_it_explains_what_it_cannot_read(answers, tmp_path):
    answers.write_text(f"{HEADER}\nc,z,2026-03-01,6,7,3,2\n")
    with pytest.raises(CommandError, match=r"answers.csv, line 2: partner is 'z'"):
        call_command("replay", str(answers), "--out", str(tmp_path / "scored.csv"))
    assert not (tmp_path / "scored.csv").exists()


def test_it_names_a_file_that_is_not_there(tmp_path):
    with pytest.raises(CommandError, match=r"nowhere.csv: No such file"):
        call_command("replay", str(tmp_path / "nowhere.csv"), "--out", str(tmp_path / "scored.csv"))


def test_it_names_a_folder_that_is_not_there(answers, tmp_path):
    with pytest.raises(CommandError, match="No such file"):
        call_command("replay", str(answers), "--out", str(tmp_path / "no" / "scored.csv"))


def test_it_tells_in_words_and_draws_pictures_where_asked(answers, tmp_path):
    out, pictures = tmp_path / "scored.csv", tmp_path / "pictures"
    call_command("replay", str(answers), "--out", str(out), "--explain", "--plot", str(pictures), stdout=StringIO())
    assert out.read_text().splitlines()[0].endswith(",words")
    assert [path.name for path in pictures.iterdir()] == ["000001-c.svg"]


def test_a_folder_that_is_a_file_is_named(answers, tmp_path):
    with pytest.raises(CommandError, match=r"answers.csv: File exists"):
        call_command("replay", str(answers), "--out", str(tmp_path / "scored.csv"), "--plot", str(answers))
    assert not (tmp_path / "scored.csv").exists()
