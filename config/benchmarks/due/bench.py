"""`due`: who is due among a million, claimed by Ebb, by bare statements, by the ORM in bulk and a row at a time."""

import os
import platform
import tempfile
from importlib.metadata import version

from config.benchmarks.child import Say, figures_of
from config.benchmarks.results import Figures, Promise, Result
from config.benchmarks.settings import production_like
from config.scratch import run, scratch_database

PEOPLE = 1_000_000
DUE = 200_000
ZONES = 400


def due(*, say: Say, rounds: int = 5, people: int = PEOPLE, due_people: int = DUE) -> Result:
    """Runs several minutes at full size, most of them for making the people. Raises DidNotStart."""
    with scratch_database("bench") as surroundings, tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder:
        environment = {**surroundings, **production_like(folder)}
        say("preparing tables")
        run(["manage.py", "migrate", "--noinput"], environment)
        rounds = min(rounds, 5)  # few and large, since two hundred thousand are due at once
        measured = figures_of("config.benchmarks.due.rounds", [people, due_people, ZONES, rounds], environment, say=say)
    figures = {name: Figures(**one) for name, one in measured["contenders"].items()}
    ebb, bare = figures["ebb"], figures["bare statements"]
    return Result(
        name="due",
        work=f"{due_people:,} of {people:,} people due, {ZONES} zones, {rounds} rounds; one delivery each",
        contenders=figures,
        promises=[
            Promise("ms that a sweep takes which finds nobody", measured["idle_ms"], "<=", 1.0),
            Promise("people per second, of the bare statements", ebb.per_second / bare.per_second, ">=", 0.6, 0.8),
            Promise("people per second, of the ORM in bulk", ebb.per_second / figures["ORM in bulk"].per_second, ">=", 10.0),
            Promise("people without exactly one delivery", measured["wrong"], "<=", 0),
        ],
        versions={
            "python": platform.python_version(),
            "postgresql": measured["postgresql"],
            "cpus": str(os.cpu_count()),
            **{name: version(name) for name in ("django", "psycopg")},
        },
    )
