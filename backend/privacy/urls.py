from django.urls import path

from backend.privacy import api

urlpatterns = [
    path("me/export/", api.Export.as_view(), name="export"),
    path("me/deletion/", api.Deletion.as_view(), name="deletion"),
]
