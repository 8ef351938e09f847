"""Every address of Ebb as it is in demo mode."""

from django.urls import include, path

from config.urls import handler404, handler500
from config.urls import urlpatterns as usual

urlpatterns = [*usual, path("demo/", include("config.demo.urls"))]

__all__ = ["handler404", "handler500", "urlpatterns"]
