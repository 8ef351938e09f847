"""The pictures of the README can be taken again from a running demo."""

import pytest

from backend import clock
from config.demo.people import make_demo_people
from config.management.commands.screenshots import PICTURES, take

pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_every_picture_is_taken_and_stays_small(browser, site, transactional_db, tmp_path):
    make_demo_people(now=clock.now())
    taken = take(browser, address=site, folder=tmp_path)
    assert [path.stem for path in taken] == [picture.name for picture in PICTURES]
    assert all(10_000 < path.stat().st_size < 200_000 for path in taken)
