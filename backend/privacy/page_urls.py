from django.urls import path

from backend.privacy import pages

urlpatterns = [
    path("you/delete/", pages.deletion, name="you-delete"),
    path("you/delete/copy/", pages.export, name="you-export"),
    path("deleted/", pages.deleted, name="deleted"),
]
