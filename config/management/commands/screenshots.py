"""Takes the pictures of the documentation from a running demo and its couple: `manage.py screenshots`.

Those that the README shows and two couples as the detector sees them, or with `--all` every page, narrow and wide, light and dark, as
small WebP files.
"""

import base64
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.demo.drawn import draw_couples
from config.demo.people import ANA, LUCIA, THEA, TUESDAYS, SignIn
from config.env import BASE_DIR

FOLDER = BASE_DIR / "docs" / "pictures"
ALL_FOLDER = FOLDER / "pages"
PHONE = {"width": 360, "height": 740}
WIDE = {"width": 1280, "height": 900}
LEVELS = (("How close do you feel?", 6), ("How much closeness would you like?", 8), ("How much room do you need?", 3))


@dataclass(frozen=True, kw_only=True)
class Picture:
    """One page on one screen, as `who` of the demo sees it, or nobody."""

    name: str
    path: str
    dark: bool = False
    wide: bool = False
    who: SignIn | None = ANA


PICTURES = (
    Picture(name="welcome", path="/", who=None),
    Picture(name="check-in", path="/tonight/"),
    Picture(name="check-in-dark", path="/tonight/", dark=True),
    Picture(name="dashboard", path="/together/?weeks=12"),
    Picture(name="dashboard-dark", path="/together/?weeks=12", dark=True),
    Picture(name="dashboard-wide", path="/together/?weeks=12", wide=True),
    Picture(name="words", path="/words/"),
    Picture(name="words-dark", path="/words/", dark=True),
    Picture(name="words-es", path="/words/", who=LUCIA),
    Picture(name="words-es-dark", path="/words/", dark=True, who=LUCIA),
    Picture(name="sharing", path="/you/sharing/"),
)
# Every page without a thing of its own in its address, under the name of its file.
PAGES = {
    "welcome": "/", "sign-up": "/accounts/signup/", "sign-in": "/accounts/login/", "sign-in-code": "/accounts/login/code/",
    "password-reset": "/accounts/password/reset/", "invitation": "/invitation/", "help": "/help/", "install": "/install/",
    "offline": "/offline/", "deleted": "/deleted/",
    "check-in": "/tonight/", "one-tap": "/tonight/?one-tap=1", "answers": "/history/", "together": "/together/",
    "together-12": "/together/?weeks=12", "together-52": "/together/?weeks=52", "words": "/words/", "you": "/you/", "profile": "/you/profile/",
    "pairing": "/you/pairing/", "sharing": "/you/sharing/", "preview": "/you/sharing/preview/",
    "preview-weekly": "/you/sharing/preview/?sharing=weekly", "what-a-prompt-tells": "/you/sharing/what-a-prompt-tells/",
    "care": "/you/care/", "reminders": "/you/reminders/", "devices": "/you/devices/", "private": "/you/private/", "leaving": "/you/leaving/",
    "delete": "/you/delete/", "sessions": "/accounts/sessions/", "email": "/accounts/email/", "password": "/accounts/password/change/",
    "left": "/you/leaving/done/", "closed": "/accounts/inactive/", "password-reset-sent": "/accounts/password/reset/done/",
    "second-step": "/accounts/2fa/",
    "sign-out": "/accounts/logout/", "design": "/design/",
    "therapists": "/you/therapists/",
    "shown-to-therapists": "/you/therapists/reads/",
    "for-therapists": "/practice/application/",
}  # fmt: skip
# The same in Spanish, where words are most of the page.
PAGES_IN_SPANISH = {
    "check-in-es": "/tonight/", "together-es": "/together/", "words-es": "/words/", "sharing-es": "/you/sharing/", "you-es": "/you/",
    "what-a-prompt-tells-es": "/you/sharing/what-a-prompt-tells/",
}  # fmt: skip
# What a therapist sees; `couple` stands for the one whose two allow everything.
PAGES_OF_A_THERAPIST = {
    "caseload": "/practice/", "couple": "{couple}", "couple-12": "{couple}?weeks=12", "couple-periods": "{couple}periods/{stretches}", "couple-sessions": "{couple}sessions/", "couple-sheet": "{couple}sheet/",
    "couple-notes": "{couple}notes/", "offer": "/practice/offer/", "own-reads": "/practice/reads/",
}  # fmt: skip
OPEN = {"welcome", "sign-up", "sign-in", "sign-in-code", "password-reset", "password-reset-sent", "invitation", "deleted", "closed"}
TALLEST = 1200
QUALITY = 0.3


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--address", default="http://127.0.0.1:8000", help="where the demo runs (python3 dev.py run)")
        parser.add_argument("--folder", type=Path, help="where they go; docs/pictures, or docs/pictures/pages with --all")
        parser.add_argument("--all", action="store_true", help="every page, narrow and wide, light and dark")

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
            folder = options["folder"] or (ALL_FOLDER if options["all"] else FOLDER)
            for path in (take_all if options["all"] else take)(browser, address=options["address"], folder=folder):
                self.stdout.write(f"{path.name}  {path.stat().st_size // 1024} KiB")
            browser.close()
        if not options["all"]:
            for path in draw_couples(folder):
                self.stdout.write(f"{path.name}  {path.stat().st_size // 1024} KiB")


