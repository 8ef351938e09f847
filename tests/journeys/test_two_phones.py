"""From nothing to a shared dashboard, on two phones, with fingers alone."""

import re
from datetime import time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from backend import clock
from backend.accounts.models import User
from backend.calendar_days import local_day, local_instant
from backend.consents.models import Choice
from checkins import policy
from checkins.models import CheckIn
from checkins.services import deciding
from notifications.models import Prompt
from tests.cast import full_cast, signed_in
from tests.journeys.hands import LOOKS, QUESTIONS, answer, hindrances, signed_in_phone, slide, until

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSWORD = "a calm long password"
MADRID = ZoneInfo("Europe/Madrid")
PAGES = (
    "/tonight/",
    "/together/",
    "/words/",
    "/history/",
    "/you/",
    "/you/profile/",
    "/you/pairing/",
    "/you/sharing/",
    "/you/sharing/preview/?sharing=levels",
    "/you/private/",
    "/you/reminders/",
    "/you/devices/",
    "/you/leaving/",
    "/you/care/",
    "/accounts/sessions/",
    "/accounts/email/",
)

OPEN_PAGES = (
    "/",
    "/invitation/",
    "/help/",
    "/install/",
    "/offline/",
    "/accounts/login/",
    "/accounts/login/code/",
    "/accounts/signup/",
    "/accounts/password/reset/",
    "/deleted/",
)


def sign_up(page: Page, name: str) -> None:
    """Makes an account and types the code that came by mail."""
    page.get_by_label("Email").fill(f"{name.lower()}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("What may your partner call you?").fill(name)
    expect(page.get_by_label("Time zone")).to_have_value("Europe/Madrid")
    page.get_by_label("I am 18 or older.").check()
    page.get_by_label("I agree that Ebb keeps my answers").check()
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_role("heading", name="A code is on its way")).to_be_visible()
    code = re.search(r"^\s*([A-Z0-9-]{6,10})\s*$", str(mail.outbox[-1].body), re.M)
    assert code
    page.get_by_label("Code").fill(code[1])
    page.get_by_role("button", name="Go on").click()


def meet(erin: Page, finn: Page) -> None:
    """Erin signs up and invites, Finn follows the link, signs up and says yes."""
    erin.goto("/")
    erin.get_by_role("link", name="Begin").click()
    sign_up(erin, "Erin")
    expect(erin).to_have_url(re.compile(r"/tonight/$"))

    erin.goto("/you/pairing/")
    erin.get_by_role("button", name="Make an invitation").click()
    link = erin.locator("details a[href*='/invitation/#']").get_attribute("href", timeout=5000)
    assert link
    code = erin.locator(".invite-code").inner_text()

    # The invited one follows the link, and the code waits in the tab while they sign up.
    finn.goto(link)
    expect(finn).to_have_url(re.compile(r"/invitation/$"))
    finn.get_by_role("link", name="Begin").click()
    sign_up(finn, "Finn")
    expect(finn).to_have_url(re.compile(r"/invitation/$"))
    expect(finn.get_by_label("The code you were given")).to_have_value(code)
    finn.get_by_role("button", name="Say yes").click()
    expect(finn.get_by_role("heading", name="You said yes to Erin")).to_be_visible()


def pair_up(erin: Page, finn: Page) -> None:
    """Erin confirms, and chooses what she shows."""
    erin.get_by_role("link", name="Look again").click()
    expect(erin.get_by_role("heading", name="Finn said yes")).to_be_visible()
    erin.get_by_role("button", name="Yes, pair us").click()
    expect(erin.get_by_text("You are paired.")).to_be_visible()
    erin.get_by_text("A weekly picture").click()
    erin.get_by_text("Discreet", exact=True).click()
    erin.get_by_role("button", name="Keep these choices").click()
    expect(erin.get_by_text("It holds from this moment.")).to_be_visible()


def both_answer(erin: Page, finn: Page) -> None:
    """Each keeps an evening, with a thumb."""
    for page, levels in ((erin, (6, 8, 3)), (finn, (5, 4, 7))):
        page.goto("/tonight/")
        answer(page, *levels)
        expect(page.get_by_role("heading", name="Today is kept.")).to_be_visible()
    until(erin, lambda: CheckIn.objects.count() == 2)
    kept = CheckIn.objects.order_by("person__name").values_list("closeness_felt", "closeness_wanted", "space_wanted")
    assert list(kept) == [(6, 8, 3), (5, 4, 7)]


