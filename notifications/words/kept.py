"""What was written once stays as it was: a record of every text that may have been sent, beside the content files.

`kept.txt` has a line for each version of each item: language, id, version, and a digest of what people read. A prompt shows
the words it was sent with for as long as it exists, so a line is never changed and never taken away.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from notifications.words.lint import Finding
from notifications.words.loader import Item, Review

NAME: Final = "kept.txt"
Key = tuple[str, str, int]


def digest_of(item: Item) -> str:
    """Of the words alone: who reviewed them, and whether the item is retired, may change."""
    words = {voice.value: [text.title, text.body, text.step] for voice, text in item.texts.items()}
    return hashlib.sha256(json.dumps(words, sort_keys=True, ensure_ascii=False).encode()).hexdigest()[:16]


def read(folder: Path) -> dict[Key, str]:
    """The record in that folder; empty where there is none. Raises `ValueError` for a line that is none of ours."""
    path = folder / NAME
    record: dict[Key, str] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines() if path.exists() else [], start=1):
        try:
            language, name, version, digest = line.split()
            record[language, name, int(version)] = digest
        except ValueError:
            raise ValueError(f"{NAME}: line {number}: expected language, id, version and digest") from None
    return record


def compare(items: Sequence[Item], record: Mapping[Key, str]) -> Iterator[tuple[str, Finding]]:
    """What is not as it was written down, by the name of its file. Drafts are not written down."""
    found = {(item.language, item.id, item.version): item for item in items}
    for key, digest in record.items():
        item = found.get(key)
        if item is None:
            yield _name(key), Finding("kept", "file", "is gone, and prompts may still show it")
        elif digest_of(item) != digest:
            yield _name(key), Finding("kept", "words", "were changed; write them as a new version")
    for key, item in found.items():
        if key not in record and item.review != Review.DRAFT:
            yield _name(key), Finding("kept", "file", "is not written down yet; see --keep")


def add(folder: Path, items: Sequence[Item]) -> int:
    """Writes down what is new among these. Returns how many. What stands is left alone, right or wrong."""
    record = read(folder)
    new = {(item.language, item.id, item.version): item for item in items if item.review != Review.DRAFT}
    fresh = {key: digest_of(item) for key, item in new.items() if key not in record}
    lines = [f"{language} {name} {version} {digest}\n" for (language, name, version), digest in sorted((record | fresh).items())]
    (folder / NAME).write_text("".join(lines), encoding="utf-8")
    return len(fresh)


def _name(key: Key) -> str:
    return f"{key[0]}/{key[1]}.{key[2]}"
