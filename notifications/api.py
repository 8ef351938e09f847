"""Prompts, reminders and devices, for apps. Every row here is its person's own; to anybody else it does not exist."""

from typing import Any
from uuid import UUID

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from backend import clock
from backend.accounts.requests import PersonCall
from backend.api.authentication import changed_session
from backend.api.pagination import NewestFirst
from backend.api.serializers import StrictSerializer, TextField, TruthField, WholeNumberField
from backend.errors import NotFound
from notifications import queries, services
from notifications.channels.vapid import application_server_key
from notifications.models import Delivery, Device, Preference, Prompt, ReminderSlot
from notifications.reasons import explain, explain_rhythm
from notifications.words import loader

MUTE_DAYS = (0, 7)
REMINDER_DAYS = 30
CURSOR = OpenApiParameter("cursor", OpenApiTypes.STR, description="As in `next` and `previous`.")
HOUR = "%H:%M"


class PromptOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    arrived_at = serializers.DateTimeField()
    title = serializers.CharField()
    body = serializers.CharField()
    step = serializers.CharField(allow_null=True, help_text="One small thing to try, or none.")
    minutes = serializers.IntegerField(allow_null=True, help_text="The span that the step names, for a timer; or none.")
    language = serializers.CharField()
    reaction = serializers.ChoiceField(choices=Prompt.Reaction.choices, allow_null=True)


class PromptPage(serializers.Serializer[Any]):
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PromptOutput(many=True)


class ReactionInput(StrictSerializer):
    reaction = serializers.ChoiceField(choices=Prompt.Reaction.choices, allow_null=True)


class MuteInput(StrictSerializer):
    days = WholeNumberField(help_text="7 for a week without prompts, 0 to lift it.")

    def validate_days(self, days: int) -> int:
        if days not in MUTE_DAYS:
            raise serializers.ValidationError("7 or 0.", code="out-of-range")
        return days


class MuteOutput(serializers.Serializer[Any]):
    muted_until = serializers.DateTimeField(allow_null=True)


