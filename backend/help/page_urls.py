from django.urls import path

from backend.help import pages

urlpatterns = [path("help/", pages.help_page, name="help")]
