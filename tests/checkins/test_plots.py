"""Plots: whole scale, gaps as gaps, two lines told apart without colour, words for those who do not see."""

from datetime import date
from xml.etree import ElementTree

from checkins.plots import BOTTOM, TOP, Line, RibbonPiece, line_plot, ribbon

START = date(2026, 11, 2)


def drawn(*lines, **more):
    text = line_plot(key="k", start=START, lines=lines, title="Closeness felt", description="Your line.", **more)
    return ElementTree.fromstring(text)


def paths(svg, who):
    return [one.get("d") for one in svg.iter("path") if one.get("class") == who]


def test_the_scale_is_always_whole():
    labels = [one.text for one in drawn(Line(who="me", values=[5, 5])).iter("text")]
    assert labels[:3] == ["0", "5", "10"]


def test_ends_of_the_scale_touch_the_ends_of_the_axis():
    assert paths(drawn(Line(who="me", values=[0, 10])), "me") == [f"M24.0 {BOTTOM:.1f}L354.0 {TOP:.1f}"]


def test_a_gap_breaks_the_line_and_a_lone_answer_is_a_dot():
    svg = drawn(Line(who="me", values=[3, 4, None, None, 6, None, 7, 8]))
    (path,) = paths(svg, "me")
    assert path.count("M") == 2
    assert len(list(svg.iter("circle"))) == 1


def test_no_answers_draw_nothing():
    svg = drawn(Line(who="me", values=[None] * 28))
    assert not paths(svg, "me")
    assert not list(svg.iter("circle"))


def test_the_two_lines_differ_by_dash():
    svg = drawn(Line(who="me", values=[3, 4]), Line(who="you", values=[5, 6]))
    dashes = {one.get("class"): one.get("stroke-dasharray") for one in svg.iter("path")}
    assert dashes == {"me": "none", "you": "7 5"}


def test_every_point_is_said_in_words_and_reached_by_keys_from_one_place():
    svg = drawn(Line(who="me", values=[3, None, 5]), spoken={0: "2 November: you 3", 2: "4 November: you 5"})
    points = [one for one in svg.iter("rect") if one.get("class") == "point"]
    assert [(one.get("aria-label"), one.get("tabindex")) for one in points] == [("2 November: you 3", "-1"), ("4 November: you 5", "0")]


def test_title_and_description_are_tied_to_the_picture():
    svg = drawn(Line(who="me", values=[3]))
    assert svg.get("aria-labelledby") == "k-t k-d"
    assert [next(svg.iter(name)).get("id") for name in ("title", "desc")] == ["k-t", "k-d"]


def test_dates_stand_at_both_ends_and_in_the_middle_also_week_by_week():
    daily = [one.text for one in drawn(Line(who="me", values=[1] * 28)).iter("text")][3:]
    weekly = [one.text for one in drawn(Line(who="me", values=[1] * 12), step_days=7).iter("text")][3:]
    assert (daily, weekly) == (["2 Nov", "15 Nov", "29 Nov"], ["2 Nov", "7 Dec", "18 Jan"])


def test_a_plot_brings_no_style_and_escapes_its_words():
    text = line_plot(key="k", start=START, lines=[Line(who="me", values=[1])], title="<b>", description='"&')
    assert "style" not in text
    assert "<b>" not in text


def shape_of(state):
    """The path drawn for a state, besides its colour."""
    svg = ElementTree.fromstring(ribbon(pieces=[RibbonPiece(state=state, words="2 November: x")], title="t", description="d"))
    return next(svg.iter("path")).get("d")


def test_each_state_of_the_ribbon_has_a_shape_of_its_own():
    shapes = [shape_of(state) for state in ("steady", "one_reaching", "both_apart", "unsure")]
    assert all(shapes)
    assert len(set(shapes)) == 4
