"""Tables as files: written so that whatever opens them reads every cell as what it is."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import StringIO

from django.http import HttpResponse
from django.utils.functional import Promise

BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")

Cell = str | Promise | int | date | None


def table_file(columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, name: str) -> HttpResponse:
    """An RFC 4180 file to keep, with a heading, and with the mark by which spreadsheets know that it is UTF-8."""
    written = StringIO()
    writer = csv.writer(written)
    writer.writerow(columns)
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    response = HttpResponse(written.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8; header=present")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def harmless(cell: Cell) -> Cell:
    """A text that a spreadsheet would carry out as a formula gets an apostrophe in front, as OWASP advises."""
    return f"'{cell}" if isinstance(cell, str | Promise) and str(cell).startswith(BEGINS_A_FORMULA) else cell
