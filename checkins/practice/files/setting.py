"""Sets a sheet as PDF/UA-1: tagged, with its language and title, readable to whoever cannot see it. Needs no program of the system's."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst

SOURCE = Path(__file__).with_name("sheet.typ")


class Unsettable(Exception):
    """Something on the sheet cannot be set so that everybody can read it."""


def set_in_type(*ways: dict[str, Any]) -> bytes:
    """The file, of the first of these ways to say it that can be set. Raises Unsettable.

    A letter that no typeface of the machine has would be unreadable, and the standard refuses it.
    """
    refused: typst.TypstError | None = None
    for content in ways:
        try:
            return _set(content)
        except typst.TypstError as error:
            refused = error
    raise Unsettable from refused


def _set(content: dict[str, Any]) -> bytes:
    return typst.compile(_source(), format="pdf", pdf_standards=["ua-1"], sys_inputs={"content": json.dumps(content)})


@cache
def _source() -> bytes:
    return SOURCE.read_bytes()
