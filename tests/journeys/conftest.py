"""Phones for the journeys: the distribution's Chromium, one context per person, against a real server."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.journeys.hands import PHONE

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
Phones = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, or a skip with its reason; where EBB_REQUIRE_BROWSER is set a missing browser is a failure."""
    path = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    if path is None:
        words = "no Chromium found on PATH; `apt-get install chromium` brings one"
        if os.environ.get("EBB_REQUIRE_BROWSER") == "1":
            pytest.fail(words)
        pytest.skip(words)
    # Playwright keeps an event loop in this thread; nothing asynchronous touches the database here.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def site(live_server, settings) -> str:
    """The address of a real server, known to itself."""
    settings.SITE_URL = live_server.url
    return str(live_server.url)


@pytest.fixture
def phone_complaints() -> list[re.Pattern[str]]:
    """What a page may complain about. Empty, unless a test says what it brings about."""
    return []


@pytest.fixture
def phone(browser: Browser, site: str, phone_complaints: list[re.Pattern[str]]) -> Iterator[Phones]:
    """Makes phones. Whatever a page complains about on its console fails the test at the end."""
    contexts: list[BrowserContext] = []
    complaints: list[str] = []

    def make(**options: Any) -> Page:
        usual: dict[str, Any] = {"viewport": PHONE, "timezone_id": "Europe/Madrid", "has_touch": True}
        context = browser.new_context(base_url=site, **(usual | options))
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return page

    yield make
    for context in contexts:
        context.close()
    assert not [one for one in complaints if not any(expected.search(one) for expected in phone_complaints)]
