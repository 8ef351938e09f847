"""What one check-in says, as a value: pure, comparable, and with one canonical form."""

import json
from dataclasses import dataclass, field
from datetime import date

LEVELS = ("closeness_felt", "closeness_wanted", "space_wanted")
SCALES = (*LEVELS, "tension")


@dataclass(frozen=True, kw_only=True)
class Answers:
    """A full answer has the three levels (0-10), a quick one has `quick`. Texts are NFC, None where nothing was written."""

    kind: str
    closeness_felt: int | None = None
    closeness_wanted: int | None = None
    space_wanted: int | None = None
    tension: int | None = None
    quick: str | None = None
    feelings: tuple[str, ...] = field(default=())
    note: str | None = None
    shared_line: str | None = None

    @property
    def is_quick(self) -> bool:
        return self.kind == "quick"

    def canonical(self, day: date) -> str:
        """The same text for the same answers to the same day, whatever order the fields came in."""
        said = [day.isoformat(), self.kind, *(getattr(self, name) for name in SCALES), self.quick]
        return json.dumps([*said, *self.feelings, self.note, self.shared_line], ensure_ascii=False)
