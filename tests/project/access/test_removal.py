"""Takes every permission check away, one at a time, and asks the matrix again: each removal must change a declared cell.

The checks are found by checks.py. One whose removal nothing notices fails here under its own name.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.contrib.admin.sites import all_sites

import backend
from config.faults.twins.routes import METHODS, OURS, Route, is_ours, routes
from config.operators import OPERATORS_SEE
from tests.project.access import checks
from tests.project.access.calls import call, objects_of
from tests.project.access.cells import declared
from tests.project.access.checks import Check
from tests.project.access.test_matrix import cell_of
from tests.project.access.world import ROLES, World

pytestmark = pytest.mark.django_db

Asked = dict[str, set[tuple[str, str]]]

SHOWN_BY_NO_ROUTE = {
    "accounts.User.visible_to": "a request brings its own account; no route looks another one up",
    "accounts.Agreement.visible_to": "written at sign-up, read by the export of one's own data alone",
    "checkins.Decision.visible_to": "nobody's: it would tell one partner about the other",
    "checkins.PatternDay.visible_to": "the ribbon asks for the state of a couple, and shows the days that go with it",
    "checkins.Episode.visible_to": "kept for the therapist's page and the effect estimate; the ribbon shows weeks",
    "notifications.AnswerToken.visible_to": "only its holder's word counts, and only a hash is kept",
    "notifications.ServiceLimit.visible_to": "says something about a push service, and about no person",
}
"""Checks on rows that no route asks, each with the reason why that is right."""

ASKED_TWICE = {
    "notifications.Delivery.visible_to": "only the deliveries of slots that were asked for as one's own are looked at",
    "couples.Couple.visible_to": "only the pattern of the couple that somebody is in is looked at",
    "checkins.Sheet.visible_to": "only the sheet of a link that was asked for as one's own is looked at",
}
"""Checks behind which another one stands, so that no cell changes without them."""

NOBODYS = {
    "backend.ClockOffset": "the demo clock",
    "couples.CodeAttempt": "counts tries at codes, for the limit alone",
    "checkins.Submission": "remembers a client's ids, so that a retry changes nothing",
    "notifications.Retirement": "which words rest; operators see it, and it says nothing of any person",
}
"""Models without a `visible_to`, since no row of theirs is ever shown."""

NO_ADDRESS_OF_ITS_OWN = {
    "operators: notifications.Retirement add": "no row is added by hand",
    "operators: notifications.Retirement delete": "no row is deleted by hand",
    "operators: notifications.Retirement change": "asked where an item is named; tests/notifications/test_admin.py asks it with one",
}
"""Permissions that no address without a query asks for, each with the reason."""

OPERATORS = [route for pattern, route in routes().items() if pattern.startswith("admin/")]
DOORS = {check.name: check for check in (*checks.of_doors(), *checks.of_operators())}
assert len(DOORS) == len([*checks.of_doors(), *checks.of_operators()]), "two checks share a name"
ROWS = {check.name: check for check in checks.of_rows()}


@pytest.fixture(scope="module")
def asked(world: World) -> Asked:
    """For each check on rows, the routes and methods that ask it."""
    found: Asked = defaultdict(set)
    used: set[str] = set()
    with pytest.MonkeyPatch.context() as patch:
        checks.record_use(patch, used)
        for route in routes().values():
            if not is_ours(route.view.__module__):
                continue
            for method in METHODS:
                used.clear()
                for role in ("outsider", "unpaired", "therapist"):
                    call(world, role, route, method, objects_of(route)[0])
                for name in used:
                    found[name].add((route.pattern, method))
    return found


def first_change(world: World, places: Iterable[tuple[Route, str]]) -> str | None:
    """The first declared cell that does not hold any more."""
    for route, method in places:
        for role in ROLES:
            for whose in objects_of(route):
                if cell_of(world, role, route, method, whose) != declared()[route.pattern][method, whose, role]:
                    return f"{method} {route.pattern} {whose} {role}"
    return None


@pytest.mark.parametrize("name", sorted(set(ROWS) - set(ASKED_TWICE)))
def test_m1_taking_a_check_on_rows_away_is_noticed(world: World, asked: Asked, monkeypatch: pytest.MonkeyPatch, name: str):
    if name in SHOWN_BY_NO_ROUTE:
        assert not asked[name], f"{name} is asked by {sorted(asked[name])}; take it out of SHOWN_BY_NO_ROUTE"
        return
    assert asked[name], f"no route asks {name}: use it where its rows are read, or say in SHOWN_BY_NO_ROUTE why none does"
    ROWS[name].remove(monkeypatch)
    places = [(routes()[pattern], method) for pattern, method in sorted(asked[name])]
    assert first_change(world, places), f"{name} can be taken away and no cell changes"


@pytest.mark.parametrize("name", sorted(set(DOORS) - set(NO_ADDRESS_OF_ITS_OWN)))
def test_m1_taking_a_check_at_a_door_away_is_noticed(world: World, monkeypatch: pytest.MonkeyPatch, name: str):
    check = DOORS[name]
    guarded = [check.route] if check.route else sorted(OPERATORS, key=lambda route: not route.pattern.startswith(check.address))
    check.remove(monkeypatch)
    assert first_change(world, [(route, method) for route in guarded for method in METHODS]), f"{name}: no cell changes"


def test_the_finder_finds_what_there_is():
    """Each kind of check is found at all, and nothing in SHOWN_BY_NO_ROUTE or NOBODYS has gone."""
    assert {name.rsplit(".", 1)[1] for name in ROWS} >= {"visible_to"}
    guarded = {check.route.pattern for check in DOORS.values() if check.route}
    asks = {
        pattern
        for pattern, cells in declared().items()
        for (_, _, role), cell in cells.items()
        if role == "anonymous" and (cell.outcome == "sign-in" or (cell.outcome == "401" and pattern.startswith("api/")))
    }
    # The operators' sign-in leads to that of everybody, by allauth's own hand.
    assert asks - guarded == {"admin/login/"}, "these ask for a sign-in in a way the finder does not see"
    assert set(SHOWN_BY_NO_ROUTE) <= set(ROWS)
    assert set(NO_ADDRESS_OF_ITS_OWN) <= set(DOORS)


def test_every_model_says_who_may_see_its_rows():
    without = {
        model._meta.label for model in checks.our_models() if "visible_to" not in dict.fromkeys(n for _, n in checks.viewer_methods(model))
    }
    assert without == set(NOBODYS)


def test_operators_are_shown_accounts_applications_and_which_words_rest_and_nothing_else():
    shown = {model._meta.label for site in all_sites for model in site._registry}
    assert shown == OPERATORS_SEE == {"accounts.User", "care.Therapist", "notifications.Retirement"}


def test_no_view_reads_rows_past_the_access_layer():
    """In every module of views, `Model.objects` is followed by a method that takes the viewer."""
    root = Path(backend.__file__).parent.parent
    files = [file for package in OURS for file in (root / package).rglob("*.py") if file.stem in ("api", "pages")]
    # The pages of demo mode show the made-up people to whoever starts it.
    modules = [file for file in files if "demo" not in file.parts]
    past = [f"{file.relative_to(root)}:{line}" for file in modules for line in lines_past_the_layer(file.read_text(encoding="utf-8"))]
    assert len(modules) > 8
    assert past == []
    assert lines_past_the_layer("Thing.objects.filter(pk=1)") == [1]


def lines_past_the_layer(source: str) -> list[int]:
    allowed = {name for model in checks.our_models() for _, name in checks.viewer_methods(model)}
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Attribute)
        and node.value.attr in ("objects", "_default_manager")
        and node.attr not in allowed
    ]


def test_m1_a_check_that_nothing_misses_would_be_named(world: World):
    """The test of this test: with all checks in place no cell has changed."""
    here = [(routes()["api/v1/devices/<uuid:device_id>/"], "DELETE"), (routes()["you/"], "GET")]
    assert first_change(world, here) is None
    assert Check("nothing", lambda patch: None).route is None
