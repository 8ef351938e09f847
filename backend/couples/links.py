"""An invitation as a link and as a picture. The code stands behind '#', which no server ever sees."""

from itertools import groupby
from typing import Any

from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString
from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode


def link_for(code: str) -> str:
    return f"{settings.SITE_URL}/invitation/#{code}"


def picture_of(link: str, *, title: str) -> SafeString:
    """The link as a QR picture: an SVG element without inline style, one unit to a module."""
    drawing: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    drawing.add_data(link)
    drawing.make(fit=True)
    rows: list[list[bool]] = drawing.get_matrix()
    return format_html(
        '<svg viewBox="0 0 {side} {side}" role="img" shape-rendering="crispEdges"><title>{title}</title><path d="{path}"/></svg>',
        side=len(rows),
        title=title,
        path="".join(_runs(row, y) for y, row in enumerate(rows)),
    )


def _runs(row: list[bool], y: int) -> str:
    """The dark stretches of one row as path commands."""
    commands, x = [], 0
    for dark, run in groupby(row):
        length = len(list(run))
        if dark:
            commands.append(f"M{x} {y}h{length}v1h-{length}z")
        x += length
    return "".join(commands)
