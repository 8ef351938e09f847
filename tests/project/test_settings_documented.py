"""Every setting that is read from the environment stands in docs/reference/settings.md, and nothing else does."""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (ROOT / "config/settings.py", ROOT / "config/env.py")
PAGE = ROOT / "docs/reference/settings.md"
READERS = {"secret", "_key"}
ROW = re.compile(r"^\| `([A-Z][A-Z0-9_]*)` \| (.*?) \|", re.MULTILINE)

NOT_A_CONSTANT = object()


def read_names(source: str) -> dict[str, object]:
    """The settings a source reads, each with its default where that is a constant."""
    return dict(_reads(ast.parse(source)))


def _reads(tree: ast.AST) -> Iterator[tuple[str, object]]:
    for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
        if not (_is_reader(call.func) and call.args and isinstance(call.args[0], ast.Constant)):
            continue
        name = call.args[0].value
        assert isinstance(name, str)
        yield name, _constant(call.args[1]) if len(call.args) > 1 else NOT_A_CONSTANT


def _is_reader(function: ast.expr) -> bool:
    """`env.anything(...)`, `os.environ.get(...)`, and the readers of secrets."""
    if isinstance(function, ast.Name):
        return function.id in READERS
    return isinstance(function, ast.Attribute) and ast.unparse(function).startswith(("env.", "os.environ."))


def _constant(default: ast.expr) -> object:
    try:
        return ast.literal_eval(default)
    except ValueError:
        return NOT_A_CONSTANT


def written(default: object) -> str:
    """A default as the page writes it: what one would put into the environment."""
    if isinstance(default, bool):
        return f"`{int(default)}`"
    if isinstance(default, list):
        return f"`{','.join(map(str, default))}`" if default else "empty"
    return f"`{default}`" if default != "" else "empty"


def settings_read() -> dict[str, object]:
    found: dict[str, object] = {}
    for source in SOURCES:
        found |= read_names(source.read_text(encoding="utf-8"))
    return found


def rows(page: str) -> Mapping[str, str]:
    """Name and default of each row of the tables."""
    return dict(ROW.findall(page))


def test_every_setting_is_explained_and_none_is_made_up():
    assert set(rows(PAGE.read_text(encoding="utf-8"))) == set(settings_read())


def test_each_setting_is_explained_once():
    names = [name for name, _ in ROW.findall(PAGE.read_text(encoding="utf-8"))]
    assert sorted(names) == sorted(set(names))


@pytest.mark.parametrize("name", sorted(settings_read()))
def test_the_default_on_the_page_is_the_one_in_the_source_of(name):
    default = settings_read()[name]
    if default is not NOT_A_CONSTANT:
        assert rows(PAGE.read_text(encoding="utf-8")).get(name) == written(default)


def test_each_way_of_reading_the_environment_is_seen():
    source = """
A = env.str("ONE", "x")
B = env.list("TWO", [])
C = secret("THREE")
D = _key("FOUR")
E = os.environ.get("FIVE", a / b)
F = env.bool("SIX", not A)
G = other("SEVEN")
"""
    assert read_names(source) == {
        "ONE": "x",
        "TWO": [],
        "THREE": NOT_A_CONSTANT,
        "FOUR": NOT_A_CONSTANT,
        "FIVE": NOT_A_CONSTANT,
        "SIX": NOT_A_CONSTANT,
    }
