from datetime import date
from xml.etree import ElementTree

import numpy as np

from checkins.patterns.pictures import ALERT, Scored, draw

SVG = "{http://www.w3.org/2000/svg}"


def picture(days=40, **changes):
    values = np.full((days, 2, 4), 5.0)
    p, alert = np.full((days, 2), 0.1), np.zeros(days, bool)
    alert[10:14] = alert[20:21] = True
    scored = Scored(**{"couple": "c1", "first": date(2026, 3, 20), "values": values, "p": p, "alert": alert, **changes})
    return ElementTree.fromstring(draw(scored))


def bands(root):
    return [rect for rect in root.iter(f"{SVG}rect") if rect.get("fill") == ALERT and rect.get("height") != "8"]


def test_each_run_of_alert_days_is_a_band_in_every_panel():
    assert len(bands(picture())) == 2 * 3
    assert [float(band.get("width")) for band in bands(picture())] == [28.0] * 3 + [7.0] * 3


def test_a_gap_in_the_answers_is_a_gap_in_the_line():
    whole = len(list(picture().iter(f"{SVG}path")))
    values = np.full((40, 2, 4), 5.0)
    values[5:8, 0] = np.nan
    assert len(list(picture(values=values).iter(f"{SVG}path"))) == whole + 3


def test_names_are_text_never_markup():
    root = picture(couple='<script>"&')
    assert root.find(f"{SVG}title").text == '<script>"&, 2026-03-20 to 2026-04-28'
    assert not list(root.iter(f"{SVG}script"))


def test_first_days_and_months_are_written_below():
    texts = [text.text for text in picture().iter(f"{SVG}text")]
    assert "2026-03-20" in texts
    assert "2026-04-01" in texts


def test_a_single_day_is_drawn_too():
    assert picture(days=1, alert=np.ones(1, bool)) is not None
