"""What every page may name without asking for it."""

from django.conf import settings
from django.http import HttpRequest


def every_page(_request: HttpRequest) -> dict[str, object]:
    return {"demo_mode": settings.DEMO_MODE, "quick_exit_url": settings.QUICK_EXIT_URL}
