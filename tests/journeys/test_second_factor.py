"""A second factor is set up, asked for and taken away again, on pages that look like the rest."""

import time

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import translation
from django.utils.translation import gettext
from playwright.sync_api import Page, expect

from backend.accounts.models import User
from tests.cast import PASSWORD, person
from tests.journeys.hands import LOOKS, hindrances

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@LOOKS
def test_a_second_factor_is_set_up_asked_for_and_taken_away(phone, site, transactional_db, scheme, language):
    alice = person("Alice")
    User.objects.filter(pk=alice.pk).update(language=language)
    page = phone(color_scheme=scheme, locale=language)
    found: list[str] = []
    with translation.override(language):
        _sign_in(page)
        expect(page).to_have_url(f"{site}/tonight/")
        page.goto("/you/")
        page.get_by_role("link", name=gettext("Second factor")).click()
        found += hindrances(page)
        page.get_by_role("link", name=gettext("Set it up")).click()
        found += hindrances(page)
        page.locator("input[name=password]").fill(PASSWORD)
        _press(page, "Go on")
        page.get_by_text(gettext("The key in letters")).click()
        found += hindrances(page)
        page.locator("input[name=code]").fill("000000")
        _press(page, "Ask for it from now on")
        expect(page.locator(".errorlist")).to_be_visible()
        secret = page.locator(".key-letters").text_content() or ""
        page.locator("input[name=code]").fill(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))
        _press(page, "Ask for it from now on")

        codes = page.locator(".codes li")
        expect(codes).to_have_count(10)
        found += hindrances(page)
        page.goto("/accounts/2fa/recovery-codes/generate/")
        found += hindrances(page)
        _press(page, "Make them")
        expect(codes).to_have_count(10)
        code = codes.first.text_content() or ""
        page.goto("/accounts/2fa/reauthenticate/")
        found += hindrances(page)
        page.goto("/accounts/2fa/")
        found += hindrances(page)

        page.goto("/accounts/logout/")
        _press(page, "Sign out")
        expect(page).to_have_url(f"{site}/")
        _sign_in(page)
        expect(page).to_have_url(f"{site}/accounts/2fa/authenticate/")
        found += hindrances(page)
        page.locator("input[name=code]").fill(code)
        _press(page, "Sign in")
        expect(page).to_have_url(f"{site}/tonight/")

        page.goto("/accounts/2fa/totp/deactivate/")
        page.locator("input[name=password]").fill(PASSWORD)
        _press(page, "Go on")
        found += hindrances(page)
        _press(page, "Take it away")
        expect(page.get_by_role("link", name=gettext("Set it up"))).to_be_visible()
    assert not found, "\n".join(found)


def _sign_in(page: Page) -> None:
    page.goto("/accounts/login/")
    page.locator("input[name=login]").fill("alice@example.org")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("main button[type=submit]").first.click()


def _press(page: Page, words: str) -> None:
    page.get_by_role("button", name=gettext(words), exact=True).click()
