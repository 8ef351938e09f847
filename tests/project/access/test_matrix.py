"""M1: every route of the resolver, asked by everybody with every method, answers as cells.toml declares, and only so.

Every call runs in one world (world.py) and is undone. A route without declared cells fails, and so does a declared cell whose
route is gone. What an answer shows of Selma's things is part of the cell.
"""

import pytest

from config.faults.twins.routes import METHODS, Route, routes
from tests.project.access.calls import MISSING, OWN, THEIRS, call, objects_of, outcome, things_of
from tests.project.access.cells import Cell, declared, read_line
from tests.project.access.world import MARKS, ROLES, SECRETS, World

pytestmark = pytest.mark.django_db

NEVER_SHOWN = {"endpoint", "keys"}
"""What the server keeps of a person and shows to nobody, not even to them."""
OF_THE_THERAPIST = {"care label", "care note", "care session", "sheet"}
"""What a therapist wrote about her, or had made, and reads alone."""


def test_m1_every_route_has_declared_cells_and_every_declared_cell_a_route():
    missing, gone = set(routes()) - set(declared()), set(declared()) - set(routes())
    assert not missing, f"declare in cells.toml who gets what from {sorted(missing)}"
    assert not gone, f"these routes are gone; take them out of cells.toml: {sorted(gone)}"


@pytest.mark.parametrize("pattern", sorted(routes()))
def test_m1_a_route_answers_everybody_as_declared(world: World, pattern: str):
    route = routes()[pattern]
    cells = declared().get(pattern, {})
    wrong = []
    for method in METHODS:
        for whose in objects_of(route):
            for role in ROLES:
                found, wanted = cell_of(world, role, route, method, whose), cells.get((method, whose, role))
                if found != wanted:
                    wrong.append(f"{method} {whose}: {role} gets {found}, declared is {wanted}")
    assert not wrong, f"{pattern}\n" + "\n".join(wrong)


def cell_of(world: World, role: str, route: Route, method: str, whose: str) -> Cell:
    answer = call(world, role, route, method, whose)
    return Cell(outcome(answer), world.seen_in(answer))


@pytest.mark.parametrize("pattern", sorted(pattern for pattern, route in routes().items() if THEIRS in objects_of(route)))
def test_m1_somebody_elses_thing_is_answered_with_the_same_bytes_as_nothing(world: World, pattern: str):
    route = routes()[pattern]
    refused = [key for key, cell in declared()[pattern].items() if key[1] == THEIRS and cell.outcome == "404"]
    if not refused:
        assert pattern.startswith("admin/"), "an address that names a person's thing is refused to somebody"
    for method, whose, role in refused:
        assert call(world, role, route, method, whose) == call(world, role, route, method, MISSING), (method, role)


def test_m1_every_secret_is_one_that_its_owner_finds_somewhere(world: World):
    """Otherwise the absence of a secret elsewhere would show nothing."""
    found = {name for cells in declared().values() for (_, _, role), cell in cells.items() if role == "person" for name in cell.sees}
    assert found == set(world.secrets) - NEVER_SHOWN - OF_THE_THERAPIST
    assert set(SECRETS) | set(MARKS) <= set(world.secrets)


def test_m1_nobody_unrelated_is_ever_shown_anything_of_selmas():
    """Read off the declared cells, so that a careless line is noticed: an exception has to be added here too."""
    shown: dict[str, set[str]] = {}
    for cells in declared().values():
        for (_, _, role), cell in cells.items():
            if role != "person":
                shown.setdefault(role, set()).update(cell.sees - set(MARKS))
    assert {role: names for role, names in shown.items() if names} == {
        "partner": {"name", "levels", "line", "pattern", "reads"},  # what she chose to share, the pattern both opted in to, their log
        "therapist": {"name", "levels", "reads", *OF_THE_THERAPIST},  # what both allow, and the therapist's own
        "superuser": {"e-mail"},  # the list of accounts
    }


def test_m1_anonymous_gets_in_only_where_anybody_may():
    """The doors of trust.md: sign-in, sign-up, reset, the invitation's page, answering by token, docs, health, files."""
    doors = (
        "accounts/",
        "_allauth/",
        "^_allauth/openapi",
        "api/docs/",
        "api/v1/schema/",
        "api/v1/answers/",
        "invitation/",
        "healthz",
        "readyz",
    )
    files = ("", "manifest.webmanifest", "notes.webmanifest", "sw.js", "install/", "offline/", "deleted/", "help/")
    inside = {
        (method, pattern)
        for pattern, cells in declared().items()
        for (method, _, role), cell in cells.items()
        if role == "anonymous" and cell.outcome.startswith("2")
    }
    assert {pattern for _, pattern in inside if not pattern.startswith(doors) and pattern not in files} == set()


def test_a_line_that_leaves_a_role_out_cannot_be_read():
    assert read_line("anonymous 401, others 200 | person sees note, line")["person"] == Cell("200", frozenset({"note", "line"}))
    with pytest.raises(ValueError, match="leaves out a role"):
        read_line("anonymous 401, person 200")


def test_own_things_and_selmas_are_different_addresses_for_everybody_else(world: World):
    for pattern, route in routes().items():
        if THEIRS in objects_of(route) and not pattern.startswith("admin/"):
            for role in ROLES[3:]:
                own, theirs = (route.address(things_of(world, role, whose)) for whose in (OWN, THEIRS))
                assert own != theirs, (pattern, role)
