"""docs/reference/access.md says what the declared cells say. EBB_WRITE_DOCS=1 writes its tables anew."""

import os
import tomllib
from pathlib import Path

from tests.project.access.cells import FILE

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "access.md"
MARK = "<!-- The tables below are written by tests/project/access/test_reference.py. -->\n"
GROUPS = {
    "The API": ("api/", "^api"),
    "Signing in, for apps": ("_allauth/", "^_allauth"),
    "Signing in, on pages": ("accounts/",),
    "Operators": ("admin/", "healthz", "readyz", "metrics"),
    "Pages": ("",),
}


def tables() -> str:
    """Every declared line, in tables by the beginning of the address."""
    left = tomllib.loads(FILE.read_text(encoding="utf-8"))
    text = []
    for title, beginnings in GROUPS.items():
        mine = {route: left.pop(route) for route in sorted(left) if route.startswith(beginnings)}
        text += [f"\n## {title}\n", "| address | methods | who gets what |", "|---|---|---|"]
        for route, lines in mine.items():
            text += [f"| `/{route.replace('|', chr(92) + '|')}` | {which} | {_said(said)} |" for which, said in lines.items()]
    return "\n".join(text) + "\n"


def _said(line: str) -> str:
    outcomes, _, sees = line.partition(" | ")
    return f"{outcomes} — *{sees}*" if sees else outcomes


def test_the_reference_says_what_is_declared():
    begins, mark, _ = PAGE.read_text(encoding="utf-8").partition(MARK)
    assert mark, "the mark before the tables is missing"
    wanted = begins + MARK + tables()
    if os.environ.get("EBB_WRITE_DOCS"):
        PAGE.write_text(wanted, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == wanted, "write it anew: EBB_WRITE_DOCS=1 pytest tests/project/access/test_reference.py"
