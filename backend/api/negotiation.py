"""Which form an answer takes. There is one, JSON; the usual ways of asking for it are seen at a glance."""

from collections.abc import Sequence
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_PLAIN = frozenset({None, "*/*", "application/json", "application/json, */*", "application/json, text/plain, */*"})


class PlainNegotiation(DefaultContentNegotiation):
    """Falls back to the framework's full reading of Accept, and so to a 406, for anything unusual."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        if len(renderers) == 1 and format_suffix is None and request.META.get("HTTP_ACCEPT") in _PLAIN:
            return renderers[0], renderers[0].media_type
        chosen: Any = super().select_renderer(request, renderers, format_suffix)
        return chosen
