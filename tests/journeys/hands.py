"""What a thumb does on a phone, for the journeys, in the language that is active."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from tests.cast import signed_in

PHONE = {"width": 360, "height": 740}

QUESTIONS = ("How close do you feel?", "How much closeness would you like?", "How much room do you need?")

# Each theme and each language once: what one brings about does not hang on the other.
LOOKS = pytest.mark.parametrize("scheme, language", [("light", "en"), ("dark", "es")])


def answer(page: Page, *levels: int) -> None:
    """Sets the three sliders with a finger and keeps them."""
    button = page.get_by_role("button", name=gettext("Keep this"))
    for question, level in zip(QUESTIONS, levels, strict=True):
        expect(button).to_be_disabled()
        slide(page, question, level)
    button.click()


def slide(page: Page, question: str, level: int) -> None:
    """Taps the slider of a question where `level` is."""
    slider = page.get_by_role("slider", name=gettext(question))
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + 17 + (box["width"] - 34) * level / 10, box["y"] + box["height"] / 2)
    expect(slider).to_have_attribute("aria-valuetext", gettext("0 of 10").replace("0", str(level), 1))


def signed_in_phone(phone, site, someone, **options) -> Page:
    """A phone on which somebody is signed in."""
    page: Page = phone(**options)
    page.context.add_cookies([{"name": "session", "value": signed_in(someone).session.session_key or "", "url": site}])
    return page


def until(page: Page, so: Callable[[], bool], *, tries: int = 150) -> None:
    """Lets the page go on until something has become so on the server. Fails where it does not."""
    for _ in range(tries):
        if so():
            return
        page.wait_for_timeout(100)
    raise AssertionError("it did not become so")


# Where somebody asked for less motion, nothing may move by itself, what stands before and after an element included.
MOVING = """() => !matchMedia("(prefers-reduced-motion: reduce)").matches ? [] :
  [...document.querySelectorAll("*")].filter((one) => [null, "::before", "::after"].some((part) => {
    const style = getComputedStyle(one, part);
    return style.animationName !== "none" || style.scrollBehavior === "smooth" || /[1-9]/.test(style.transitionDuration);
  })).map((one) => one.outerHTML.slice(0, 80))"""


def hindrances(page: Page) -> list[str]:
    """What axe would put right on this page, whether it scrolls sideways on a narrow phone, and what moves against somebody's wish."""
    found = [f"{page.url} {one['id']}: {one['nodes'][0]['html']}" for one in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth") > PHONE["width"]:
        found.append(f"{page.url} scrolls sideways")
    return found + [f"{page.url} moves: {one}" for one in page.evaluate(MOVING)]
