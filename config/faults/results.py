"""What a fault run says: figures, and for each thing that must hold its count beside the bound."""

import operator
from dataclasses import asdict, dataclass, field
from typing import Any

_HOLDS = {"=": operator.eq, "<=": operator.le, ">=": operator.ge}


@dataclass(frozen=True)
class Invariant:
    """One thing that must hold. `sign` is =, <= or >=."""

    name: str
    value: float
    sign: str
    bound: float

    @property
    def is_kept(self) -> bool:
        return bool(_HOLDS[self.sign](self.value, self.bound))


def none_of(name: str, count: int) -> Invariant:
    """Something that must not have happened once."""
    return Invariant(name, count, "=", 0)


@dataclass(frozen=True)
class Result:
    """How large the run was, what was seen, and what held."""

    figures: dict[str, float]
    invariants: list[Invariant] = field(default_factory=list)

    @property
    def is_kept(self) -> bool:
        """Also that anything was looked at: a run that counted nothing shows nothing."""
        return bool(self.invariants) and all(one.is_kept for one in self.invariants)

    def as_json(self) -> dict[str, Any]:
        invariants = [asdict(one) | {"is_kept": one.is_kept} for one in self.invariants]
        return {"figures": self.figures, "invariants": invariants, "is_kept": self.is_kept}
