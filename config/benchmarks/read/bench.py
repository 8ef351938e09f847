"""`http` read: the dashboard of a couple over twelve weeks, and a therapist's caseload, beside the plain way to send the same rows."""

import tempfile
from collections.abc import Mapping
from typing import Any

from config.benchmarks.child import Say, figures_of
from config.benchmarks.results import Figures, Promise, Result
from config.benchmarks.settings import production_like
from config.scratch import run, scratch_database


def read(*, say: Say, rounds: int = 15) -> Result:
    """Runs a minute or two. Raises DidNotStart."""
    with scratch_database("bench") as surroundings, tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder:
        environment = {**surroundings, **production_like(folder)}
        say("preparing tables")
        run(["manage.py", "migrate", "--noinput"], environment)
        measured = figures_of("config.benchmarks.read.rounds", [rounds], environment, say=say)
    return result_of(measured)


def result_of(measured: Mapping[str, Any]) -> Result:
    """What was promised, beside what was measured."""
    figures = {name: Figures(**one) for name, one in measured["contenders"].items()}
    ebb, couples, many = figures["ebb"], measured["couples"], measured["many"]
    return Result(
        name="read",
        work=f"a couple's dashboard, {measured['days']} days of two people, {measured['answers']} answers, from person to JSON in one "
        f"process; the weeks of {couples} couples over half a year, and of the last weeks alone, in couples",
        contenders=figures,
        promises=[
            Promise("dashboards per CPU second, of the peer", _ratio(figures, "ebb", "peer"), ">=", 6.0),
            Promise("time of a dashboard, of the floor", figures["floor"].per_second / ebb.per_second, "<=", 1.6, 1.3),
            Promise("queries more for a year than for four weeks", measured["more_queries"], "<=", 0),
            Promise(f"caseload of {couples} couples per CPU second, of the peer", _ratio(figures, "caseload", "its peer"), ">=", 20.0),
            Promise(f"queries more for {many} couples than for one, the log included", measured["more_queries_of_many"], "<=", 0),
        ],
        versions=measured["versions"],
    )


def _ratio(figures: Mapping[str, Figures], ours: str, peer: str) -> float:
    return figures[ours].per_cpu_second / figures[peer].per_cpu_second
