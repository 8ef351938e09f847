"""Addresses of the API, below /api/v1/."""

from django.urls import path

from notifications import api

app_name = "notifications"
urlpatterns = [
    path("prompts/", api.Prompts.as_view(), name="prompts"),
    path("prompts/mute/", api.Mute.as_view(), name="mute"),
    path("prompts/<uuid:prompt_id>/", api.OnePrompt.as_view(), name="prompt"),
    path("prompts/<uuid:prompt_id>/reaction/", api.Reaction.as_view(), name="reaction"),
    path("reminders/", api.Reminders.as_view(), name="reminders"),
    path("reminders/days/", api.ReminderDays.as_view(), name="reminder-days"),
    path("devices/", api.Devices.as_view(), name="devices"),
    path("devices/push-key/", api.PushKey.as_view(), name="push-key"),
    path("devices/<uuid:device_id>/", api.OneDevice.as_view(), name="device"),
]
