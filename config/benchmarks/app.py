"""`app`: the check-in page on a slow phone, opened for the first time, answered by a thumb.

A real Chromium, slowed down four times, behind a line that is slowed down as the preset "Slow 4G" of its developer tools does:
1.6 Mbit/s less a tenth, and 562 ms before each answer begins. Nothing is cached, and no worker is installed yet.
"""

import platform
import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from config.benchmarks.results import Promise, Result
from config.scratch import DidNotStart, run, scratch_database, web_server

ROUNDS = 5
CPU_SLOWER = 4
LATENCY_MS = 562.5
DOWN_BYTES = 1.6e6 / 8 * 0.9
UP_BYTES = 750e3 / 8 * 0.9
PHONE = {"width": 360, "height": 740}
LEVELS = {"closeness_felt": 6, "closeness_wanted": 8, "space_wanted": 3}
READING_MS = 1500  # a thumb's pause before each tap: reading the question, finding the place
OTHERS_FILES = ("admin", "account", "drf_spectacular_sidecar", "mfa", "rest_framework", "unfold")
FLAGS = ("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Visit:
    """What one first visit took."""

    kilobytes: float
    largest_paint_s: float
    saved_ms: float
    opened_to_kept_s: float


def app(*, say: Say, rounds: int = ROUNDS) -> Result:
    """Runs about ten seconds a round. Raises DidNotStart, also where there is no browser."""
    with scratch_database("bench") as surroundings, tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder:
        environment = {**surroundings, **_production(folder)}
        say("preparing a person and the static files")
        run(["manage.py", "migrate", "--noinput"], environment)
        ignored = [f"--ignore={folder}" for folder in OTHERS_FILES]  # compressing them would take a minute
        run(["manage.py", "collectstatic", "--noinput", *ignored], environment)
        keys = [secrets.token_hex(16) for _ in range(rounds)]
        run(["manage.py", "shell", "-c", _PEOPLE.format(keys=keys)], environment)
        with web_server("config.wsgi:application", environment, log=Path(folder) / "server.log") as (address, _), _browser() as browser:
            visits = []
            for number, key in enumerate(keys, start=1):
                say(f"visit {number} of {rounds}")
                visits.append(_visit(browser, address, key))
            return _result(visits, browser.version)


def _result(visits: list[Visit], chromium: str) -> Result:
    def middle(name: str) -> float:
        return float(median(getattr(visit, name) for visit in visits))

    return Result(
        name="app",
        work=f"first visit to the check-in page, CPU {CPU_SLOWER} times slower, slow 4G; medians of {len(visits)} visits",
        contenders={},
        promises=[
            Promise("KB transferred before it can be answered", middle("kilobytes"), "<=", 60, 35),
            Promise("largest paint, seconds", middle("largest_paint_s"), "<=", 1.5, 1.0),
            Promise("answer kept, milliseconds after the tap", middle("saved_ms"), "<=", 100),
            Promise(
                f"seconds from opening to kept, {READING_MS / 1000:g} s of reading before each tap", middle("opened_to_kept_s"), "<=", 15
            ),
        ],
        versions={"python": platform.python_version(), "chromium": chromium, **{name: version(name) for name in ("django", "granian")}},
    )


@contextmanager
def _browser() -> Iterator[Any]:
    chromium = next((found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    try:
        # A requirement of the tests alone, so it is named only here.
        sync_playwright = import_module("playwright.sync_api").sync_playwright
    except ImportError as error:
        raise DidNotStart("Playwright is missing: it comes with the requirements of the tests.") from error
    if chromium is None:
        raise DidNotStart("No Chromium found on PATH.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        yield browser
        browser.close()


def _visit(browser: Any, address: str, key: str) -> Visit:
    context = browser.new_context(base_url=address, viewport=PHONE, has_touch=True, is_mobile=True)
    context.add_cookies([{"name": "session", "value": key, "url": address}])
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    transferred: list[float] = []
    devtools.on("Network.loadingFinished", lambda event: transferred.append(event["encodedDataLength"]))
    devtools.send("Network.enable")
    devtools.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": LATENCY_MS, "downloadThroughput": DOWN_BYTES, "uploadThroughput": UP_BYTES},
    )
    devtools.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWER})
    page.add_init_script(_WATCH)
    page.goto("/tonight/", wait_until="commit")
    page.locator("input[type=range]").nth(len(LEVELS) - 1).wait_for()
    kilobytes = sum(transferred) / 1000
    for name, level in LEVELS.items():
        page.wait_for_timeout(READING_MS)
        _tap(page, page.locator(f"fieldset:has(input[name={name}]) input[type=range]"), level)
    page.wait_for_timeout(READING_MS)
    page.locator("form[data-sliders] button[type=submit]").tap()
    page.locator("[data-kept]:not([hidden])").wait_for()
    told = page.evaluate("window.watched()")
    context.close()
    return Visit(kilobytes, told["paint"] / 1000, told["saved"], told["kept"] / 1000)


def _tap(page: Any, slider: Any, level: int) -> None:
    box = slider.bounding_box()
    page.touchscreen.tap(box["x"] + 17 + (box["width"] - 34) * level / 10, box["y"] + box["height"] / 2)


def _production(folder: str) -> dict[str, str]:
    """As in production, behind a plain address."""
    key = secrets.token_urlsafe(32)
    return {
        "DEBUG": "0",
        "DEMO_MODE": "0",
        "SITE_URL": "http://127.0.0.1",
        "SECRET_KEY": key,
        "CODE_KEY": key,
        "POLICY_KEY": key,
        "VAPID_PRIVATE_KEY": key,
        "FIELD_KEYS": f"k1:{key}",
        "LOG_LEVEL": "ERROR",
        "EBB_VAR_DIR": folder,
    }


# What the page itself sees: the largest paint, and the time from the tap until the frame after "kept" was shown.
_WATCH = """
  let paint = 0, tapped = 0, kept = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!tapped) paint = entry.startTime;
  }).observe({ type: "largest-contentful-paint", buffered: true });
  addEventListener("click", (event) => {
    if (event.target.closest?.("button[type=submit]")) tapped = event.timeStamp;
  }, { capture: true });
  addEventListener("DOMContentLoaded", () => {
    const card = document.querySelector("[data-kept]");
    new MutationObserver(() => {
      if (!card.hidden && !kept) requestAnimationFrame(() => setTimeout(() => { kept = performance.now(); }));
    }).observe(card, { attributes: true });
  });
  window.watched = () => new Promise((done) => {
    const look = () => (kept ? done({ paint, saved: kept - tapped, kept }) : setTimeout(look, 10));
    look();
  });
"""
_PEOPLE = """
from datetime import UTC, datetime, timedelta
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from backend.accounts.models import User
for number, key in enumerate({keys!r}):
    person = User.objects.create_user(f"p{{number}}@example.org", None, name="Erin", timezone="Europe/Madrid")
    said = {{
        SESSION_KEY: str(person.pk),
        BACKEND_SESSION_KEY: settings.AUTHENTICATION_BACKENDS[0],
        HASH_SESSION_KEY: person.get_session_auth_hash(),
    }}
    Session.objects.create(session_key=key, session_data=SessionStore().encode(said), expire_date=datetime.now(UTC) + timedelta(days=1))
    UserSession.objects.create(user=person, session_key=key, ip="127.0.0.1")
"""
