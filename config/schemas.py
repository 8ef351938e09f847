"""What is said of the API for signing in, which is allauth's: its schema, and a page to read it."""

import json
from functools import cache

from allauth.headless.spec.internal.schema import get_schema
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView


@require_safe
def sign_in(request: HttpRequest) -> HttpResponse:
    """Anybody may ask for it, so it is worked out once: reading its source takes longer than everything else here."""
    return HttpResponse(_sign_in(), content_type="application/vnd.oai.openapi+json")


class SignInDocs(SpectacularSwaggerSplitView):
    title = "Signing in to Ebb"
    url_name = "sign-in-schema"
    http_method_names = ("get", "head")


@cache
def _sign_in() -> bytes:
    return json.dumps(get_schema()).encode()