def find_words(erin: Page, finn: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two weeks on, a morning brings both the same thought, and both say that it helped."""
    finn.goto("/you/sharing/")
    finn.get_by_text("Nothing", exact=True).click()
    finn.get_by_text("Responsive", exact=True).click()
    finn.get_by_role("button", name="Keep these choices").click()
    expect(finn.get_by_text("It holds from this moment.")).to_be_visible()
    # Two weeks later, on a morning on which the coin says yes, both find the same thought.
    deciding.decide_due(now=clock.now())
    later = local_instant(local_day(clock.now(), MADRID) + timedelta(days=15), time(9), MADRID)
    monkeypatch.setattr(policy, "coin", lambda *_: 0.0)
    monkeypatch.setattr(clock, "now", lambda: later)
    deciding.decide_due(now=later)
    for page in (erin, finn):
        page.goto("/words/")
        page.get_by_role("button", name="Helped").first.click()
        expect(page.get_by_role("button", name="Helped")).to_have_attribute("aria-pressed", "true")
    newest = Prompt.objects.order_by("-day").values_list("person__name", "item", "reaction")[:2]
    (erins, finns) = sorted(newest)
    assert erins[1:] == (finns[1], "helped")


def part_quietly(erin: Page, finn: Page) -> None:
    """Finn leaves without a notice."""
    # Finn leaves quietly: at once for him, and for a while Erin's pages say what they said.
    finn.goto("/you/leaving/")
    finn.get_by_text("Leave quietly", exact=True).click()
    finn.get_by_role("button", name="Leave the pair").click()
    expect(finn.get_by_role("heading", name="You have left")).to_be_visible()
    finn.goto("/you/pairing/")
    expect(finn.get_by_role("button", name="Make an invitation")).to_be_visible()
    erin.goto("/you/pairing/")
    expect(erin.get_by_text("You are paired with Finn.")).to_be_visible()


def test_two_people_sign_up_pair_answer_look_find_words_and_leave(phone, transactional_db, monkeypatch):
    erin, finn = phone(), phone()
    meet(erin, finn)
    pair_up(erin, finn)
    both_answer(erin, finn)
    erin.get_by_role("link", name="Together").click()
    expect(erin.get_by_role("group", name="Closeness felt")).to_be_visible()
    expect(erin.get_by_text("your partner", exact=True)).to_have_count(0)
    find_words(erin, finn, monkeypatch)
    part_quietly(erin, finn)


@pytest.fixture
def cast(transactional_db):
    return full_cast(now=clock.now() - timedelta(days=1))


def test_the_check_in_is_one_screen_and_starts_unset(phone, site, cast):
    page = signed_in_phone(phone, site, cast.alice)
    page.goto("/tonight/")
    assert page.evaluate("document.documentElement.scrollHeight") <= 740
    for question in QUESTIONS:
        expect(page.get_by_role("slider", name=question)).to_have_attribute("aria-valuetext", "not answered yet")
    expect(page.get_by_role("button", name="Keep this")).to_be_disabled()


def test_a_slider_is_moved_by_keys_and_its_middle_can_be_chosen(phone, site, cast):
    page = signed_in_phone(phone, site, cast.alice)
    page.goto("/tonight/")
    slide(page, QUESTIONS[0], 5)
    second = page.get_by_role("slider", name=QUESTIONS[1])
    second.focus()
    page.keyboard.press("Space")
    expect(second).to_have_attribute("aria-valuetext", "5 of 10")
    page.keyboard.press("End")
    expect(second).to_have_attribute("aria-valuetext", "10 of 10")
    third = page.get_by_role("slider", name=QUESTIONS[2])
    third.focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Home")
    page.get_by_role("button", name="Keep this").press("Enter")
    expect(page.get_by_role("heading", name="Today is kept.")).to_be_visible()
    until(page, CheckIn.objects.exists)
    assert CheckIn.objects.values_list("closeness_felt", "closeness_wanted", "space_wanted").get() == (5, 10, 0)


def test_an_evening_in_spanish(phone, site, cast):
    User.objects.filter(pk=cast.alice.pk).update(language="es")
    page = signed_in_phone(phone, site, cast.alice, locale="es")
    page.goto("/tonight/")
    with translation.override("es"):
        answer(page, 6, 8, 3)
        expect(page.get_by_role("heading", name=gettext("Today is kept."))).to_be_visible()
    until(page, CheckIn.objects.exists)
    page.get_by_role("link", name="Entre dos").click()
    expect(page.get_by_role("group", name="Cercanía sentida")).to_be_visible()


def test_without_javascript_everything_needed_works(phone, site, cast):
    page = signed_in_phone(phone, site, cast.alice, java_script_enabled=False)
    page.goto("/tonight/")
    for name, level in (("closeness_felt", 2), ("closeness_wanted", 9), ("space_wanted", 4)):
        page.locator(f"input[name={name}][value='{level}']").check()
    page.get_by_role("button", name="Keep this").click()
    expect(page.get_by_role("heading", name="Today is kept.")).to_be_visible()
    assert page.get_by_role("link", name="Leave this page").get_attribute("href")


def test_a_fourth_feeling_waits_and_an_optional_level_can_be_left_out_again(phone, site, cast):
    page = signed_in_phone(phone, site, cast.alice)
    page.goto("/tonight/")
    page.get_by_text("Name a feeling, add a line").click()
    for feeling in ("calm", "tired", "hopeful"):
        page.get_by_label(feeling).check()
    expect(page.get_by_label("sad")).to_be_disabled()
    page.get_by_label("tired").uncheck()
    expect(page.get_by_label("sad")).to_be_enabled()
    tension = "How tense or on edge are you?"
    page.get_by_role("slider", name=tension).scroll_into_view_if_needed()
    slide(page, tension, 7)
    page.get_by_role("button", name="leave this one out").click()
    expect(page.get_by_role("slider", name=tension)).to_have_attribute("aria-valuetext", "not answered yet")


def test_sharing_is_looked_at_before_it_is_kept_and_its_plots_are_walked_by_keys(phone, site, cast):
    page = signed_in_phone(phone, site, cast.alice)
    page.goto("/you/sharing/")
    nothing, likely = page.get_by_text("It looks the same as not answering"), page.get_by_text("How it may look after four weeks")
    page.get_by_text("Nothing", exact=True).click()
    expect(nothing).to_be_hidden()
    fold = page.get_by_text("See what your partner sees").last
    fold.click()
    expect(nothing).to_be_visible()
    page.get_by_text("My levels", exact=True).click()
    expect(likely).to_be_visible()
    expect(nothing).to_be_hidden()

    # The newest point is reached by Tab, the others from there. No mouse lies on the plot that has just come under it.
    page.mouse.move(0, 0)
    plot = page.locator("svg.plot").first
    points, said = plot.locator(".point"), page.locator(".pointed").first
    newest, before = points.last, points.nth(points.count() - 2)
    newest.focus()
    page.keyboard.press("ArrowLeft")
    expect(before).to_be_focused()
    expect(said).to_have_text(before.get_attribute("aria-label") or "nothing")
    expect(plot.locator(".point[tabindex='0']")).to_have_count(1)
    page.keyboard.press("End")
    expect(newest).to_be_focused()
    expect(said).to_have_text(newest.get_attribute("aria-label") or "nothing")

    fold.click()
    expect(likely).to_be_hidden()
    assert not Choice.objects.filter(sharing="levels").exists()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"], ids=["of another site", "of this one"])
def test_leaving_puts_another_page_in_the_place_of_this_one(phone, site, cast, settings, host):
    neutral = settings.QUICK_EXIT_URL = site.replace("localhost", host) + "/help/"
    page = signed_in_phone(phone, site, cast.alice)
    page.goto("/you/")
    page.goto("/together/")
    page.evaluate("sessionStorage.setItem('invitation-code', 'ABCDE-FGHJK')")
    page.get_by_role("link", name="Leave this page").click()
    expect(page).to_have_url(neutral)
    # Going back leads out again, and to nothing of before.
    page.go_back()
    expect(page).to_have_url(neutral)
    page.goto("/you/")
    expect(page).to_have_url(f"{site}/you/")
    assert page.evaluate("sessionStorage.length") == 0


@LOOKS
def test_every_page_is_readable_by_all_and_fits_a_narrow_phone(phone, site, cast, scheme, language):
    User.objects.filter(pk=cast.alice.pk).update(language=language)
    cast.alice.refresh_from_db()
    signed_in(cast.alice).post("/tonight/", {"client_id": "0b5bd1f0-6b67-4f1c-9d10-5c9f4b0f1c11", "quick": "closer"})
    page = signed_in_phone(phone, site, cast.alice, color_scheme=scheme, reduced_motion="reduce")
    assert_readable(page, PAGES)


@LOOKS
def test_every_open_page_is_readable_by_all_and_fits_a_narrow_phone(phone, scheme, language):
    assert_readable(phone(color_scheme=scheme, locale=language, reduced_motion="reduce"), OPEN_PAGES)


def assert_readable(page: Page, paths: tuple[str, ...]) -> None:
    """No page scrolls sideways, and axe finds nothing to put right."""
    found = []
    for path in paths:
        page.goto(path)
        found += hindrances(page)
    assert not found, "\n".join(found)
