"""The name and icon that the app shows on a phone: its own, or a neutral one that says nothing to whoever looks over."""

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

COOKIE = "face"
KEPT_SECONDS = 2 * 365 * 24 * 60 * 60


@dataclass(frozen=True, kw_only=True)
class Face:
    """One name with its icons: `icons` is how their files begin. Each is an app of its own to a phone."""

    key: str
    name: str | Promise
    icons: str
    manifest: str
    manifest_id: str


OWN = Face(key="ebb", name="Ebb", icons="web/icon", manifest="manifest", manifest_id="/")
NEUTRAL = Face(key="notes", name=_("Notes"), icons="web/notes", manifest="manifest-notes", manifest_id="/notes")
FACES = {face.key: face for face in (OWN, NEUTRAL)}


def face_of(request: HttpRequest) -> Face:
    """The face this browser chose; the address may ask for another, as the pages kept for later do."""
    return FACES.get(request.GET.get("face") or request.COOKIES.get(COOKIE, ""), OWN)
