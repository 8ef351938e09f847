"""docs/reference/api.md lists every address of the API with its methods, and no other."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.urls import URLResolver, get_resolver

PAGE = Path(__file__).resolve().parents[2] / "docs/reference/api.md"
ROW = re.compile(r"^\| `([a-z/<>-]+/)` \| ([A-Z ]+) \|", re.MULTILINE)
EVERYWHERE = {"HEAD", "OPTIONS"}


def routes(resolver: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for one in resolver.url_patterns:
        path = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from routes(one, path)
        else:
            yield path, one.callback


def methods_of(view: Any) -> set[str]:
    return {name.upper() for name in view.cls.http_method_names if hasattr(view.cls, name)} - EVERYWHERE


def plain(path: str) -> str:
    return re.sub(r"<[^>]*>", "<>", path)


def test_each_address_and_its_methods_are_listed():
    served = {
        plain(path.removeprefix("api/v1/")): methods_of(view)
        for path, view in routes(get_resolver())
        if path.startswith("api/v1/") and hasattr(view, "cls")
    }
    listed = {plain(path): set(methods.split()) for path, methods in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert listed == served
