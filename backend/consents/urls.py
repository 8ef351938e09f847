from django.urls import path

from backend.consents import api

urlpatterns = [path("choices/", api.Choices.as_view(), name="choices")]
