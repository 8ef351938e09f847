"""Plots as SVG text: drawn on the server, readable by a screen reader, coloured by the style sheet alone.

Every plot has a title and a description; the page puts a sentence under it and a table behind it. Gaps in the answers
are gaps in the line, the scale is always the whole of 0 to 10, and the two lines differ by dash as well as by colour.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Literal

from django.utils.formats import date_format
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

WIDTH, HEIGHT = 360, 190
LEFT, RIGHT, TOP, BOTTOM = 24, 354, 10, 160
SCALE_TOP = 10
DOT_ROW, DOT_LEFT, DOT_APART = 20, 104, 4
DASH = {"me": "none", "you": "7 5"}
RIBBON_WEEK, RIBBON_HEIGHT = 30, 34
# How a state is drawn besides its colour: flat, meeting and parting, side by side, dotted.
RIBBON_MARKS = {
    "steady": "M7 17h16",
    "one_reaching": "M7 21c3-8 5-8 8 0s5 8 8 0",
    "both_apart": "M7 12h16M7 22h16",
    "unsure": "M9 17h1M15 17h1M21 17h1",
    "not_enough": "",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """The answers of one person to one question, day by day or week by week; None is a gap."""

    who: Literal["me", "you"]
    values: Sequence[float | None]


@dataclass(frozen=True, kw_only=True)
class RibbonPiece:
    """One week of the ribbon: its state, and what it says in words."""

    state: str
    words: str


def line_plot(
    *,
    key: str,
    start: date,
    lines: Sequence[Line],
    title: str,
    description: str,
    step_days: int = 1,
    spoken: Mapping[int, str] | None = None,
    met: Sequence[date] = (),
) -> SafeString:
    """Lines from the day `start`, a point every `step_days`, on the whole scale. `key` keeps the ids of plots on a page apart.

    `met` are days to be marked, each at its point. `spoken` says each point in words, by its number. Each is a place that keys reach: the last one by Tab, the others from there.
    """
    points = max(len(line.values) for line in lines)
    grid = format_html_join(
        "",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((LEFT, RIGHT, f"{_y(level):.1f}", f"{_y(level):.1f}", LEFT - 6, f"{_y(level) + 4:.1f}", level) for level in (0, 5, SCALE_TOP)),
    )
    labels = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((f"{x:.1f}", HEIGHT - 12, anchor, words) for x, anchor, words in _date_labels(start, points, step_days)),
    )
    drawn = format_html_join("", "{}", ((_drawn(line, points),) for line in lines))
    marked = _marked([(day - start).days // step_days for day in met], points, bottom=BOTTOM)
    reached = _reached(spoken or {}, points)
    return format_html(
        '<svg class="plot" viewBox="0 0 {} {}" role="group" aria-labelledby="{k}-t {k}-d">'
        '<title id="{k}-t">{}</title><desc id="{k}-d">{}</desc><g aria-hidden="true">{}{}{}{}</g>{}</svg>',
        WIDTH,
        HEIGHT,
        title,
        description,
        grid,
        labels,
        marked,
        drawn,
        reached,
        k=key,
    )


def dot_plot(
    *,
    key: str,
    start: date,
    days: int,
    rows: Sequence[tuple[str, Sequence[Collection[date]]]],
    title: str,
    description: str,
    met: Sequence[date] = (),
) -> SafeString:
    """A row for each word with the days of each person: a full dot for one, above, and a hollow one for the other, below."""
    bottom = TOP + DOT_ROW * len(rows)
    middles = [TOP + DOT_ROW * (number + 0.5) for number in range(len(rows))]
    names = format_html_join(
        "",
        '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}" text-anchor="end">{}</text>',
        ((DOT_LEFT, RIGHT, y, y, DOT_LEFT - 10, y + 4, word) for y, (word, _days) in zip(middles, rows, strict=True)),
    )
    dots = format_html_join(
        "",
        '<circle cx="{}" cy="{}" r="3" class="{}"/>',
        (
            (f"{_x((day - start).days, days, left=DOT_LEFT):.1f}", y + DOT_APART * (1 if person else -1), "you" if person else "me")
            for y, (_word, of_each) in zip(middles, rows, strict=True)
            for person, named in enumerate(of_each)
            for day in sorted(named)
        ),
    )
    labels = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}">{}</text>',
        ((f"{x:.1f}", bottom + 18, anchor, words) for x, anchor, words in _date_labels(start, days, 1, left=DOT_LEFT)),
    )
    marked = _marked([(day - start).days for day in met], days, bottom=bottom, left=DOT_LEFT)
    return format_html(
        '<svg class="plot" viewBox="0 0 {} {}" role="img" aria-labelledby="{k}-t {k}-d">'
        '<title id="{k}-t">{}</title><desc id="{k}-d">{}</desc><g aria-hidden="true">{}{}{}{}</g></svg>',
        WIDTH,
        bottom + 26,
        title,
        description,
        names,
        labels,
        marked,
        dots,
        k=key,
    )


def ribbon(*, pieces: Sequence[RibbonPiece], title: str, description: str) -> SafeString:
    """One piece per week, the oldest first."""
    drawn = format_html_join(
        "",
        '<g transform="translate({} 0)"><title>{}</title><rect class="{}" width="{}" height="{}" rx="6"/><path d="{}"/></g>',
        (
            (number * RIBBON_WEEK, piece.words, piece.state, RIBBON_WEEK, RIBBON_HEIGHT, RIBBON_MARKS[piece.state])
            for number, piece in enumerate(pieces)
        ),
    )
    return format_html(
        '<svg class="ribbon" viewBox="0 0 {} {}" preserveAspectRatio="none" role="img" aria-labelledby="ribbon-t ribbon-d">'
        '<title id="ribbon-t">{}</title><desc id="ribbon-d">{}</desc>{}</svg>',
        RIBBON_WEEK * len(pieces),
        RIBBON_HEIGHT,
        title,
        description,
        drawn,
    )


def swatch(state: str) -> SafeString:
    """The same shape as in the ribbon, for its key."""
    return format_html(
        '<svg class="swatch" viewBox="0 0 {} {}" aria-hidden="true"><rect class="{}" width="{}" height="{}" rx="6"/><path d="{}"/></svg>',
        RIBBON_WEEK,
        RIBBON_HEIGHT,
        state,
        RIBBON_WEEK,
        RIBBON_HEIGHT,
        RIBBON_MARKS[state],
    )


def _y(level: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * level / SCALE_TOP


def _x(point: float, points: int, *, left: float = LEFT) -> float:
    return left + (RIGHT - left) * point / max(points - 1, 1)


def _marked(at: Sequence[float], points: int, *, bottom: float, left: float = LEFT) -> SafeString:
    """Upright lines at these points, as far as they are in the picture."""
    return format_html_join(
        "",
        '<path class="met" d="M{} {}V{}"/>',
        ((f"{_x(point, points, left=left):.1f}", TOP, f"{bottom:.0f}") for point in at if 0 <= point <= points - 1),
    )


def _date_labels(start: date, points: int, step_days: int, *, left: float = LEFT) -> Iterator[tuple[float, str, str]]:
    """Where the dates stand under the axis: both ends and the middle."""
    for point, anchor in ((0, "start"), ((points - 1) // 2, "middle"), (points - 1, "end")):
        yield _x(point, points, left=left), anchor, date_format(start + timedelta(days=point * step_days), "SHORT_DAY_FORMAT")


def _reached(spoken: Mapping[int, str], points: int) -> SafeString:
    """A strip of the picture for each point, as wide as there is room, that says what stands there."""
    width = (RIGHT - LEFT) / max(points - 1, 1)
    last = max(spoken, default=None)
    return format_html_join(
        "",
        '<rect class="point" x="{}" y="{}" width="{}" height="{}" rx="3" role="img" aria-label="{}" tabindex="{}"/>',
        (
            (f"{_x(point, points) - width / 2:.1f}", TOP, f"{width:.1f}", BOTTOM - TOP, words, 0 if point == last else -1)
            for point, words in sorted(spoken.items())
        ),
    )


def _drawn(line: Line, points: int) -> SafeString:
    """Each unbroken run as one stroke; an answer alone between gaps as a dot."""
    numbered = enumerate(line.values)
    runs = [list(run) for given, run in groupby(numbered, key=lambda one: one[1] is not None) if given]
    path = "".join("M" + "L".join(f"{_x(point, points):.1f} {_y(value or 0):.1f}" for point, value in run) for run in runs if len(run) > 1)
    dots = [(f"{_x(run[0][0], points):.1f}", f"{_y(run[0][1] or 0):.1f}", line.who) for run in runs if len(run) == 1]
    stroke = format_html('<path class="{}" d="{}" stroke-dasharray="{}"/>', line.who, path, DASH[line.who]) if path else ""
    return format_html("{}{}", stroke, format_html_join("", '<circle cx="{}" cy="{}" r="2.5" class="{}"/>', dots))
