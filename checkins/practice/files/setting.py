"""Sets a sheet as PDF/UA-1: tagged, with its language and title, readable to whoever cannot see it. Needs no program of the system's."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import typst
from django.utils.translation import gettext, override

SOURCE = Path(__file__).with_name("sheet.typ")


class Unsettable(Exception):
    """Something on the sheet cannot be set so that everybody can read it."""


def set_in_type(content: dict[str, Any]) -> bytes:
    """The file. Raises Unsettable.

    A name whose letters no typeface of the machine has would be unreadable, and the standard refuses it: such names give way to
    words for one of two.
    """
    try:
        return _set(content)
    except typst.TypstError:
        with override(content["language"]):
            neutral = [gettext("One partner"), gettext("The other partner")]
        return _set_or_refuse(content, neutral)


def _set_or_refuse(content: dict[str, Any], neutral: list[str]) -> bytes:
    said = json.dumps(content)
    for name, words in zip(content["names"], neutral, strict=True):
        said = said.replace(json.dumps(name)[1:-1], json.dumps(words)[1:-1])
    try:
        return _set(json.loads(said))
    except typst.TypstError as error:
        raise Unsettable from error


def _set(content: dict[str, Any]) -> bytes:
    return typst.compile(_source(), format="pdf", pdf_standards=["ua-1"], sys_inputs={"content": json.dumps(content)})


@cache
def _source() -> bytes:
    return SOURCE.read_bytes()
