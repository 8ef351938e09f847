"""What the templates and the style sheet promise, read from the files themselves."""

import re
from pathlib import Path

import pytest

from config.env import BASE_DIR

TEMPLATES = sorted(
    path for part in ("backend", "checkins", "notifications", "config") for path in (BASE_DIR / part).rglob("templates/**/*.html")
)
PAGES = [path for path in TEMPLATES if "email" not in path.parts[-2:-1]]
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


@pytest.mark.parametrize("path", PAGES, ids=name)
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


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(
    "ink, ground",
    [
        ("ink", "paper"),
        ("soft", "paper"),
        ("soft", "sunk"),
        ("me", "card"),
        ("you", "card"),
        ("accent-ink", "accent"),
        ("warn", "warn-soft"),
    ],
)
def test_text_stands_out_from_its_ground(theme, ink, ground):
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", re.findall(r":root {([^}]*)}", STYLE)[theme]))
    light, dark = sorted((luminance(colours[ink]), luminance(colours[ground])), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_the_two_companions_have_one_weight(theme):
    colours = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6})", re.findall(r":root {([^}]*)}", STYLE)[theme]))
    me, you = luminance(colours["me"]), luminance(colours["you"])
    assert (max(me, you) + 0.05) / (min(me, you) + 0.05) < 1.1
