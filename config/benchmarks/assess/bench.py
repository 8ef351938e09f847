"""`assess`: one closed day of a million couples, beside the memory that must be moved for it and a plain loop."""

from collections.abc import Mapping
from typing import Any

from config.benchmarks.child import Say, figures_of
from config.benchmarks.results import Figures, Promise, Result

COUPLES = 1_000_000


def assess(*, say: Say, rounds: int = 5, couples: int = COUPLES) -> Result:
    """Runs about a minute at full size, in a gigabyte and a half; no database. Raises DidNotStart."""
    rounds = min(rounds, 5)  # each takes all couples once
    measured = figures_of("config.benchmarks.assess.rounds", [couples, rounds], {}, say=say)
    return result_of(measured, work=f"one closed day of {couples:,} couples, {rounds} rounds, one core")


def result_of(measured: Mapping[str, Any], *, work: str) -> Result:
    """What was promised, beside what was measured."""
    figures = {name: Figures(**one) for name, one in measured["contenders"].items()}
    ebb = figures["ebb"]
    return Result(
        name="assess",
        work=work,
        contenders=figures,
        promises=[
            Promise("couples per CPU second, of a plain loop", ebb.per_cpu_second / figures["a plain loop"].per_cpu_second, ">=", 100.0),
            Promise("CPU time, of moving the memory", figures["memory moved"].per_cpu_second / ebb.per_cpu_second, "<=", 25.0, 15.0),
            Promise("CPU time of a couple among 200, us", 1e6 / figures["200 at once"].per_cpu_second, "<=", 60.0),
            Promise("CPU time of a couple alone, us", 1e6 / figures["one alone"].per_cpu_second, "<=", 60.0),
            Promise("the same after three years, of after a month", measured["three_years"], "<=", 1.25),
        ],
        versions=measured["versions"],
    )
