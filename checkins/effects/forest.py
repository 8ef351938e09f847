"""The estimates as a picture: one line each, with its interval, around zero."""

from collections.abc import Sequence
from html import escape

from checkins.effects.study import Line

WIDTH, ROW, LEFT, RIGHT, TOP = 720, 34, 330, 690, 46


def forest_plot(lines: Sequence[Line]) -> str:
    """A standalone SVG. Told apart by shape as well as by colour; it has a title and a description for those who listen."""
    reach = max(0.1, *(abs(end) for line in lines for end in (line.low, line.high))) * 1.1
    height = TOP + ROW * len(lines) + 40

    def x(value: float) -> float:
        return LEFT + (value + reach) / (2 * reach) * (RIGHT - LEFT)

    told = "; ".join(f"{line.days}, {line.outcomes}: {line.estimate:+.2f} ({line.low:+.2f} to {line.high:+.2f})" for line in lines)
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="t d">',
        '<g font-family="system-ui, sans-serif" font-size="13" fill="#2b3a42">',
        '<title id="t">What prompts do to closeness that day, in points of the scale</title>',
        f'<desc id="d">{escape(told)}</desc>',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        '<text x="16" y="26" font-size="15">What prompts do to closeness that day, in points, with 95 % intervals</text>',
        f'<path d="M{x(0):.1f} {TOP}V{height - 34}" stroke="#9fb0b8" stroke-dasharray="4 4"/>',
    ]
    for place, line in enumerate(lines):
        y = TOP + ROW * place + ROW / 2
        weighted = line.outcomes != "as answered"
        mark = (
            f'<rect x="{x(line.estimate) - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="#1f6f78"/>'
            if weighted
            else f'<circle cx="{x(line.estimate):.1f}" cy="{y:.1f}" r="5" fill="#ffffff" stroke="#1f6f78" stroke-width="2"/>'
        )
        drawn += [
            f'<text x="16" y="{y + 4:.1f}">{escape(line.days)}, {escape(line.outcomes)}</text>',
            f'<path d="M{x(line.low):.1f} {y:.1f}H{x(line.high):.1f}" stroke="#1f6f78" stroke-width="2"/>',
            mark,
        ]
    for value in (-reach / 1.1, 0.0, reach / 1.1):
        drawn.append(f'<text x="{x(value):.1f}" y="{height - 14}" text-anchor="middle">{value:+.2f}</text>')
    return "\n".join([*drawn, "</g></svg>"]) + "\n"
