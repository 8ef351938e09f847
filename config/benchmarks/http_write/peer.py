# mypy: ignore-errors
# (a Django project of its own: the type checker knows only one set of settings)
"""The peer: the same write as a tutorial would have it. ModelSerializer, TokenAuthentication, update_or_create.

A project of its own in one file, with its own settings and table; nothing of Ebb's is imported.
"""

import os

import dj_database_url
import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.urls import path

if not settings.configured:
    settings.configure(
        SECRET_KEY="bench",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "rest_framework.authtoken"],
        MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.common.CommonMiddleware"],
        REST_FRAMEWORK={
            "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.TokenAuthentication"],
            "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
            "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        },
        DATABASES={"default": dj_database_url.parse(os.environ["DATABASE_URL"], conn_max_age=None)},
    )
    django.setup()

from django.db import models
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView


class PlainCheckIn(models.Model):
    person = models.ForeignKey("auth.User", on_delete=models.CASCADE)
    day = models.DateField()
    closeness_felt = models.SmallIntegerField()
    closeness_wanted = models.SmallIntegerField()
    space_wanted = models.SmallIntegerField()
    tension = models.SmallIntegerField(null=True)
    note = models.TextField(blank=True)

    class Meta:
        app_label = "auth"
        db_table = "bench_plaincheckin"
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="bench_one_per_day")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day}"


class PlainSerializer(serializers.ModelSerializer[PlainCheckIn]):
    class Meta:
        model = PlainCheckIn
        fields = ("closeness_felt", "closeness_wanted", "space_wanted", "tension", "note")


class PlainView(APIView):
    def put(self, request: Request, day: str) -> Response:
        form = PlainSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        row, _ = PlainCheckIn.objects.update_or_create(person=request.user, day=day, defaults=form.validated_data)
        return Response(PlainSerializer(row).data)


class Healthy(APIView):
    authentication_classes = ()
    permission_classes = ()

    def get(self, request: Request) -> Response:
        return Response({})


urlpatterns = [path("check-ins/<str:day>/", PlainView.as_view()), path("healthz", Healthy.as_view())]
application = get_wsgi_application()
