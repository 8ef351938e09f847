from django.urls import path

from notifications import pages

urlpatterns = [
    path("words/", pages.words, name="words"),
    path("words/mute/", pages.mute, name="words-mute"),
    path("words/<uuid:prompt_id>/", pages.word, name="word"),
    path("you/reminders/", pages.reminders, name="you-reminders"),
    path("stop-mail/<str:token>/", pages.stop_mail, name="stop-mail"),
    path("you/devices/", pages.devices, name="you-devices"),
    path("you/devices/<uuid:device_id>/name/", pages.name, name="you-device-name"),
    path("you/devices/<uuid:device_id>/test/", pages.test, name="you-device-test"),
    path("you/devices/<uuid:device_id>/revoke/", pages.revoke, name="you-device-revoke"),
]
