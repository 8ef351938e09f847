"""Goes wherever the operators' site leads, as somebody who may do everything there: no content of anybody stands on any page.

The matrix asks each route with the things of the caller and of Selma; this follows the links that are really there, so that
lists, filters and each row's own page are looked at too.
"""

import re
from collections import Counter

import pytest

from config.faults.twins.routes import caller
from tests.project.access.test_matrix import NEVER_SHOWN
from tests.project.access.world import SECRETS, Answer, World

pytestmark = pytest.mark.django_db

MAY_SEE = {"e-mail"}
"""What an operator looks an account up by."""
LEAVES = ("/admin/logout/", "/admin/jsi18n/")
LINK = re.compile(r'href="([^"#]*)"')
SAME = re.compile(r"[?&](o|_changelist_filters)=")
"""The same rows in another order, or the same page come to from a filter."""
NUMBER = re.compile(r"\d+")
OF_A_KIND = 4
"""Pages that differ by a number alone, such as those of each account, of which so many are looked at. There are fewer therapists."""


def pages_of_operators(world: World) -> dict[str, Answer]:
    """Every page that can be reached from the first one, by its address with what it asks for."""
    client = caller(world.sessions["superuser"], is_app=False)
    waiting, seen, kinds = ["/admin/"], {}, Counter[str]()
    while waiting:
        address = waiting.pop()
        kind = NUMBER.sub("N", address)
        if address in seen or kinds[kind] == OF_A_KIND:
            continue
        kinds[kind] += 1
        came = client.get(address, follow=True)
        seen[address] = Answer(came.status_code, {}, came.content.decode())
        folder = address.partition("?")[0]
        for link in (one.replace("&amp;", "&") for one in LINK.findall(seen[address].text)):
            target = folder + link if link.startswith("?") else link
            if target.startswith("/admin/") and target not in LEAVES and not SAME.search(target):
                waiting.append(target)
    return seen


def test_m1_k6_no_page_that_operators_can_reach_shows_anything_of_anybodys(world: World):
    pages = pages_of_operators(world)
    assert f"/admin/care/therapist/{world.people['therapist'].pk}/change/" in pages
    assert any(re.fullmatch(r"/admin/accounts/user/\d+/change/", address) for address in pages)
    shown = {address: found for address, page in pages.items() if (found := world.seen_in(page) - MAY_SEE)}
    assert not shown
    for secret in SECRETS.keys() & NEVER_SHOWN:
        assert not any(SECRETS[secret] in page.text for page in pages.values())
