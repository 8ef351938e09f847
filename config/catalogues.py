"""The catalogues of the interface: `locale/<language>/LC_MESSAGES/django.po`, gathered from the sources, and compiled beside them.

No GNU gettext is asked for. What is compiled is checked in, so that a fresh clone speaks every language; a test tells when it is not
what the catalogue says. The first language is that of the sources and has no catalogue.
"""

import ast
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

from config.env import BASE_DIR

PACKAGES = ("backend", "checkins", "config", "notifications")
LOCALE = BASE_DIR / "locale"
# Which argument is the words: of the many, of the context.
_CALLS: dict[str, tuple[int | tuple[int, str], ...] | None] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_STRING = r"u?(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
_IN_TEMPLATE = re.compile(rf"\b(_|n?p?gettext)\(\s*({_STRING}(?:\s*,\s*{_STRING})*)", re.DOTALL)
_PLACES = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# The same bytes on any day: a catalogue changes only where its words do.
_NO_DATE = datetime(2026, 1, 1, tzinfo=UTC)


def languages() -> list[str]:
    """Those that need a catalogue."""
    return [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def gathered(root: Path = BASE_DIR) -> Catalog:
    """Every string for people in templates and code, in the order of the files, without translations."""
    found = Catalog()
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*")):
            place = [(path.relative_to(root).as_posix(), 0)]
            if path.suffix in (".html", ".txt") and "templates" in path.parts:
                for one in _of_template(path.read_text(encoding="utf-8")):
                    found.add(one.id, context=one.context, locations=place)
            elif path.suffix == ".py":
                for _, words, _comments, context in extract("python", io.BytesIO(path.read_bytes()), keywords=_CALLS):
                    found.add(words, context=context, locations=place)
    return found


def _of_template(source: str) -> Iterator[Message]:
    """Django turns a template into something like code, with a call for each string; the rest is noise."""
    for called, arguments in _IN_TEMPLATE.findall(templatize(source)):
        words = ast.literal_eval(f"[{arguments}]")
        context = words.pop(0) if "p" in called else None
        yield Message(tuple(words) if "ng" in called or "np" in called else words[0], context=context)


def read(language: str, folder: Path = LOCALE) -> Catalog:
    """What the checked-in catalogue of a language says; empty where there is none yet."""
    path = folder / language / "LC_MESSAGES" / "django.po"
    source = path.read_bytes() if path.exists() else b""
    catalog = read_po(io.BytesIO(source), locale=language, domain="django")
    catalog.fuzzy = False
    catalog.creation_date = catalog.revision_date = _NO_DATE
    catalog.header_comment = f"# The interface in {language}: `manage.py translations` gathers what is to be translated, and compiles it."
    catalog.project, catalog.version = "Ebb", "1"
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = ""
    return catalog


def brought_up_to_date(catalog: Catalog, found: Catalog) -> Catalog:
    """The catalogue with the strings that there are now. One that was reworded keeps its translation, marked fuzzy: not in use until
    somebody has looked at it and removed the mark.
    """
    found.creation_date = _NO_DATE
    catalog.update(found)
    catalog.obsolete.clear()
    return catalog


def write(catalog: Catalog, folder: Path = LOCALE) -> None:
    """Both files of a language."""
    target = folder / str(catalog.locale) / "LC_MESSAGES"
    target.mkdir(parents=True, exist_ok=True)
    (target / "django.po").write_bytes(as_po(catalog))
    (target / "django.mo").write_bytes(as_mo(catalog))


def as_po(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_po(file, catalog, width=120, include_lineno=False)
    return file.getvalue()


def as_mo(catalog: Catalog) -> bytes:
    """What the running service reads: the translations that are in use."""
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def open_ones(catalog: Catalog) -> list[Message]:
    """The strings that people still read in English."""
    return [one for one in catalog if one.id and (one.fuzzy or not all(_texts(one.string)))]


def faults_of(catalog: Catalog) -> list[str]:
    """Translations that would break a page: placeholders that are missing, or that the page does not fill."""
    translated = [one for one in catalog if one.id and all(_texts(one.string))]
    faults = [f"{one.id!r}: {error}" for one in translated for error in one.check(catalog)]
    for one in translated:
        places = set(_PLACES.findall(" ".join(_texts(one.id))))
        if any(set(_PLACES.findall(text)) - places for text in _texts(one.string)):
            faults.append(f"{one.id!r}: its translation has a place that nothing fills")
        # "One minute" needs no number; what stands for many does.
        if places - set(_PLACES.findall(_texts(one.string)[-1])):
            faults.append(f"{one.id!r}: its translation leaves a place out")
    return faults


def _texts(words: str | Sequence[str] | None) -> list[str]:
    return [words or ""] if isinstance(words, str | None) else list(words)
