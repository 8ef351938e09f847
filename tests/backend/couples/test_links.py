"""An invitation as a link and as a picture."""

import re
from typing import Any
from xml.etree import ElementTree

from qrcode.constants import ERROR_CORRECT_M
from qrcode.main import QRCode

from backend.couples.links import link_for, picture_of

LINK = "https://ebb.example/invitation/#ABCDE-FGHJK"


def dark_modules(svg: str) -> set[tuple[int, int]]:
    """Which modules a picture paints, read back from its path."""
    path = next(ElementTree.fromstring(svg).iter("path")).get("d") or ""
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\d+z", path)
    return {(int(x) + step, int(y)) for x, y, length in runs for step in range(int(length))}


def test_the_code_stands_where_no_server_sees_it(settings):
    settings.SITE_URL = "https://ebb.example"
    assert link_for("ABCDE-FGHJK") == LINK


def test_the_picture_paints_exactly_the_dark_modules():
    drawing: QRCode[Any] = QRCode(error_correction=ERROR_CORRECT_M, border=0)
    drawing.add_data(LINK)
    drawing.make(fit=True)
    dark = {(x, y) for y, row in enumerate(drawing.get_matrix()) for x, module in enumerate(row) if module}
    assert dark_modules(picture_of(LINK, title="A picture")) == dark


def test_the_picture_has_a_name_and_no_style_of_its_own():
    picture = picture_of(LINK, title="For <your> camera")
    assert "<title>For &lt;your&gt; camera</title>" in picture
    assert "style" not in picture
