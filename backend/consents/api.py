"""A person's own choices. Nobody else ever reads them, the partner least of all."""

from typing import Any

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from backend import clock
from backend.accounts.models import User
from backend.accounts.requests import PersonCall
from backend.api.serializers import StrictSerializer, TruthField
from backend.consents import queries, services
from backend.consents.models import Choice


class ChoicesInput(StrictSerializer):
    sharing = serializers.ChoiceField(choices=Choice.Sharing.choices, required=False)
    prompt_mode = serializers.ChoiceField(choices=Choice.PromptMode.choices, required=False)
    show_pattern = TruthField(required=False)
    paused = TruthField(required=False)
    safety = TruthField(required=False)


class ChoicesOutput(serializers.Serializer[Any]):
    sharing = serializers.ChoiceField(choices=Choice.Sharing.choices, allow_null=True)
    prompt_mode = serializers.ChoiceField(choices=Choice.PromptMode.choices, allow_null=True)
    show_pattern = serializers.BooleanField()
    paused = serializers.BooleanField()
    safety = serializers.BooleanField()


def choices_of(person: User) -> dict[str, Any]:
    """The person's choices as they see them; null is "not chosen yet"."""
    choice = queries.own_choice(person)
    return {
        "sharing": choice and choice.sharing,
        "prompt_mode": choice and choice.prompt_mode,
        "show_pattern": bool(choice and choice.show_pattern),
        "paused": queries.is_paused(person),
        "safety": queries.in_safety(person),
    }


class Choices(APIView):
    @extend_schema(operation_id="choices_read", responses=ChoicesOutput)
    def get(self, request: PersonCall) -> Response:
        return Response(ChoicesOutput(choices_of(request.user)).data)

    @extend_schema(operation_id="choices_change", request=ChoicesInput, responses=ChoicesOutput)
    def patch(self, request: PersonCall) -> Response:
        form = ChoicesInput(data=request.data)
        form.is_valid(raise_exception=True)
        changes, now, person = dict(form.validated_data), clock.now(), request.user
        with transaction.atomic():
            if "paused" in changes:
                (services.pause if changes.pop("paused") else services.resume)(person=person, now=now)
            if "safety" in changes:
                (services.enter_safety if changes.pop("safety") else services.leave_safety)(person=person, now=now)
            if changes:
                services.choose(person=person, now=now, **changes)
        return Response(ChoicesOutput(choices_of(person)).data)
