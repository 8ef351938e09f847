from django.urls import URLPattern, path

from backend.web import pages

urlpatterns: list[URLPattern] = [
    path("manifest.webmanifest", pages.manifest, name="manifest"),
]
