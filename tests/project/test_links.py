"""Links between the files of the documentation lead somewhere."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


def markdown_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=False)
    return listed.stdout.split()


def anchors(text: str) -> set[str]:
    """The names that headings get, in the common way: lower case, words joined by hyphens."""
    headings = re.findall(r"^#+\s+(.+)$", FENCE.sub("", text), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-") for heading in headings}


def broken_links(path: Path) -> list[str]:
    text = path.read_text(encoding="utf-8")
    broken = []
    for link in LINK.findall(FENCE.sub("", text)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        missing = not target.exists() or not target.is_relative_to(path if not name else ROOT.resolve())
        if missing or (anchor and target.suffix == ".md" and anchor not in anchors(target.read_text(encoding="utf-8"))):
            broken.append(link)
    return broken


@pytest.mark.parametrize("name", markdown_files())
def test_relative_links_of(name):
    assert broken_links(ROOT / name) == []


def test_a_broken_link_is_found(tmp_path, monkeypatch):
    monkeypatch.setattr("tests.project.test_links.ROOT", tmp_path, raising=False)
    page = tmp_path / "page.md"
    page.write_text("# One two\n[a](page.md#one-two) [b](missing.md) [c](#nowhere) [d](https://example.org)\n")
    assert broken_links(page) == ["missing.md", "#nowhere"]
