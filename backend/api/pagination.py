"""Pages of a list, by cursor: adding a row never repeats or skips one."""

from rest_framework.pagination import CursorPagination


class DayPagination(CursorPagination):
    page_size = 60
    ordering = "-day"


class NewestFirst(CursorPagination):
    page_size = 30
    ordering = "-slot_at"
