"""A copy of one's data, and deleting one's account. Both ask who it is again when that was confirmed too long ago."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend import clock
from backend.accounts.requests import PersonCall
from backend.api.authentication import confirmed_recently
from backend.errors import ReauthRequired
from backend.privacy import services


class _Confirmed(APIView):
    """Only for a person who confirmed within the last five minutes that it is them."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not confirmed_recently(request):
            raise ReauthRequired


class Export(_Confirmed):
    @extend_schema(operation_id="me_export", request=None, responses=OpenApiTypes.OBJECT)
    def post(self, request: PersonCall) -> Response:
        return Response(services.export_of(request.user))


class Deletion(_Confirmed):
    @extend_schema(operation_id="me_delete", request=None, responses={204: None})
    def post(self, request: PersonCall) -> Response:
        services.erase(person=request.user, now=clock.now())
        return Response(status=204)
