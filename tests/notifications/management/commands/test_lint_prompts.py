import json
import shutil
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from notifications.words import kept
from notifications.words.loader import FOLDER


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped words, to be spoilt."""
    return Path(shutil.copytree(FOLDER, tmp_path / "items"))


def said_by(*options: str) -> str:
    said = StringIO()
    call_command("lint_prompts", *options, stdout=said, stderr=StringIO())
    return said.getvalue()


def spoil(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def findings_of(*options: str) -> list[tuple[str, str, str]]:
    said = StringIO()
    with pytest.raises(SystemExit) as left:
        call_command("lint_prompts", "--json", *options, stdout=said, stderr=StringIO())
    assert left.value.code == 1
    return [(one["file"], one["where"], one["rule"]) for one in json.loads(said.getvalue())["findings"]]


def test_nothing_is_found_in_what_ships():
    said = said_by()
    assert said.endswith("nothing found\n")
    assert [line.split(":")[0] for line in said.splitlines()] == ["en", "es", "nothing found"]


def test_one_language_is_told_alone_and_as_one_document():
    told = json.loads(said_by("--language", "es", "--json"))
    assert told["findings"] == []
    assert [(one["language"], one["reviewed_by_clinicians"]) for one in told["languages"]] == [("es", 0)]
    assert told["languages"][0]["items_for_two"] >= 36
    assert 0 < told["languages"][0]["highest_grade"] <= 7


@pytest.mark.parametrize(
    "language, old, new, rule",
    [
        ("en", "Named, it often softens.", "You must name it.", "obligation"),
        ("es", "Con nombre, suele ablandarse.", "Tienes que nombrarlo.", "obligation"),
        ("es", "Con nombre, suele ablandarse.", "Nunca falla si lo nombras.", "absolute"),
    ],
)
def test_a_finding_names_file_place_and_rule_and_ends_with_1(folder, language, old, new, rule):
    spoil(folder / language / "the-tide.1.toml", old, new)
    found = findings_of("--folder", str(folder))
    assert (f"{language}/the-tide.1", "reaching.body", rule) in found
    assert (f"{language}/the-tide.1", "words", "kept") in found
    assert {name for name, *_ in found} == {f"{language}/the-tide.1"}


def test_words_that_nobody_has_looked_at_wait_in_a_draft_and_are_a_finding_in_what_ships(folder):
    path = folder / "en" / "the-tide.2.toml"
    shutil.copy(folder / "en" / "the-tide.1.toml", path)
    shutil.copy(folder / "es" / "the-tide.1.toml", folder / "es" / "the-tide.2.toml")
    for draft in (path, folder / "es" / "the-tide.2.toml"):
        spoil(draft, "version = 1", "version = 2")
        spoil(draft, '"team"', '"draft"')
    spoil(path, "Named, it often softens.", "Named, it often wobbles.")

    said = said_by("--folder", str(folder))
    assert 'en/the-tide.2  reaching.body  to read  "wobbles"' in said
    assert said.endswith("nothing found, 3 to read before they ship\n")
    told = json.loads(said_by("--folder", str(folder), "--json"))
    assert (told["findings"], {one["file"] for one in told["to_read"]}) == ([], {"en/the-tide.2"})

    spoil(path, '"draft"', '"team"')
    assert ("en/the-tide.2", "reaching.body", "unreviewed") in findings_of("--folder", str(folder))


def test_a_rule_that_is_broken_is_a_finding_in_a_draft_too(folder):
    for language in ("en", "es"):
        path = folder / language / "the-tide.2.toml"
        shutil.copy(folder / language / "the-tide.1.toml", path)
        spoil(path, "version = 1", "version = 2")
        spoil(path, '"team"', '"draft"')
    spoil(folder / "en" / "the-tide.2.toml", "Named, it often softens.", "You must name it.")
    assert ("en/the-tide.2", "reaching.body", "obligation") in findings_of("--folder", str(folder))


def test_a_translation_that_is_missing_is_a_finding(folder):
    (folder / "es" / "the-tide.1.toml").unlink()
    assert findings_of("--folder", str(folder)) == [("en/the-tide.1", "es", "translation"), ("es/the-tide.1", "file", "kept")]


def test_a_file_that_cannot_be_read_ends_with_2_and_one_line(folder):
    spoil(folder / "es" / "the-tide.1.toml", 'review = "team"', 'review = "mum"')
    with pytest.raises(CommandError, match=r"^es/the-tide.1.toml: review: expected one of draft, team, clinicians$") as wrong:
        said_by("--folder", str(folder))
    assert wrong.value.returncode == 2


def test_new_texts_are_written_down_once_nothing_else_is_found(folder):
    (folder / kept.NAME).unlink()
    assert said_by("--folder", str(folder), "--keep").endswith("nothing found\n")
    assert (folder / kept.NAME).read_text() == (FOLDER / kept.NAME).read_text()


def test_nothing_is_written_down_while_something_is_found(folder):
    (folder / kept.NAME).unlink()
    spoil(folder / "en" / "the-tide.1.toml", "Named, it often softens.", "You must name it.")
    assert ("en/the-tide.1", "reaching.body", "obligation") in findings_of("--folder", str(folder), "--keep")
    assert not (folder / kept.NAME).exists()


def test_each_rule_can_be_looked_up():
    assert "stay-or-leave" in said_by("--rules")