def take(browser: Any, *, address: str, folder: Path) -> list[Path]:
    """Takes every picture and returns the files. Nothing is kept or changed in the demo but a sign-in."""
    folder.mkdir(parents=True, exist_ok=True)
    states = {who: _signed_in(browser, address, who) for who in (ANA, LUCIA)}
    taken = []
    for picture in PICTURES:
        context = browser.new_context(
            base_url=address,
            viewport=WIDE if picture.wide else PHONE,
            color_scheme="dark" if picture.dark else "light",
            reduced_motion="reduce",
            storage_state=states[picture.who] if picture.who else None,
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


def take_all(browser: Any, *, address: str, folder: Path) -> Iterator[Path]:
    """Takes each page on both screens in both themes, as tall as it is up to a limit, and yields the files."""
    folder.mkdir(parents=True, exist_ok=True)
    press = browser.new_page()
    pages = [(None if name in OPEN else ANA, name, path) for name, path in PAGES.items()]
    pages += [(LUCIA, name, path) for name, path in PAGES_IN_SPANISH.items()]
    states = {who: who and _signed_in(browser, address, who) for who in (ANA, LUCIA, THEA, None)}
    couple = _couple(browser, address, states[THEA])
    pages += [(THEA, name, path.format(couple=couple, stretches=_stretches())) for name, path in PAGES_OF_A_THERAPIST.items()]
    for size, theme in ((size, theme) for size in (PHONE, WIDE) for theme in ("light", "dark")):
        more = {"base_url": address, "viewport": size, "color_scheme": theme, "reduced_motion": "reduce"}
        screens = {who: browser.new_context(**more, storage_state=state).new_page() for who, state in states.items()}
        for who, name, path in pages:
            page = screens[who]
            page.set_viewport_size(size)
            page.goto(path)
            # So that what stays at the foot of a screen stands at the foot of the picture.
            height = page.evaluate("document.documentElement.scrollHeight")
            page.set_viewport_size({**size, "height": max(size["height"], min(height, TALLEST))})
            file = folder / f"{name}-{size['width']}{'-dark' if theme == 'dark' else ''}.webp"
            file.write_bytes(_pressed(press, page.screenshot()))
            yield file
        for page in screens.values():
            page.context.close()


def _pressed(page: Any, picture: bytes) -> bytes:
    """A PNG as WebP, by the browser, so that nothing else is needed."""
    text = page.evaluate(
        """async ([source, quality]) => {
          const picture = await createImageBitmap(await (await fetch(source)).blob());
          const canvas = new OffscreenCanvas(picture.width, picture.height);
          canvas.getContext("2d").drawImage(picture, 0, 0);
          const made = new Uint8Array(await (await canvas.convertToBlob({ type: "image/webp", quality })).arrayBuffer());
          return btoa(Array.from(made, (one) => String.fromCharCode(one)).join(""));
        }""",
        [f"data:image/png;base64,{base64.b64encode(picture).decode()}", QUALITY],
    )
    return base64.b64decode(text)


def _signed_in(browser: Any, address: str, who: SignIn) -> Any:
    """The cookies of one of the demo, signed in the way everybody does."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill(who.email)
    page.locator("input[name=password]").fill(who.password)
    page.locator("main button[type=submit]").first.click()
    if who.key:
        page.locator("input[name=code]").fill(format_hotp_value(hotp_value(who.key, next(yield_hotp_counters_from_time()))))
        page.locator("main button[type=submit]").first.click()
    page.wait_for_url(lambda address: "/accounts/" not in address)
    state = context.storage_state()
    context.close()
    return state


def _couple(browser: Any, address: str, state: Any) -> str:
    """Where the page of the therapist's couple is."""
    context = browser.new_context(base_url=address, storage_state=state)
    page = context.new_page()
    page.goto("/practice/")
    path = str(page.get_by_role("link", name=TUESDAYS).get_attribute("href"))
    context.close()
    return path


def _stretches() -> str:
    """The last four weeks beside the four before, as the address of a comparison has them."""
    ends = [datetime.now(UTC).date() - timedelta(days=back) for back in (57, 30, 29, 2)]
    return "?" + urlencode(dict(zip(("first_from", "first_to", "second_from", "second_to"), ends, strict=True)))


def _set_sliders(page: Any) -> None:
    """An answer in the making. On a day that was answered already there is none to show."""
    for question, level in LEVELS:
        slider = page.get_by_role("slider", name=question)
        if slider.count():
            slider.fill(str(level))
            slider.blur()
