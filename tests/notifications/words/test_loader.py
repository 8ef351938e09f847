"""Reading the words from their files."""

from pathlib import Path

import pytest

from notifications.words import loader
from notifications.words.loader import PAIR_VOICES, Review, UnknownItem, Voice, WordsError, get, read_file, read_folder, shipped, solo

PAIR = """
id = "calm-sea"
version = 1
review = "team"
[reaching]
title = "R"
body = "Body r."
step = "Step r."
[making_room]
title = "M"
body = "Body m."
step = "Step m."
[either]
title = "E"
body = "Body e."
step = "Step e."
"""
SOLO = 'id = "alone"\nversion = 1\nreview = "team"\n[solo]\ntitle = "S"\nbody = "Body s."\n'


def written(folder: Path, name: str, content: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(content, encoding="utf-8")
    return path


@pytest.mark.parametrize("language", ["en", "es"])
def test_there_are_enough_items_for_two_and_alone_in(language: str) -> None:
    assert len(shipped(language)) >= 36
    # Three a week, none twice in 28 days: twelve may be used up on the day a thirteenth is asked for.
    assert len(solo(language)) >= 13
    assert {item.language for item in (*shipped(language), *solo(language))} == {language}
    assert all(set(item.texts) == set(PAIR_VOICES) for item in shipped(language))
    assert all(set(item.texts) == {Voice.SOLO} for item in solo(language))


def test_nothing_claims_a_review_by_clinicians_that_did_not_happen() -> None:
    assert {item.review for language in loader.languages() for item in loader.every(language)} == {Review.TEAM}


def test_items_come_in_a_fixed_order_so_that_a_choice_can_be_replayed() -> None:
    assert [item.id for item in shipped("en")] == sorted(item.id for item in shipped("en"))


def test_every_language_has_the_same_items_translated_or_not() -> None:
    for language in ("en", "es", "xx", "", "../en", "EN"):
        assert [(item.id, item.version) for item in shipped(language)] == [(item.id, item.version) for item in shipped("en")]


def test_an_item_is_found_as_it_was_sent() -> None:
    item = shipped("en")[0]

    assert get(item.id, item.version, "en") is item
    assert get(item.id, item.version, "es") is shipped("es")[0]
    assert get(item.id, item.version, "xx") is item
    assert item.text("reaching") is item.text(Voice.REACHING)


@pytest.mark.parametrize("item, version", [("unknown", 1), ("the-tide", 99), ("", 0), ("../the-tide", 1)])
def test_an_unknown_item_is_an_error(item: str, version: int) -> None:
    with pytest.raises(UnknownItem):
        get(item, version, "en")


@pytest.mark.parametrize("voice", ["solo", "shouting", ""])
def test_an_unknown_voice_is_an_error(voice: str) -> None:
    with pytest.raises(UnknownItem):
        shipped("en")[0].text(voice)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A content folder of the test's own, read afresh."""
    monkeypatch.setattr(loader, "FOLDER", tmp_path)
    monkeypatch.setattr(loader, "_read", loader._read.__wrapped__)
    monkeypatch.setattr(loader, "_newest", loader._newest.__wrapped__)
    return tmp_path


def test_a_new_version_is_sent_and_the_old_one_stays_readable(folder: Path) -> None:
    written(folder / "en", "calm-sea.1.toml", PAIR)
    written(folder / "en", "calm-sea.2.toml", PAIR.replace("version = 1", "version = 2"))

    assert [item.version for item in shipped("en")] == [2]
    assert get("calm-sea", 1, "en").version == 1


def test_a_retired_item_stays_readable_and_is_not_sent(folder: Path) -> None:
    written(folder / "en", "calm-sea.1.toml", PAIR)
    written(folder / "en", "calm-sea.2.toml", "retired = true\n" + PAIR.replace("version = 1", "version = 2"))
    written(folder / "en", "alone.1.toml", SOLO)

    assert shipped("en") == ()
    assert get("calm-sea", 2, "en").is_retired
    assert [item.id for item in solo("en")] == ["alone"]


def test_a_draft_is_sent_to_nobody_and_the_version_before_it_stays_in_use(folder: Path) -> None:
    written(folder / "en", "calm-sea.1.toml", PAIR)
    written(folder / "en", "calm-sea.2.toml", PAIR.replace("version = 1", "version = 2").replace('"team"', '"draft"'))
    written(folder / "en", "alone.1.toml", SOLO.replace('"team"', '"draft"'))

    assert [item.version for item in shipped("en")] == [1]
    assert solo("en") == ()
    assert [item.version for item in loader.every("en")] == [1, 1, 2]


def test_a_translation_that_is_still_a_draft_is_not_used(folder: Path) -> None:
    written(folder / "en", "calm-sea.1.toml", PAIR)
    written(folder / "es", "calm-sea.1.toml", PAIR.replace('"team"', '"draft"'))

    assert [item.language for item in shipped("es")] == ["en"]


def test_a_translation_is_used_once_it_has_caught_up(folder: Path) -> None:
    written(folder / "en", "calm-sea.1.toml", PAIR)
    written(folder / "es", "calm-sea.1.toml", PAIR.replace("Body", "Cuerpo"))
    assert [item.language for item in shipped("es")] == ["es"]
    assert get("calm-sea", 1, "es").text("either").body == "Cuerpo e."

    written(folder / "en", "calm-sea.2.toml", PAIR.replace("version = 1", "version = 2"))
    assert [(item.language, item.version) for item in shipped("es")] == [("en", 2)]
    assert get("calm-sea", 2, "es").language == "en"


def test_a_missing_folder_is_empty(tmp_path: Path) -> None:
    assert read_folder(tmp_path / "none", "en") == ()


def test_a_solo_item_may_go_without_a_step(tmp_path: Path) -> None:
    item = read_file(written(tmp_path, "alone.1.toml", SOLO), "en")

    assert item.is_solo
    assert item.text("solo").step == ""


@pytest.mark.parametrize(
    "name, content, field",
    [
        ("Calm.1.toml", PAIR, "file name"),
        ("calm-sea.toml", PAIR, "file name"),
        ("calm-sea.0.toml", PAIR, "file name"),
        ("calm-sea.1.txt", PAIR, "file name"),
        ("calm-sea.1.toml", "id = ", "file"),
        ("calm-sea.1.toml", "", "id"),
        ("calm-sea.1.toml", PAIR.replace("calm-sea", "other"), "id"),
        ("calm-sea.2.toml", PAIR, "version"),
        ("calm-sea.1.toml", PAIR.replace("version = 1", 'version = "1"'), "version"),
        ("calm-sea.1.toml", PAIR.replace("version = 1", "version = true"), "version"),
        ("calm-sea.1.toml", "retired = 1\n" + PAIR, "retired"),
        ("calm-sea.1.toml", "colour = 1\n" + PAIR, "colour"),
        ("calm-sea.1.toml", PAIR.replace("[either]", "[other]"), "either"),
        ("calm-sea.1.toml", PAIR + "[solo]\ntitle = 'S'\nbody = 'B'\n", "reaching"),
        ("calm-sea.1.toml", "either = 1\n" + PAIR.replace("[either]", "[other]"), "other"),
        ("calm-sea.1.toml", PAIR.replace('title = "M"', ""), "making_room.title"),
        ("calm-sea.1.toml", PAIR.replace('title = "M"', "title = 1"), "making_room.title"),
        ("calm-sea.1.toml", PAIR.replace('"Body m."', '""'), "making_room.body"),
        ("calm-sea.1.toml", PAIR.replace('"Body m."', '" x"'), "making_room.body"),
        ("calm-sea.1.toml", PAIR.replace('"Body m."', '"x\\ny"'), "making_room.body"),
        ("calm-sea.1.toml", PAIR.replace('"Step m."', '""'), "making_room.step"),
        ("calm-sea.1.toml", PAIR + 'tone = "x"\n', "either.tone"),
        ("calm-sea.1.toml", PAIR.replace('review = "team"', ""), "review"),
        ("calm-sea.1.toml", PAIR.replace('"team"', '"an expert"'), "review"),
        ("calm-sea.1.toml", PAIR + "minutes = 0\n", "either.minutes"),
        ("calm-sea.1.toml", PAIR + "minutes = 121\n", "either.minutes"),
        ("calm-sea.1.toml", PAIR + 'minutes = "5"\n', "either.minutes"),
        ("calm-sea.1.toml", PAIR.replace('step = "Step e."', "minutes = 5"), "either.minutes"),
    ],
)
def test_a_wrong_file_is_named_with_its_field(tmp_path: Path, name: str, content: str, field: str) -> None:
    path = written(tmp_path, name, content)

    with pytest.raises(WordsError) as caught:
        read_file(path, "en")

    assert caught.value.field == field
    assert str(caught.value).startswith(f"{tmp_path.name}/{name}: {field}: ")


def test_a_file_that_is_not_text_is_named(tmp_path: Path) -> None:
    path = tmp_path / "calm-sea.1.toml"
    path.write_bytes(b"\xff\xfe")

    with pytest.raises(WordsError, match="is not TOML"):
        read_file(path, "en")
