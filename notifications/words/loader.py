"""Read the items from their files, strictly, and keep them for the life of the process."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).parent / "items"
FIRST_LANGUAGE: Final = "en"
"""The language every item is written in first, and shown in until its translation exists."""
LONGEST_MINUTES: Final = 120
"""The longest span that a small step may name."""

_FILE_NAME = re.compile(r"(?P<id>[a-z0-9]+(?:-[a-z0-9]+)*)\.(?P<version>[1-9][0-9]*)\.toml")


class Voice(StrEnum):
    """Whom a text speaks to, by that person's own recent answers; solo texts speak to one alone."""

    REACHING = "reaching"
    MAKING_ROOM = "making_room"
    EITHER = "either"
    SOLO = "solo"


PAIR_VOICES: Final = (Voice.REACHING, Voice.MAKING_ROOM, Voice.EITHER)


class Review(StrEnum):
    """Who has read the words before they ship. A draft is read by the linter and sent to nobody."""

    DRAFT = "draft"
    TEAM = "team"
    CLINICIANS = "clinicians"


class WordsError(ValueError):
    """A content file that cannot be used; says which file, which field and what is wrong."""

    def __init__(self, file: Path, field: str, problem: str) -> None:
        super().__init__(f"{file.parent.name}/{file.name}: {field}: {problem}")
        self.file = file
        self.field = field
        self.problem = problem


class UnknownItem(LookupError):
    """No item of that id and version is shipped."""


@dataclass(frozen=True, slots=True)
class Text:
    """What one person reads. ``step`` is one small thing to try, or empty; ``minutes`` the span it names, or none."""

    title: str
    body: str
    step: str = ""
    minutes: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thought in its voices: reaching, making room and either, or solo alone."""

    id: str
    version: int
    language: str
    texts: Mapping[Voice, Text]
    review: Review = Review.DRAFT
    is_retired: bool = False

    @property
    def is_solo(self) -> bool:
        return Voice.SOLO in self.texts

    def text(self, voice: str) -> Text:
        """The text in that voice; raises `UnknownItem` where the item has none."""
        try:
            return self.texts[Voice(voice)]
        except (KeyError, ValueError):
            raise UnknownItem(f"{self.id} has no voice {voice!r}") from None


def get(item: str, version: int, language: str) -> Item:
    """The item as it was sent, retired or not, in the language or else in English.

    Raises `UnknownItem`.
    """
    for each in (language, FIRST_LANGUAGE):
        for found in _read(each):
            if (found.id, found.version) == (item, version):
                return found
    raise UnknownItem(f"no item {item!r} in version {version}")


def shipped(language: str) -> tuple[Item, ...]:
    """The items for two that may be sent, each in its newest version that is no draft, by id.

    Ids are the same in every language; what is not translated yet comes in English.
    """
    return tuple(item for item in _newest(language) if not item.is_solo)


def solo(language: str) -> tuple[Item, ...]:
    """The same for the items about oneself only."""
    return tuple(item for item in _newest(language) if item.is_solo)


def read_folder(folder: Path, language: str) -> tuple[Item, ...]:
    """Every item in every version in one language's folder, by id and version.

    Raises `WordsError` at the first file that is not right. A folder that does not exist is empty.
    """
    return tuple(sorted((read_file(path, language) for path in _files(folder)), key=lambda item: (item.id, item.version)))


def read_file(path: Path, language: str) -> Item:
    """One item from its file; raises `WordsError`."""
    name = _FILE_NAME.fullmatch(path.name)
    if name is None:
        raise WordsError(path, "file name", "expected <id>.<version>.toml in lower-case words joined by hyphens")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise WordsError(path, "file", f"is not TOML: {error}") from error
    if content.get("id") != name["id"]:
        raise WordsError(path, "id", f"expected {name['id']!r}, as in the file name")
    version = content.get("version")
    if type(version) is not int or version != int(name["version"]):
        raise WordsError(path, "version", f"expected {name['version']}, as in the file name")
    retired = content.get("retired", False)
    if not isinstance(retired, bool):
        raise WordsError(path, "retired", "expected true or false")
    texts = _texts(path, {key: value for key, value in content.items() if key not in {"id", "version", "review", "retired"}})
    return Item(name["id"], version, language, texts, _review(path, content.get("review")), retired)


def _review(path: Path, value: Any) -> Review:
    try:
        return Review(value)
    except ValueError:
        raise WordsError(path, "review", f"expected one of {', '.join(Review)}") from None


def _texts(path: Path, tables: Mapping[str, Any]) -> Mapping[Voice, Text]:
    wanted: Iterable[Voice] = (Voice.SOLO,) if Voice.SOLO in tables else PAIR_VOICES
    for missing in (voice for voice in wanted if voice not in tables):
        raise WordsError(path, missing, "is missing; the voices of an item are written together")
    for unknown in (key for key in tables if key not in set(wanted)):
        raise WordsError(path, unknown, "is not a field of this item")
    return {voice: _text(path, voice, tables[voice]) for voice in wanted}


def _text(path: Path, voice: Voice, table: Any) -> Text:
    if not isinstance(table, dict):
        raise WordsError(path, voice, "expected a table with title, body and perhaps step and minutes")
    for unknown in (key for key in table if key not in {"title", "body", "step", "minutes"}):
        raise WordsError(path, f"{voice}.{unknown}", "is not a field of a text")
    for field in ("title", "body", "step"):
        value = table.get(field, "" if field == "step" else None)
        if value is None:
            raise WordsError(path, f"{voice}.{field}", "is missing")
        if not isinstance(value, str) or (field in table and not value.strip()):
            raise WordsError(path, f"{voice}.{field}", "expected some text")
        if value != " ".join(value.split()):
            raise WordsError(path, f"{voice}.{field}", "holds line breaks or doubled spaces")
    minutes = table.get("minutes")
    if minutes is not None and (type(minutes) is not int or not 1 <= minutes <= LONGEST_MINUTES):
        raise WordsError(path, f"{voice}.minutes", f"expected a whole number from 1 to {LONGEST_MINUTES}")
    if minutes is not None and not table.get("step"):
        raise WordsError(path, f"{voice}.minutes", "belongs to a step, and there is none")
    return Text(**table)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if not path.name.startswith(".")] if folder.is_dir() else []


@cache
def _read(language: str) -> tuple[Item, ...]:
    # The language comes from a person's profile; only a plain code may become a folder's name.
    return read_folder(FOLDER / language, language) if re.fullmatch(r"[a-z]{2}", language) else ()


def every(language: str) -> tuple[Item, ...]:
    """Every item in every version there is in one language, drafts and retired ones too, by id and version."""
    return _read(language)


def languages() -> tuple[str, ...]:
    """The languages that have a folder, the first language first."""
    return tuple(sorted((path.name for path in FOLDER.iterdir() if path.is_dir()), key=lambda name: (name != FIRST_LANGUAGE, name)))


@cache
def _newest(language: str) -> tuple[Item, ...]:
    """The last version of each item that is no draft; retiring that one retires the item."""
    newest = {item.id: item for item in _read(FIRST_LANGUAGE) if item.review != Review.DRAFT}
    for item in _read(language):
        # A translation counts once it has caught up, so that both partners get one version.
        if item.review != Review.DRAFT and item.id in newest and item.version == newest[item.id].version:
            newest[item.id] = item
    return tuple(item for _, item in sorted(newest.items()) if not item.is_retired)
