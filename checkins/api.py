"""Check-ins and the dashboard, for apps: form in, verb, answer out."""

import re
from datetime import date
from typing import Any

from django.http import JsonResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend import clock
from backend.accounts.requests import PersonCall
from backend.api.pagination import DayPagination
from backend.api.problems import render, request_id_of
from backend.api.throttles import AnswerThrottle
from backend.errors import DomainError, FieldError, Invalid, NotFound, StaleVersion
from checkins import dashboard, forms, services
from checkins.models import CheckIn
from checkins.queries import check_in_of

IF_MATCH = OpenApiParameter(
    "If-Match",
    OpenApiTypes.STR,
    OpenApiParameter.HEADER,
    description='The version to amend, quoted: "3". Needed once a full check-in stands.',
)


class CheckIns(APIView):
    @extend_schema(operation_id="check_ins_list", responses=forms.CheckInOutput(many=True), filters=False)
    def get(self, request: PersonCall) -> Response:
        pages = DayPagination()
        page = pages.paginate_queryset(CheckIn.objects.visible_to(request.user), request, view=self) or []
        return pages.get_paginated_response([check_in_of(one) for one in page])


class OneCheckIn(APIView):
    @extend_schema(operation_id="check_ins_read", responses=forms.CheckInOutput)
    def get(self, request: PersonCall, day: date) -> JsonResponse:
        check_in = CheckIn.objects.visible_to(request.user).filter(day=day).first()
        if check_in is None:
            raise NotFound
        return _with_version(check_in, 200)

    @extend_schema(
        operation_id="check_ins_keep",
        request=forms.CheckInInput,
        responses={200: forms.CheckInOutput, 201: forms.CheckInOutput},
        parameters=[IF_MATCH],
    )
    def put(self, request: PersonCall, day: date) -> JsonResponse:
        item = forms.read_item(request.data, day=day, version=_version_in(request))
        try:
            kept = services.submit_check_in(person=request.user, item=item, now=clock.now())
        except StaleVersion as error:
            raise StaleVersion(error.current and check_in_of(error.current)) from error
        return _with_version(kept.check_in, 201 if kept.created else 200)

    @extend_schema(operation_id="check_ins_delete", responses={204: None})
    def delete(self, request: PersonCall, day: date) -> Response:
        services.delete_check_in(person=request.user, day=day, now=clock.now())
        return Response(status=204)


class Batch(APIView):
    @extend_schema(operation_id="check_ins_batch", request=forms.BatchInput, responses=forms.BatchOutput)
    def post(self, request: PersonCall) -> Response:
        items, sent_at = forms.read_batch(request.data), forms.read_sent_at(request.data)
        good = [item for item in items if isinstance(item, services.Item)]
        kept = iter(services.submit_batch(person=request.user, items=good, now=clock.now(), sent_at=sent_at))
        results = [next(kept) if isinstance(item, services.Item) else item for item in items]
        return Response({"results": [_result(one, request_id_of(request._request)) for one in results]})


class Answer(APIView):
    """The one door that a push token opens. It writes one quick answer and returns nothing."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = (AnswerThrottle,)

    @extend_schema(operation_id="answers_give", request=forms.AnswerInput, responses={204: None}, auth=[])
    def post(self, request: Request) -> Response:
        form = forms.AnswerInput(data=request.data)
        form.is_valid(raise_exception=True)
        services.answer_by_token(now=clock.now(), **form.validated_data)
        return Response(status=204)


class Dashboard(APIView):
    @extend_schema(
        operation_id="dashboard_read",
        parameters=[OpenApiParameter("weeks", OpenApiTypes.INT, enum=list(dashboard.SPANS), default=dashboard.SPANS[0])],
        responses=forms.DashboardOutput,
    )
    def get(self, request: PersonCall) -> JsonResponse:
        weeks = request.query_params.get("weeks", str(dashboard.SPANS[0]))
        if weeks not in map(str, dashboard.SPANS):
            raise Invalid([FieldError("/weeks", "unknown-choice", "Choose 4, 12 or 52 weeks.")])
        return _as_json(dashboard.dashboard_of(person=request.user, weeks=int(weeks), now=clock.now()))


def _with_version(check_in: CheckIn, status: int) -> JsonResponse:
    return _as_json(check_in_of(check_in), status=status, headers={"ETag": f'"{check_in.version}"'})


def _as_json(said: Any, **more: Any) -> JsonResponse:
    """There is one form of answer, so there is nothing to negotiate or to render later."""
    return JsonResponse(said, json_dumps_params={"ensure_ascii": False, "separators": (",", ":")}, **more)


def _version_in(request: Request) -> int | None:
    """The version in If-Match. Raises Invalid for anything but one quoted number."""
    given = request.headers.get("If-Match")
    if given is None:
        return None
    found = re.fullmatch(r'"?(\d{1,9})"?', given.strip())
    if not found:
        raise Invalid([FieldError("/If-Match", "invalid", "Give one version as a quoted number.")])
    return int(found[1])


def _result(one: services.Kept | DomainError, request_id: str) -> dict[str, Any]:
    if isinstance(one, services.Kept):
        return {"status": 201 if one.created else 200, "check_in": check_in_of(one.check_in), "problem": None}
    if isinstance(one, StaleVersion):
        one = StaleVersion(one.current and check_in_of(one.current))
    rendered = render(one, request_id)
    assert rendered is not None
    return {"status": rendered[0], "check_in": None, "problem": rendered[1]}
