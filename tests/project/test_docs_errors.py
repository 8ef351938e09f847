"""Every status and code that an app can be answered with stands in docs/reference/errors.md, and none that it cannot."""

import ast
import importlib
import re
from collections.abc import Iterator
from pathlib import Path

from backend.api import problems
from backend.errors import DomainError

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reference/errors.md"
PACKAGES = ("backend", "checkins", "notifications", "config")
ANSWER = re.compile(r"^\| (\d{3}) \| `([a-z-]+)` \|", re.MULTILINE)
FIELD_CODE = re.compile(r"^\| `([a-z-]+)` \|", re.MULTILINE)


def sources() -> Iterator[Path]:
    for package in PACKAGES:
        yield from (path for path in (ROOT / package).rglob("*.py") if "migrations" not in path.parts)


def kinds(family: type[DomainError] = DomainError) -> Iterator[type[DomainError]]:
    for kind in family.__subclasses__():
        yield kind
        yield from kinds(kind)


def raised() -> set[tuple[int, str]]:
    """Status and code of every error of ours, wherever it is defined, and of the framework's."""
    for path in sources():
        if re.search(r"^class \w+\(\w*\b(?:" + "|".join(names()) + r")\b", path.read_text(encoding="utf-8"), re.MULTILINE):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    ours = {(kind.status, kind.code) for kind in kinds()}
    frameworks = {(status, code) for status, code, _ in problems._PLAIN.values()}
    return ours | frameworks | {(500, "unexpected")}


def names() -> set[str]:
    return {"DomainError", *(kind.__name__ for kind in kinds())}


def field_codes() -> set[str]:
    """The codes that our own checks put beside a field."""
    found: set[str] = set(problems._CODES.values())
    for path in sources():
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(call, ast.Call):
                continue
            place = {"FieldError": 1, "EndpointRefused": 0}.get(ast.unparse(call.func).rsplit(".", 1)[-1])
            if place is not None and len(call.args) > place and isinstance(code := call.args[place], ast.Constant):
                found.add(str(code.value))
    return found


def test_every_answer_is_explained_and_none_is_made_up():
    explained = {(int(status), code) for status, code in ANSWER.findall(PAGE.read_text(encoding="utf-8"))}
    assert explained == raised()


def test_every_code_beside_a_field_is_explained():
    explained = set(FIELD_CODE.findall(PAGE.read_text(encoding="utf-8")))
    assert field_codes() - explained == set()


def test_the_walk_finds_errors_beside_their_verbs():
    assert {(422, "too-old"), (409, "already-paired"), (403, "form-check"), (503, "try-later"), (405, "method-not-allowed")} <= raised()
    assert {"in-the-future", "not-https", "too-long"} <= field_codes()
