"""What every page may name without asking for it."""

from django.conf import settings
from django.http import HttpRequest

from backend.web.faces import face_of


def every_page(request: HttpRequest) -> dict[str, object]:
    return {
        "demo_mode": settings.DEMO_MODE,
        "quick_exit_url": settings.QUICK_EXIT_URL,
        "face": face_of(request),
        "anybody": getattr(request, "is_for_anybody", False),
    }
