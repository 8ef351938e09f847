"""What every row of this package shares: it is one person's own, and its state moves by a table."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

from django.db import models

Row_co = TypeVar("Row_co", bound=models.Model, covariant=True)


class OwnQuerySet(models.QuerySet[Row_co]):
    """Rows with a `person`, which are that person's alone."""

    def visible_to(self, viewer: Any) -> Self:
        """Only the viewer's own rows, whoever the viewer is; nothing for somebody who is not signed in."""
        return self.filter(person_id=viewer.pk) if viewer.is_authenticated else self.none()


class MovingQuerySet(OwnQuerySet[Row_co]):
    """Rows whose `state` moves only as `moves` allows."""

    moves: ClassVar[Mapping[str, frozenset[str]]]

    def move(self, to: str, **changes: Any) -> int:
        """Moves the rows that may go to `to`, in one statement, and returns how many did.

        Fewer than expected means that somebody else moved them first.
        """
        return self.filter(state__in=self.sources_of(to)).update(state=to, **changes)

    @classmethod
    def sources_of(cls, to: str) -> list[str]:
        """The states from which `to` can be reached."""
        return sorted(state for state, targets in cls.moves.items() if to in targets)
