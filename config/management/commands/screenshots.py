"""Takes the pictures that the README shows, from a running demo and its couple: `manage.py screenshots`."""

import shutil
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.people import SIGN_INS
from config.env import BASE_DIR

FOLDER = BASE_DIR / "docs" / "pictures"
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
LEVELS = (("How close do you feel?", 6), ("How much closeness would you like?", 8), ("How much room do you need?", 3))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One page on one screen. `signed_in` says whether as one of the demo couple."""

    name: str
    path: str
    dark: bool = False
    wide: bool = False
    signed_in: bool = True


PICTURES = (
    Picture(name="welcome", path="/", signed_in=False),
    Picture(name="check-in", path="/tonight/"),
    Picture(name="check-in-dark", path="/tonight/", dark=True),
    Picture(name="dashboard", path="/together/?weeks=12"),
    Picture(name="dashboard-dark", path="/together/?weeks=12", dark=True),
    Picture(name="dashboard-wide", path="/together/?weeks=12", wide=True),
    Picture(name="words", path="/words/"),
    Picture(name="sharing", path="/you/sharing/"),
)


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the demo runs (python3 dev.py run)")
        parser.add_argument("--folder", type=Path, default=FOLDER)

    def handle(self, *args: Any, **options: Any) -> None:
        chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
        try:
            # A requirement of the tests alone, so it is named only here.
            sync_playwright = import_module("playwright.sync_api").sync_playwright
        except ImportError as error:
            raise CommandError("Playwright is missing: it comes with the requirements of the tests.") from error
        if chromium is None:
            raise CommandError("No Chromium found on PATH.")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            for path in take(browser, address=options["address"], folder=options["folder"]):
                self.stdout.write(f"{path.name}  {path.stat().st_size // 1024} KiB")
            browser.close()


def take(browser: Any, *, address: str, folder: Path) -> list[Path]:
    """Takes every picture and returns the files. Nothing is kept or changed in the demo but a sign-in."""
    folder.mkdir(parents=True, exist_ok=True)
    state = _signed_in(browser, address)
    taken = []
    for picture in PICTURES:
        context = browser.new_context(
            base_url=address,
            viewport=WIDE if picture.wide else PHONE,
            color_scheme="dark" if picture.dark else "light",
            reduced_motion="reduce",
            storage_state=state if picture.signed_in else None,
        )
        page = context.new_page()
        page.goto(picture.path)
        if picture.path == "/tonight/":
            _set_sliders(page)
        path = folder / f"{picture.name}.png"
        page.screenshot(path=path)
        taken.append(path)
        context.close()
    return taken


def _signed_in(browser: Any, address: str) -> Any:
    """The cookies of one of the demo couple, signed in the way everybody does."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(SIGN_INS[0].email)
    page.locator("input[name=password]").fill(SIGN_INS[0].password)
    page.locator("main button[type=submit]").first.click()
    page.wait_for_url("**/tonight/")
    state = context.storage_state()
    context.close()
    return state


def _set_sliders(page: Any) -> None:
    """An answer in the making. On a day that was answered already there is none to show."""
    for question, level in LEVELS:
        slider = page.get_by_role("slider", name=question)
        if slider.count():
            slider.fill(str(level))
            slider.blur()
