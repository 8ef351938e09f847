from django.urls import path, register_converter

from checkins import pages
from checkins.converters import DayConverter

register_converter(DayConverter, "own_day")

urlpatterns = [
    path("tonight/", pages.tonight, name="tonight"),
    path("offline/", pages.offline, name="offline"),
    path("history/", pages.history, name="history"),
    path("history/<own_day:day>/delete/", pages.delete, name="history-delete"),
    path("together/", pages.together, name="together"),
    path("you/sharing/preview/", pages.preview, name="sharing-preview"),
    path("you/sharing/what-a-prompt-tells/", pages.what_a_prompt_tells, name="what-a-prompt-tells"),
]
