from django.urls import path

from notifications import pages

urlpatterns = [
    path("sw.js", pages.service_worker, name="service-worker"),
    path("words/", pages.words, name="words"),
    path("words/mute/", pages.mute, name="words-mute"),
    path("words/<uuid:prompt_id>/", pages.word, name="word"),
    path("you/reminders/", pages.reminders, name="you-reminders"),
    path("you/devices/", pages.devices, name="you-devices"),
    path("you/devices/<uuid:device_id>/revoke/", pages.revoke, name="you-device-revoke"),
]
