"""What the templates and the style sheet promise, read from the files themselves."""

import re
from pathlib import Path

import pytest

from config.design import contrast, themes_of
from config.env import BASE_DIR

TEMPLATES = sorted(
    path for part in ("backend", "checkins", "notifications", "config") for path in (BASE_DIR / part).rglob("templates/**/*.html")
)
PAGES = [path for path in TEMPLATES if "email" not in path.parts[-2:-1]]
# Operators read English, as the rest of their site has it; so do developers.
OF_OPERATORS = [path for path in PAGES if "admin" in path.parts or path.name in ("deliveries.html", "design.html")]
STYLE = (BASE_DIR / "backend/web/static/web/ebb.css").read_text(encoding="utf-8")
# Role names and orders that nobody should read, wherever they stand.
NEVER = re.compile(r"\b(anxious|avoidant|needy|clingy|pursuer|withdrawer|distancer|streak|hurry|must|submit)\b", re.I)


def name(path: Path) -> str:
    return str(path.relative_to(BASE_DIR))


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_template_holds_style_or_script_of_its_own(path):
    text = path.read_text(encoding="utf-8")
    assert not re.findall(r"<style|\sstyle=|\son[a-z]+=[\"\']|javascript:", text)
    assert not re.findall(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("path", sorted({*PAGES} - {*OF_OPERATORS}), ids=name)
def test_every_word_can_be_translated(path):
    text = re.sub(
        r"{%\s*(?:blocktranslate|comment).*?%}.*?{%\s*end(?:blocktranslate|comment)\s*%}", "", path.read_text(encoding="utf-8"), flags=re.S
    )
    text = re.sub(r"{% block body_class %}.*?{% endblock %}", "", text)
    text = re.sub(r"{[%#].*?[%#]}|{{.*?}}|<[^>]*>", " ", text, flags=re.S)
    assert set(re.findall(r"[^\W\d_]{2,}", text)) <= {"Ebb", "doctype", "html"}


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_no_template_labels_or_hurries_anyone(path):
    visible = re.sub(r"<[^>]*>", " ", path.read_text(encoding="utf-8"))
    assert not NEVER.findall(visible)


def test_colours_are_named_by_the_tokens_alone():
    rules = re.sub(r":root\s*{[^}]*}", "", STYLE)
    rules = re.sub(r"/\*.*?\*/", "", rules, flags=re.S)
    # White paper behind a QR picture and the shadow under a thumb are the same in every theme.
    found = [one for one in re.findall(r"#[0-9a-f]{3,8}\b|rgb\([^)]*\)", rules) if one not in ("#fff", "rgb(0 0 0 / 28%)")]
    assert not found


def test_the_dark_theme_names_every_colour_again():
    light, dark = (set(re.findall(r"(--[a-z-]+): #", block)) for block in re.findall(r":root {([^}]*)}", STYLE)[:2])
    assert light == dark


def test_the_style_sheet_names_no_side_so_that_it_holds_for_writing_from_right_to_left():
    assert not re.findall(r"(?:margin|padding|border)-(?:left|right)|text-align: (?:left|right)|float:|[^-\w](?:left|right):", STYLE)


def apart(theme: int, one: str, other: str) -> float:
    """How far two colours of a theme stand apart."""
    tokens = themes_of(STYLE)[theme]
    return contrast(tokens[one], tokens[other])


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "ink, ground",
    [
        ("ink", "paper"),
        ("soft", "paper"),
        ("soft", "sunk"),
        ("me", "card"),
        ("you", "card"),
        ("accent", "paper"),
        ("accent", "card"),
        ("accent", "sunk"),
        ("accent", "accent-soft"),
        ("ink", "card"),
        ("ink", "accent-soft"),
        ("ink", "warn-soft"),
        ("soft", "card"),
        ("warn", "card"),
        ("accent-ink", "accent"),
        ("warn", "warn-soft"),
    ],
)
def test_text_stands_out_from_its_ground(theme, ink, ground):
    assert apart(theme, ink, ground) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("shape, ground", [("edge", "card"), ("edge", "paper"), ("me", "paper"), ("you", "paper"), ("accent", "paper")])
def test_what_is_pressed_or_read_by_its_shape_stands_out_too(theme, shape, ground):
    assert apart(theme, shape, ground) >= 3


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("state", ["calm", "apart", "reach", "unknown"])
def test_the_mark_of_a_week_stands_out_from_its_colour(theme, state):
    # The mark is ink at six tenths over the colour of the week.
    assert apart(theme, "ink", state) >= 5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_two_companions_have_one_weight(theme):
    assert apart(theme, "me", "you") < 1.1


def test_the_measure_of_contrast_is_that_of_the_standard():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.005)
