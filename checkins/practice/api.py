"""A therapist's couples for apps, and two stretches of a couple's days beside each other, through the same door as the pages."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.db import transaction
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from backend import clock
from backend.accounts.requests import PersonCall
from backend.api.serializers import StrictSerializer
from backend.audit.services import window_of
from backend.care.door import caller_must_be_therapist as _must_be_therapist
from backend.care.models import CareLink
from backend.care.queries import label_of
from backend.errors import NotFound
from checkins.practice.choosing import compare
from checkins.practice.periods import Beside, Comparison
from checkins.practice.summary import QUESTIONS
from checkins.practice.trend import Trend


class LinkOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    name = serializers.CharField(help_text="what the therapist calls the couple")
    purpose = serializers.ChoiceField(choices=CareLink.Purpose.choices)
    ended = serializers.BooleanField()


class PeriodsInput(StrictSerializer):
    first_from = serializers.DateField()
    first_to = serializers.DateField()
    second_from = serializers.DateField()
    second_to = serializers.DateField()


class StretchOutput(serializers.Serializer[Any]):
    since = serializers.DateField()
    until = serializers.DateField()


class LevelsOutput(serializers.Serializer[Any]):
    answers = serializers.ListField(child=serializers.IntegerField(), help_text="how many, earlier and later")
    means = serializers.ListField(child=serializers.FloatField(), allow_null=True, help_text="points 0-10; null for too few answers")
    margin = serializers.FloatField(allow_null=True, help_text="how far chance alone may reach, in points")
    is_clear = serializers.BooleanField(allow_null=True, help_text="whether the two differ by more than the margin")


class WeeksOutput(serializers.Serializer[Any]):
    earlier = serializers.ListField(child=serializers.IntegerField(), help_text="weeks that were low, usual, high")
    later = serializers.ListField(child=serializers.IntegerField())
    way = serializers.ChoiceField(choices=["up", "down", "alike"], allow_null=True, help_text="null for too few weeks")


class QuestionOutput(serializers.Serializer[Any]):
    question = serializers.ChoiceField(choices=QUESTIONS)
    levels = LevelsOutput(allow_null=True, help_text="null where daily lines are not allowed by both")
    weeks = WeeksOutput(allow_null=True, help_text="null where the weekly summary is not allowed by both")


class PersonOutput(serializers.Serializer[Any]):
    name = serializers.CharField(allow_blank=True)
    questions = QuestionOutput(many=True)
    feeling_days = serializers.ListField(child=serializers.IntegerField(), allow_null=True)


class ComparisonOutput(serializers.Serializer[Any]):
    """Pairs are of the earlier and the later stretch."""

    scopes = serializers.ListField(child=serializers.CharField())
    earlier = StretchOutput()
    later = StretchOutput()
    people = PersonOutput(many=True)
    episode_days = serializers.ListField(child=serializers.IntegerField(), allow_null=True)
    prompts = serializers.ListField(child=serializers.IntegerField(), allow_null=True)


class Links(APIView):
    def initial(self, request: Any, *parts: Any, **named: Any) -> None:
        super().initial(request, *parts, **named)
        _must_be_therapist(request)

    @extend_schema(operation_id="practice_list", responses=LinkOutput(many=True))
    def get(self, request: PersonCall) -> Response:
        links = CareLink.objects.visible_to(request.user).order_by("ended_at", "-created_at")
        return Response([{"id": one.pk, "name": label_of(one), "purpose": one.purpose, "ended": one.ended_at is not None} for one in links])


class Periods(APIView):
    def initial(self, request: Any, *parts: Any, **named: Any) -> None:
        super().initial(request, *parts, **named)
        _must_be_therapist(request)

    @extend_schema(operation_id="practice_compare", parameters=[PeriodsInput], responses=ComparisonOutput)
    def get(self, request: PersonCall, link_id: UUID) -> Response:
        """Whatever the reason, a couple that shows nothing at present is not found."""
        now = clock.now()
        with transaction.atomic():
            window = window_of(therapist=request.user, link_id=link_id, now=now)
            if window is None:
                raise NotFound
            form = PeriodsInput(data=request.query_params.dict())
            form.is_valid(raise_exception=True)
            trend, comparison = compare(therapist=request.user, link_id=link_id, window=window, now=now, **form.validated_data)
        return Response(_said(trend, comparison))


def _said(trend: Trend, comparison: Comparison) -> dict[str, Any]:
    feelings: Sequence[tuple[int, int] | None] = comparison.feelings or [None] * len(trend.sides)
    return {
        "scopes": sorted(trend.scopes),
        "earlier": asdict(comparison.earlier),
        "later": asdict(comparison.later),
        "people": [
            {"name": side.name, "questions": [_question(comparison, name, number) for name in QUESTIONS], "feeling_days": feelings[number]}
            for number, side in enumerate(trend.sides)
        ],
        "episode_days": comparison.episode_days,
        "prompts": comparison.prompts,
    }


def _question(comparison: Comparison, name: str, side: int) -> dict[str, Any]:
    return {
        "question": name,
        "levels": _levels(comparison.levels[name][side]) if comparison.levels else None,
        "weeks": asdict(comparison.weeks[name][side]) if comparison.weeks else None,
    }


def _levels(one: Beside) -> dict[str, Any]:
    change = one.change
    return {
        "answers": (one.earlier, one.later),
        "means": (round(change.before, 1), round(change.after, 1)) if change else None,
        "margin": round(change.margin, 1) if change else None,
        "is_clear": change.is_clear if change else None,
    }
