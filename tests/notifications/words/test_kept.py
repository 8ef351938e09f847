"""What was written once stays as it was."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from notifications.words import kept, loader
from notifications.words.loader import Item, Review, Text, Voice

ITEM = Item("calm-sea", 1, "en", {Voice.SOLO: Text("A breath", "It can help to breathe.", "Look up.")}, Review.TEAM)


def whats(items: list[Item], record: dict[kept.Key, str]) -> list[str]:
    return [finding.what for _, finding in kept.compare(items, record)]


def test_all_that_ships_is_written_down_and_unchanged() -> None:
    items = [item for language in loader.languages() for item in loader.every(language)]
    assert list(kept.compare(items, kept.read(loader.FOLDER))) == []


def test_what_is_written_down_is_read_again(tmp_path: Path) -> None:
    assert kept.add(tmp_path, [ITEM]) == 1
    assert kept.add(tmp_path, [ITEM]) == 0
    assert kept.read(tmp_path) == {("en", "calm-sea", 1): kept.digest_of(ITEM)}
    assert whats([ITEM], kept.read(tmp_path)) == []


@pytest.mark.parametrize("field", ["title", "body", "step"])
def test_a_changed_text_is_found_and_writing_down_again_does_not_hide_it(tmp_path: Path, field: str) -> None:
    kept.add(tmp_path, [ITEM])
    words: dict[str, Any] = {field: "Other."}
    changed = replace(ITEM, texts={Voice.SOLO: replace(ITEM.texts[Voice.SOLO], **words)})
    kept.add(tmp_path, [changed])
    assert whats([changed], kept.read(tmp_path)) == ["were changed; write them as a new version"]


def test_a_file_that_is_gone_is_found(tmp_path: Path) -> None:
    kept.add(tmp_path, [ITEM])
    assert whats([], kept.read(tmp_path)) == ["is gone, and prompts may still show it"]


def test_review_and_retirement_may_change(tmp_path: Path) -> None:
    kept.add(tmp_path, [ITEM])
    assert whats([replace(ITEM, review=Review.CLINICIANS, is_retired=True)], kept.read(tmp_path)) == []


def test_a_draft_is_not_written_down(tmp_path: Path) -> None:
    draft = replace(ITEM, review=Review.DRAFT)
    assert kept.add(tmp_path, [draft]) == 0
    assert whats([draft], {}) == []
    assert whats([ITEM], {}) == ["is not written down yet; see --keep"]


def test_a_line_that_is_none_of_ours_is_named(tmp_path: Path) -> None:
    (tmp_path / kept.NAME).write_text("en calm-sea one abc\n")
    with pytest.raises(ValueError, match=r"kept.txt: line 1: expected"):
        kept.read(tmp_path)
