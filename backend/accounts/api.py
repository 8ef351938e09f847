"""The person's own account."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from backend import clock
from backend.accounts import services
from backend.accounts.requests import PersonCall
from backend.accounts.zones import check_zone
from backend.api.serializers import StrictSerializer, TextField


class MeInput(StrictSerializer):
    name = TextField(max_length=40, allow_blank=True, required=False)
    timezone = TextField(max_length=64, validators=[check_zone], required=False)
    language = serializers.ChoiceField(choices=[code for code, _ in settings.LANGUAGES], required=False)


class MeOutput(serializers.Serializer[Any]):
    email = serializers.EmailField()
    name = serializers.CharField()
    timezone = serializers.CharField()
    language = serializers.ChoiceField(choices=[code for code, _ in settings.LANGUAGES])


class Me(APIView):
    @extend_schema(operation_id="me_read", responses=MeOutput)
    def get(self, request: PersonCall) -> Response:
        return Response(MeOutput(request.user).data)

    @extend_schema(operation_id="me_change", request=MeInput, responses=MeOutput)
    def patch(self, request: PersonCall) -> Response:
        form = MeInput(data=request.data)
        form.is_valid(raise_exception=True)
        person = services.update_profile(person=request.user, now=clock.now(), **form.validated_data)
        return Response(MeOutput(person).data)
