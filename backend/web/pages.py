"""What belongs to the site as a whole: the manifests that let a phone install it, and how that is done."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.utils.translation import get_language
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_http_methods, require_safe

from backend.web.faces import COOKIE, FACES, KEPT_SECONDS, OWN, Face


@require_safe
@cache_control(public=True, max_age=3600)
def manifest(_request: HttpRequest, face: Face) -> JsonResponse:
    """The web app manifest (https://www.w3.org/TR/appmanifest/). It names the app and says nothing of what it is for."""
    icons = [{"src": static(f"{face.icons}-{size}.png"), "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)]
    body = {
        "id": face.manifest_id,
        "name": face.name,
        "short_name": face.name,
        "start_url": "/tonight/",
        "scope": "/",
        "display": "standalone",
        "lang": get_language(),
        "background_color": "#faf7f2",
        "theme_color": "#faf7f2",
        "icons": [*icons, {**icons[1], "purpose": "maskable"}],
    }
    return JsonResponse(body, content_type="application/manifest+json")


@require_http_methods(["GET", "HEAD", "POST"])
def install(request: HttpRequest) -> HttpResponse:
    """How the app comes onto a phone. Its name and icon are chosen before, since a phone keeps those it was given."""
    if request.method == "POST":
        answer = redirect("install")
        chosen = FACES.get(request.POST.get("face", ""), OWN)
        answer.set_cookie(COOKIE, chosen.key, max_age=KEPT_SECONDS, secure=settings.SECURE, httponly=True, samesite="Lax")
        return answer
    return render(request, "web/install.html", {"faces": FACES.values()})