class HourField(serializers.TimeField):
    """A wall-clock time, "20:00"."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format=HOUR, input_formats=[HOUR], **options)

    def to_internal_value(self, value: Any) -> Any:
        if type(value) is not str:
            self.fail("invalid", format="hh:mm")
        return super().to_internal_value(value)


class RemindersInput(StrictSerializer):
    reminders_on = TruthField(required=False)
    reminder_time = HourField(required=False)
    quiet_from = HourField(required=False)
    quiet_until = HourField(required=False, help_text="Equal to quiet_from: no quiet hours.")
    email_on = TruthField(required=False)


class RemindersOutput(serializers.Serializer[Any]):
    reminders_on = serializers.BooleanField()
    reminder_time = HourField()
    quiet_from = HourField()
    quiet_until = HourField()
    email_on = serializers.BooleanField(help_text="Reminders and prompts also come by mail.")
    next_reminder_at = serializers.DateTimeField(allow_null=True)


class DeviceInput(StrictSerializer):
    kind = serializers.ChoiceField(choices=[(kind.value, kind.value) for kind in (Device.Kind.WEBPUSH, Device.Kind.FCM, Device.Kind.APNS)])
    endpoint = TextField(max_length=2048, help_text="A browser's push endpoint, or the token that the platform gave the app.")
    p256dh = TextField(max_length=128, required=False, help_text="Of webpush alone, like auth.")
    auth = TextField(max_length=128, required=False)
    application_server_key = TextField(
        max_length=100, required=False, help_text="Of webpush: the key it was subscribed with. Left out, it is the present one."
    )
    name = TextField(max_length=60, required=False, allow_blank=True)


class DeviceOutput(serializers.Serializer[Any]):
    """A device as its person sees it. Neither address nor keys ever leave the server."""

    id = serializers.UUIDField()
    kind = serializers.CharField()
    name = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()


def prompt_of(prompt: Prompt) -> dict[str, Any]:
    """A prompt with its words. There is nothing in it about whether it was read."""
    item = loader.get(prompt.item, prompt.version, prompt.language)
    text = item.text(prompt.voice)
    return {
        "id": prompt.pk,
        "arrived_at": prompt.slot_at,
        "title": text.title,
        "body": text.body,
        "step": text.step or None,
        "minutes": text.minutes,
        "language": item.language,
        "reaction": prompt.reaction,
    }


class Prompts(APIView):
    @extend_schema(operation_id="prompts_list", responses=PromptPage, parameters=[CURSOR])
    def get(self, request: PersonCall) -> Response:
        pages = NewestFirst()
        arrived = Prompt.objects.visible_to(request.user).arrived(clock.now())
        page = pages.paginate_queryset(arrived, request, view=self) or []
        return pages.get_paginated_response(PromptOutput([prompt_of(one) for one in page], many=True).data)


class OnePrompt(APIView):
    @extend_schema(operation_id="prompts_read", responses=PromptOutput)
    def get(self, request: PersonCall, prompt_id: UUID) -> Response:
        prompt = Prompt.objects.visible_to(request.user).arrived(clock.now()).filter(pk=prompt_id).first()
        if prompt is None:
            raise NotFound
        return Response(PromptOutput(prompt_of(prompt)).data)


class Reaction(APIView):
    @extend_schema(operation_id="prompts_react", request=ReactionInput, responses=PromptOutput)
    def put(self, request: PersonCall, prompt_id: UUID) -> Response:
        form = ReactionInput(data=request.data)
        form.is_valid(raise_exception=True)
        prompt = services.react(person=request.user, prompt_id=prompt_id, reaction=form.validated_data["reaction"], now=clock.now())
        return Response(PromptOutput(prompt_of(prompt)).data)


class Mute(APIView):
    @extend_schema(operation_id="prompts_mute_read", responses=MuteOutput)
    def get(self, request: PersonCall) -> Response:
        return _muted(queries.preference_for(request.user))

    @extend_schema(operation_id="prompts_mute", request=MuteInput, responses=MuteOutput)
    def put(self, request: PersonCall) -> Response:
        form = MuteInput(data=request.data)
        form.is_valid(raise_exception=True)
        return _muted(services.mute(person=request.user, days=form.validated_data["days"], now=clock.now()))


class Reminders(APIView):
    @extend_schema(operation_id="reminders_read", responses=RemindersOutput)
    def get(self, request: PersonCall) -> Response:
        return Response(RemindersOutput(queries.preference_for(request.user)).data)

    @extend_schema(operation_id="reminders_change", request=RemindersInput, responses=RemindersOutput)
    def patch(self, request: PersonCall) -> Response:
        form = RemindersInput(data=request.data)
        form.is_valid(raise_exception=True)
        preference = services.change_preference(person=request.user, now=clock.now(), **form.validated_data)
        return Response(RemindersOutput(preference).data)


class WayOutput(serializers.Serializer[Any]):
    """How one reminder went to one device, or to the mailbox."""

    device = serializers.UUIDField(source="device_id", allow_null=True, help_text="null is the mailbox.")
    name = serializers.CharField(source="device.name", default="")
    state = serializers.ChoiceField(choices=Delivery.State.choices)
    reason = serializers.CharField()
    explanation = serializers.SerializerMethodField(help_text="A sentence in the language asked for.")
    sent_at = serializers.DateTimeField(allow_null=True)

    def get_explanation(self, way: Delivery) -> str:
        return explain(way.state, way.reason)


class ReminderDayOutput(serializers.Serializer[Any]):
    """What became of the reminder of one day, and why."""

    day = serializers.DateField()
    state = serializers.ChoiceField(choices=ReminderSlot.State.choices)
    reason = serializers.CharField()
    explanation = serializers.SerializerMethodField(help_text="A sentence in the language asked for.")
    ways = WayOutput(many=True)

    def get_explanation(self, one: queries.ReminderDay) -> str:
        return explain(one.state, one.reason)


class ReminderDaysOutput(serializers.Serializer[Any]):
    rhythm = serializers.CharField(help_text="daily, weekly, silent, off, no-address or quiet-hours.")
    explanation = serializers.CharField(help_text="Why reminders come as often as they do.")
    days = ReminderDayOutput(many=True)


class ReminderDays(APIView):
    @extend_schema(operation_id="reminders_days", responses=ReminderDaysOutput)
    def get(self, request: PersonCall) -> Response:
        """Why a reminder came on a day, or did not: the last thirty days that had one. A day without one follows the rhythm."""
        rhythm = queries.rhythm_of(request.user)
        days = queries.reminder_days(request.user, count=REMINDER_DAYS)
        return Response(ReminderDaysOutput({"rhythm": rhythm, "explanation": explain_rhythm(rhythm), "days": days}).data)


class Devices(APIView):
    @extend_schema(operation_id="devices_list", responses=DeviceOutput(many=True))
    def get(self, request: PersonCall) -> Response:
        mine = Device.objects.visible_to(request.user).live().order_by("created_at", "pk")
        return Response(DeviceOutput(mine, many=True).data)

    @extend_schema(operation_id="devices_register", request=DeviceInput, responses={201: DeviceOutput})
    def post(self, request: PersonCall) -> Response:
        form = DeviceInput(data=request.data)
        form.is_valid(raise_exception=True)
        device = services.register_device(person=request.user, now=clock.now(), **form.validated_data)
        with changed_session(request) as session:
            services.remember_where(session=session, device=device)
        return Response(DeviceOutput(device).data, status=201)


class PushKeyOutput(serializers.Serializer[Any]):
    application_server_key = serializers.CharField(help_text="Url-safe base64, as PushManager.subscribe() takes it.")


class PushKey(APIView):
    @extend_schema(operation_id="devices_push_key", responses=PushKeyOutput)
    def get(self, request: PersonCall) -> Response:
        """The public key that an app subscribes to Web Push with."""
        return Response({"application_server_key": application_server_key()})


class OneDevice(APIView):
    @extend_schema(operation_id="devices_remove", responses={204: None})
    def delete(self, request: PersonCall, device_id: UUID) -> Response:
        services.revoke_device(person=request.user, device_id=device_id, now=clock.now())
        return Response(status=204)


def _muted(preference: Preference) -> Response:
    until = preference.prompts_muted_until
    return Response({"muted_until": until if until and until > clock.now() else None})
