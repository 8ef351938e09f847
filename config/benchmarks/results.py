"""What a benchmark says: figures of each contender, ratios between them, and whether they reach what is promised."""

from dataclasses import asdict, dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True)
class Figures:
    """One contender: medians over the rounds. CPU seconds are the server's alone."""

    requests: int
    per_cpu_second: float
    per_second: float
    errors: int = 0
    p50_ms: float = 0.0
    p99_ms: float = 0.0


@dataclass(frozen=True)
class Promise:
    """A ratio and the bound it must keep: at least (>=) or at most (<=)."""

    name: str
    value: float
    sign: str
    must: float
    aim: float | None = None

    @property
    def is_kept(self) -> bool:
        return self._reaches(self.must)

    @property
    def reaches_aim(self) -> bool:
        return self.aim is None or self._reaches(self.aim)

    def _reaches(self, bound: float) -> bool:
        return self.value >= bound if self.sign == ">=" else self.value <= bound


@dataclass(frozen=True)
class Result:
    name: str
    work: str
    contenders: dict[str, Figures]
    promises: list[Promise]
    versions: dict[str, str] = field(default_factory=dict)

    @property
    def is_kept(self) -> bool:
        return all(promise.is_kept for promise in self.promises)

    def as_json(self) -> dict[str, Any]:
        promises = [asdict(one) | {"is_kept": one.is_kept, "reaches_aim": one.reaches_aim} for one in self.promises]
        return {**asdict(self), "promises": promises, "is_kept": self.is_kept}


def middle(rounds: list[Figures]) -> Figures:
    """The median of each figure over interleaved rounds; requests and errors are summed."""
    return Figures(
        requests=sum(one.requests for one in rounds),
        errors=sum(one.errors for one in rounds),
        per_cpu_second=median(one.per_cpu_second for one in rounds),
        per_second=median(one.per_second for one in rounds),
        p50_ms=median(one.p50_ms for one in rounds),
        p99_ms=median(one.p99_ms for one in rounds),
    )
