from django.urls import path, register_converter

from checkins import api
from checkins.converters import DayConverter

register_converter(DayConverter, "day")

urlpatterns = [
    path("check-ins/", api.CheckIns.as_view(), name="check-ins"),
    path("check-ins/batch/", api.Batch.as_view(), name="check-ins-batch"),
    path("check-ins/<day:day>/", api.OneCheckIn.as_view(), name="check-in"),
    path("answers/", api.Answer.as_view(), name="answers"),
    path("dashboard/", api.Dashboard.as_view(), name="dashboard"),
]
