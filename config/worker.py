"""The service worker: one script that joins the part of each package, and names what it keeps for later.

Served from the root, since a worker looks after the pages beside and below its address. Its text changes whenever anything
it keeps does, so that a browser that looks at it notices every new version.
"""

import hashlib
import json
from collections.abc import Callable
from functools import cache
from itertools import product

from django.conf import settings
from django.http import HttpRequest, HttpResponse, QueryDict
from django.templatetags.static import static
from django.urls import resolve, reverse
from django.utils.http import urlencode
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from backend.web.faces import FACES

PARTS = ("web/shell.js", "notifications/sw.js", "checkins/later.js")
FILES = (
    "web/cover.js",
    "web/asking.js",
    "web/ebb.css",
    "web/guard.js",
    "web/leave.js",
    "web/phone.js",
    "web/store.js",
    "checkins/days.js",
    "checkins/sending.js",
    "checkins/sliders.js",
    "checkins/tonight.js",
    *(f"{face.icons}{end}" for face in FACES.values() for end in (".svg", "-180.png", "-192.png")),
)
PAGES = ("offline", "help")
"""Pages that are kept, by the names of their addresses: they look the same for everybody."""


@require_safe
@cache_control(no_cache=True)
def service_worker(_request: HttpRequest) -> HttpResponse:
    return HttpResponse(script(), content_type="text/javascript; charset=utf-8")


@cache
def script() -> str:
    """The whole worker. Worked out once per process: a new version is a new process."""
    first, *others = (static(part) for part in PARTS)
    pages = {address: _as_everybody_gets_it(address) for address in _addresses()}
    shell = {
        "files": [static(file) for file in FILES],
        "pages": list(pages),
        "home": reverse("tonight"),
        "offline": reverse("offline"),
    }
    version = hashlib.sha256(json.dumps([first, *others, shell, *map(_digest, pages.values())]).encode()).hexdigest()[:12]
    imports = [f'import {{ keepShell }} from "{first}";', *(f'import "{one}";' for one in others)]
    return "\n".join([*imports, f"keepShell({json.dumps({'version': version, **shell})});", ""])


def _addresses() -> list[str]:
    """Each page in every language, under every name that the app may show."""
    languages = [code for code, _ in settings.LANGUAGES]
    return [
        f"{reverse(page)}?{urlencode({'language': language, 'face': face})}" for page, language, face in product(PAGES, languages, FACES)
    ]


def _as_everybody_gets_it(address: str) -> bytes:
    path, _, query = address.partition("?")
    request = HttpRequest()
    request.method, request.path, request.path_info, request.GET = "GET", path, path, QueryDict(query)
    page: Callable[..., HttpResponse] = resolve(path).func
    return page(request).content


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
