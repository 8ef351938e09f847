"""The living page of the design, in development alone: every token and shape, drawn by the style sheet and templates in use."""

import re
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backend.accounts.forms import PinForm
from backend.consents.forms import SHARING, ChoicesForm
from checkins.page_forms import FullForm
from checkins.pictures import STATE_WORDS, together_of
from checkins.plots import swatch
from notifications.forms import REACTION_WORDS

_SHOWN = {
    "weeks": 4,
    "start": "2026-03-02",
    "pattern": [
        {"week": "2026-03-02", "state": "steady", "certainty": 0.9},
        {"week": "2026-03-09", "state": "one_reaching", "certainty": 0.75},
        {"week": "2026-03-16", "state": "unsure", "certainty": 0.45},
        {"week": "2026-03-23", "state": "both_apart", "certainty": 0.6},
    ],
    "mine": dict.fromkeys(("closeness_felt", "closeness_wanted", "space_wanted"), [5, 6, 6, 7, None, 6, 5, 4, 5, 6, None, None, 7, 8] * 2),
    "partner": dict.fromkeys(("closeness_felt", "closeness_wanted", "space_wanted"), [6, 6, None, 5, 4, 4, 5, None, 6, 7, 7, 6, 6, 5] * 2),
    "partner_weeks": [{"week": "2026-03-09", "closeness_felt": "low", "closeness_wanted": "usual", "space_wanted": "high"}],
    "partner_lines": [{"date": "2026-03-20", "text": "Soup was good."}],
}
# What stands on what: text needs 4.5 to 1, a shape 3 to 1 (WCAG 2.2).
PAIRS = (
    ("ink", "paper"), ("ink", "card"), ("soft", "paper"), ("soft", "card"), ("soft", "sunk"), ("accent", "paper"), ("accent", "card"),
    ("accent-ink", "accent"), ("me", "card"), ("you", "card"), ("warn", "warn-soft"), ("edge", "card"),
)  # fmt: skip


@dataclass(frozen=True)
class Pair:
    """One colour on another, and how far the two stand apart."""

    ink: str
    ground: str
    ink_colour: str
    ground_colour: str
    contrast: float


@require_safe
def design(request: HttpRequest) -> HttpResponse:
    style = Path(str(finders.find("web/ebb.css"))).read_text(encoding="utf-8")
    light, dark = themes_of(style)
    context = {
        "themes": [("Light", pairs_of(light)), ("Dark", pairs_of(dark))],
        "tokens": [(name, value, dark.get(name, "")) for name, value in light.items()],
        "full_form": FullForm(),
        "pin_form": PinForm({"pin": "12"}),
        "choices": ChoicesForm(),
        "sharing_options": SHARING,
        "reactions": REACTION_WORDS.items(),
        "states": [(swatch(state), words) for state, words in STATE_WORDS.items()],
        "words": {"title": "A time to be back", "body": "Nothing here yet, and nothing to do.", "language": "en"},
        "day": date(2026, 3, 20),
        **together_of(_SHOWN),
    }
    return render(request, "config/design.html", context)


def themes_of(style: str) -> tuple[dict[str, str], dict[str, str]]:
    """The tokens of the light and of the dark theme, by name, as the style sheet gives them."""
    light, dark = re.findall(r":root {([^}]*)}", style)[:2]
    return _tokens(light), _tokens(dark)


def _tokens(block: str) -> dict[str, str]:
    return {name: value.strip() for name, value in re.findall(r"--([a-z-]+): ([^;]+);", block)}


def pairs_of(tokens: dict[str, str]) -> list[Pair]:
    return [Pair(ink, ground, tokens[ink], tokens[ground], contrast(tokens[ink], tokens[ground])) for ink, ground in PAIRS]


def contrast(one: str, other: str) -> float:
    """How far two colours, as `#rrggbb`, stand apart: 1 to 21 (WCAG 2.2, contrast ratio)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
