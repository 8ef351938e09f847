"""What belongs to the site as a whole: the manifest that lets a phone install it."""

from django.http import HttpRequest, JsonResponse
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(_request: HttpRequest) -> JsonResponse:
    """The web app manifest (https://www.w3.org/TR/appmanifest/). It names the app and says nothing of what it is for."""
    icons = [{"src": static(f"web/icon-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)]
    body = {
        "id": "/",
        "name": "Ebb",
        "short_name": "Ebb",
        "start_url": "/tonight/",
        "scope": "/",
        "display": "standalone",
        "lang": get_language(),
        "background_color": "#faf7f2",
        "theme_color": "#faf7f2",
        "icons": [*icons, {**icons[1], "purpose": "maskable"}],
    }
    return JsonResponse(body, content_type="application/manifest+json")
