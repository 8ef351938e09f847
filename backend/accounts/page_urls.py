from django.urls import path

from backend.accounts import pages

urlpatterns = [
    path("", pages.landing, name="landing"),
    path("you/", pages.you, name="you"),
    path("you/profile/", pages.profile, name="you-profile"),
    path("you/private/", pages.private_mode, name="you-private"),
    path("lock/", pages.lock, name="lock"),
]
