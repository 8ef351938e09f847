"""`replay`: all days of many couples, read from the database and worked out."""

import tempfile
from collections.abc import Mapping
from typing import Any

from config.benchmarks.child import Say, figures_of
from config.benchmarks.results import Figures, Promise, Result
from config.benchmarks.settings import production_like
from config.scratch import run, scratch_database

# A fiftieth of what is promised for: couples are read in batches of one size, so that what one costs does not depend on how many there are.
COUPLES = 2_000
DAYS = 180


def replay(*, say: Say, rounds: int = 5, couples: int = COUPLES, days: int = DAYS) -> Result:
    """Runs a few minutes at full size, most of them for writing the answers. Raises DidNotStart."""
    rounds = min(rounds, 5)  # each takes all couples once
    with scratch_database("bench") as surroundings, tempfile.TemporaryDirectory(prefix="ebb-bench-") as folder:
        environment = {**surroundings, **production_like(folder)}
        say("preparing tables")
        run(["manage.py", "migrate", "--noinput"], environment)
        measured = figures_of("config.benchmarks.replay.rounds", [couples, days, rounds], environment, say=say)
    said = f"{days} days of {couples:,} couples, {measured['answers']:,} answers, {rounds} rounds; requests are couple-days"
    return result_of(measured, work=said)


def result_of(measured: Mapping[str, Any], *, work: str) -> Result:
    """What was promised, beside what was measured."""
    figures = {name: Figures(**one) for name, one in measured["contenders"].items()}
    reading, arithmetic = figures["reading"], figures["arithmetic"]
    return Result(
        name="replay",
        work=work,
        contenders=figures,
        promises=[
            Promise("time of reading, of the arithmetic", arithmetic.per_second / reading.per_second, "<=", 1.5, 1.0),
            Promise("couple-days read per second, of row by row", reading.per_second / figures["row by row"].per_second, ">=", 5.0),
            Promise("answers read otherwise than they were written", measured["wrong"], "<=", 0),
        ],
        versions=measured["versions"],
    )
