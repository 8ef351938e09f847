"""A picture of one couple's replay as SVG, written by hand: answers of each, probabilities, and the days of an alert."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from xml.sax.saxutils import escape

import numpy as np

from checkins.patterns.alert import ALERT_ON
from checkins.patterns.answers import FELT, ROOM, SIDES, WANTED, Bools, Floats

LEFT, TOP, PANEL, GAP, STEP = 64, 44, 110, 34, 7
LEGEND = 200
INK, PALE, ALERT = "#33302c", "#d9d3cb", "#f3d9a4"
LINES = ((WANTED, "#b4543a", "closeness wanted"), (FELT, "#8a8178", "closeness felt"), (ROOM, "#2f6f73", "room wanted"))
CHANCES = (("#b4543a", "a reaches, b draws back"), ("#2f6f73", "b reaches, a draws back"))


@dataclass(frozen=True)
class Scored:
    """One couple over T days: `values` [T, 2, 4] points or nan, `p` [T, 2] (a reaches, b reaches), `alert` [T]."""

    couple: str
    first: date
    values: Floats
    p: Floats
    alert: Bools


def draw(scored: Scored) -> str:
    """The picture as the text of an SVG file."""
    days = len(scored.alert)
    width, height = LEFT + STEP * days + LEGEND, TOP + 3 * (PANEL + GAP)
    last = scored.first + timedelta(days=days - 1)
    title = escape(f"{scored.couple}, {scored.first} to {last}")
    size = f'width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="11" fill="{INK}" role="img">',
        f"<title>{title}</title>",
        f'<rect {size} fill="#fffdfa"/>',
        f'<text x="{LEFT}" y="22" font-size="14">{title}</text>',
    ]
    bottoms = [TOP + panel * (PANEL + GAP) + PANEL for panel in range(3)]
    parts += [_band(start, stop, bottom) for start, stop in _runs(scored.alert) for bottom in bottoms]
    for side, bottom in enumerate(bottoms[:2]):
        parts += _frame(bottom, f"answers of {SIDES[side]}", ("0", "5", "10"), days)
        for at, (question, colour, name) in enumerate(LINES):
            parts += _line(scored.values[:, side, question] / 10.0, bottom, colour)
            parts.append(_key(days, bottom, at, colour, name))
    parts += _frame(bottoms[2], "probability", ("0", ".5", "1"), days)
    for at, (colour, name) in enumerate(CHANCES):
        parts += _line(scored.p[:, at], bottoms[2], colour)
        parts.append(_key(days, bottoms[2], at, colour, name))
    parts.append(_key(days, bottoms[2], 2, ALERT, "alert"))
    line = bottoms[2] - ALERT_ON * PANEL
    parts.append(f'<path d="M{LEFT} {line:.1f}H{LEFT + STEP * days}" stroke="{INK}" stroke-dasharray="2 4" stroke-width=".7"/>')
    parts += list(_months(scored.first, days, bottoms[2]))
    return "\n".join([*parts, "</svg>\n"])


def _runs(alert: Bools) -> Iterator[tuple[int, int]]:
    """First day and the day after the last of each run of alert days."""
    edges = np.flatnonzero(np.diff(np.r_[False, alert, False].astype(np.int64)))
    yield from zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)


def _band(start: int, stop: int, bottom: int) -> str:
    return f'<rect x="{LEFT + STEP * start}" y="{bottom - PANEL}" width="{STEP * (stop - start)}" height="{PANEL}" fill="{ALERT}"/>'


def _frame(bottom: int, name: str, marks: tuple[str, str, str], days: int) -> list[str]:
    lines = [f'<text x="{LEFT}" y="{bottom - PANEL - 6}">{name}</text>']
    for at, mark in enumerate(marks):
        y = bottom - at * PANEL / 2
        lines.append(f'<path d="M{LEFT} {y:.1f}H{LEFT + STEP * days}" stroke="{PALE}"/>')
        lines.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{mark}</text>')
    return lines


def _line(course: Floats, bottom: int, colour: str) -> list[str]:
    """A course [T] of shares 0-1, broken where nothing was answered; a lone answer is a dot."""
    drawn = []
    given = ~np.isnan(course)
    for start, stop in _runs(given):
        points = [f"{LEFT + STEP * (day + 0.5):.1f} {bottom - PANEL * course[day]:.1f}" for day in range(start, stop)]
        # A line of no length with round ends is a dot.
        path = "M" + "L".join(points if len(points) > 1 else points * 2)
        drawn.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.6" stroke-linecap="round"/>')
    return drawn


def _key(days: int, bottom: int, at: int, colour: str, name: str) -> str:
    x, y = LEFT + STEP * days + 14, bottom - PANEL + 14 + 18 * at
    return f'<rect x="{x}" y="{y - 8}" width="12" height="8" fill="{colour}"/><text x="{x + 18}" y="{y}">{name}</text>'


def _months(first: date, days: int, bottom: int) -> Iterator[str]:
    """The first day, and each first of a month that is not too near it."""
    for day in range(days):
        on = first + timedelta(days=day)
        if day == 0 or (on.day == 1 and day > 7):
            yield f'<text x="{LEFT + STEP * day}" y="{bottom + 16}">{on:%Y-%m-%d}</text>'
