"""The alert rules speak of figures that exist, and the runbook has a word for each."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from config.metrics import figures

ROOT = Path(__file__).resolve().parents[2]
RULES: list[dict[str, Any]] = [
    rule for group in yaml.safe_load((ROOT / "operations/alerts.yml").read_text(encoding="utf-8"))["groups"] for rule in group["rules"]
]
RUNBOOK = (ROOT / "docs/how-to/operate.md").read_text(encoding="utf-8")
NAMES = [rule["alert"] for rule in RULES]
DURATION = re.compile(r"[0-9]+[smhd]")


@pytest.fixture
def known(db) -> dict[str, str]:
    """Every figure with its type, as the installation tells it."""
    return dict(re.findall(r"^# TYPE (\w+) (\w+)$", figures().decode(), re.MULTILINE))


def test_each_rule_is_whole_and_named_once():
    assert len(set(NAMES)) == len(NAMES) > 0
    for rule in RULES:
        assert set(rule) <= {"alert", "expr", "for", "labels", "annotations"}
        assert DURATION.fullmatch(rule.get("for", "0s"))
        assert rule["labels"]["severity"] in {"page", "ticket"}
        assert rule["annotations"]["summary"]


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_a_rule_asks_for_figures_that_exist(rule, known):
    named = set(re.findall(r"\bebb_\w+", rule["expr"]))
    assert named
    assert named <= set(known)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_its_brackets_close(rule):
    for opening, closing in ("()", "{}", "[]"):
        assert rule["expr"].count(opening) == rule["expr"].count(closing)


@pytest.mark.parametrize("rule", RULES, ids=NAMES)
def test_the_runbook_says_what_to_do(rule):
    assert f"### {rule['alert']}\n" in RUNBOOK
    assert rule["annotations"]["runbook"] == f"docs/how-to/operate.md#{rule['alert'].lower()}"


def test_every_figure_is_explained(known):
    assert {name for name in known if f"`{name}`" not in RUNBOOK} == set()
