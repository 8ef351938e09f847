"""Contenders measured in turns, so that what else the machine does falls on all alike."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from statistics import median

from config.benchmarks.child import Spent, measured, tell

Contenders = Mapping[str, tuple[int, Callable[[], object]]]
"""Each with how much it does at a time: the slow ones get less, and rates compare all the same."""


def in_turns(contenders: Contenders, rounds: int) -> dict[str, dict[str, float]]:
    """Medians of each contender's rates, in the words of `results.Figures`."""
    rates: dict[str, list[tuple[float, float]]] = defaultdict(list)
    for turn in range(rounds):
        tell(f"round {turn + 1} of {rounds}")
        for name, (size, work) in contenders.items():
            spent = Spent()
            with measured(spent):
                work()
            rates[name].append((size / spent.wall, size / max(spent.cpu, 1e-9)))
    return {
        name: {
            "requests": size * rounds,
            "per_second": median(rate for rate, _ in rates[name]),
            "per_cpu_second": median(rate for _, rate in rates[name]),
        }
        for name, (size, _) in contenders.items()
    }
