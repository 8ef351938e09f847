"""Every page has its pictures."""

from config.management.commands.screenshots import PAGES
from tests.project.access.calls import OWN
from tests.project.access.cells import declared

ELSEWHERE = ("api/", "_allauth/", "^", "admin/", "healthz", "readyz", "metrics", "sw.js", "manifest.", "notes.")
BEHIND_ANOTHER = {"accounts/reauthenticate/", "lock/", "you/lock/"}
"""Looks like the page it stands before, or is there for somebody with a PIN alone."""

FILES = {"you/therapists/reads/table/"}


def test_no_page_is_forgotten():
    pictured = {path.partition("?")[0].lstrip("/") for path in PAGES.values()}
    looked_at = {
        pattern
        for pattern, cells in declared().items()
        if not pattern.startswith(ELSEWHERE) and "<" not in pattern and cells["GET", OWN, "person"].outcome == "200"
    }
    assert looked_at - pictured - BEHIND_ANOTHER - FILES == set()
