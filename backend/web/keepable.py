"""Pages that a browser may keep for later, because they look the same for everybody."""

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

Page = Callable[[HttpRequest], HttpResponse]


def keepable(page: Page) -> Page:
    """With `?language=` in its address, the page is rendered in that language, and as nobody in particular."""

    @wraps(page)
    def rendered(request: HttpRequest) -> HttpResponse:
        language = request.GET.get("language")
        if language not in dict(settings.LANGUAGES):
            return page(request)
        request.is_for_anybody = True  # type: ignore[attr-defined]  # read by every_page()
        with translation.override(language):
            return page(request)

    return rendered
