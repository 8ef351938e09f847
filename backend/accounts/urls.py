from django.urls import path

from backend.accounts import api

urlpatterns = [path("me/", api.Me.as_view(), name="me")]
