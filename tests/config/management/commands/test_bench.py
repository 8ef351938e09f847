"""The command that runs the benchmarks. What they measure is theirs."""

import pytest
from django.core.management import call_command

from config.benchmarks.results import Result
from config.management.commands import bench

asked: list[tuple[str, bool]] = []


def of_a_part(*, say: object, rounds: int, full: bool = False) -> Result:
    asked.append(("part", full))
    return Result("part", "nothing", {}, [])


def always_whole(*, say: object, rounds: int) -> Result:
    asked.append(("whole", True))
    return Result("whole", "nothing", {}, [])


@pytest.fixture(autouse=True)
def _benchmarks(monkeypatch: pytest.MonkeyPatch) -> None:
    asked.clear()
    monkeypatch.setattr(bench, "BENCHMARKS", {"part": f"{__name__}.of_a_part", "whole": f"{__name__}.always_whole"})


@pytest.mark.parametrize("full", [False, True])
def test_full_size_is_asked_of_those_that_measure_a_part(full: bool, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("bench", full=full)

    assert asked == [("part", full), ("whole", True)]
