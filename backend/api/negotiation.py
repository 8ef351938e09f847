"""Which form an answer takes. There is one, JSON; the usual ways of asking for it are seen at a glance."""

from collections.abc import Iterable

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

_PLAIN = frozenset({None, "*/*", "application/json", "application/json, */*", "application/json, text/plain, */*"})


class PlainNegotiation(DefaultContentNegotiation):
    """Falls back to the framework's full reading of Accept, and so to a 406, for anything unusual."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        if request.META.get("HTTP_ACCEPT") in _PLAIN and format_suffix is None:
            first = next(iter(renderers))
            return first, str(first.media_type)
        renderer, media_type = super().select_renderer(request, renderers, format_suffix)
        return renderer, media_type
