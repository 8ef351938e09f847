from django.urls import path

from checkins.practice import api

urlpatterns = [
    path("practice/", api.Links.as_view(), name="practice-api"),
    path("practice/<uuid:link_id>/periods/", api.Periods.as_view(), name="practice-api-periods"),
]
