from django.urls import path, register_converter

from checkins import pages
from checkins.converters import DayConverter

register_converter(DayConverter, "own_day")

urlpatterns = [
    path("tonight/", pages.tonight, name="tonight"),
    path("history/", pages.history, name="history"),
    path("history/<own_day:day>/delete/", pages.delete, name="history-delete"),
    path("together/", pages.together, name="together"),
]
