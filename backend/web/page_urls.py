from django.urls import URLPattern, path

from backend.web import pages
from backend.web.faces import NEUTRAL, OWN

urlpatterns: list[URLPattern] = [
    path("manifest.webmanifest", pages.manifest, {"face": OWN}, name=OWN.manifest),
    path("notes.webmanifest", pages.manifest, {"face": NEUTRAL}, name=NEUTRAL.manifest),
    path("install/", pages.install, name="install"),
]
