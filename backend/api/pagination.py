"""Pages of a list, by cursor: adding a row never repeats or skips one."""

from typing import Any

from django.core.exceptions import ValidationError
from rest_framework.pagination import CursorPagination

from backend.errors import NotFound


class _Pages(CursorPagination):
    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any] | None:
        """One page. A cursor that somebody made up points nowhere: NotFound."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except ValidationError as error:
            raise NotFound from error


class DayPagination(_Pages):
    page_size = 60
    ordering = "-day"


class NewestFirst(_Pages):
    page_size = 30
    ordering = "-slot_at"
