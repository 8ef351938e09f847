"""Pairing and leaving, for apps."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.throttling import BaseThrottle
from rest_framework.views import APIView

from backend import clock
from backend.accounts.models import User
from backend.accounts.requests import PersonCall
from backend.api.serializers import StrictSerializer, TextField, TruthField
from backend.couples import queries, services
from backend.couples.links import link_for
from backend.couples.models import Invitation


class CodeInput(StrictSerializer):
    code = TextField(max_length=40)


class LeaveInput(StrictSerializer):
    quietly = TruthField(default=False)


class InvitationOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    sent_by_me = serializers.BooleanField()
    state = serializers.ChoiceField(choices=["open", "accepted"])
    other = serializers.CharField(help_text="The name the other person gave, once a code was accepted.")
    expires_at = serializers.DateTimeField()


class NewInvitationOutput(serializers.Serializer[Any]):
    id = serializers.UUIDField()
    code = serializers.CharField()
    link = serializers.CharField(help_text="Carries the code behind '#', which no server sees. Show it as a QR picture.")
    expires_at = serializers.DateTimeField()


class CoupleOutput(serializers.Serializer[Any]):
    paired = serializers.BooleanField()
    partner = serializers.CharField(allow_null=True, help_text="The name the partner gave.")
    since = serializers.DateField(allow_null=True)


def invitation_of(invitation: Invitation, person: User) -> dict[str, Any]:
    """One invitation as the person may see it."""
    mine = invitation.inviter_id == person.pk
    other = (invitation.accepted_by.name if invitation.accepted_by else "") if mine else invitation.inviter.name
    # Declined or taken back by the other looks like waiting.
    state = Invitation.State.OPEN if invitation.accepted_by is None else Invitation.State.ACCEPTED
    return {"id": invitation.pk, "sent_by_me": mine, "state": state, "other": other, "expires_at": invitation.expires_at}


class Couples(APIView):
    @extend_schema(operation_id="couple_read", responses=CoupleOutput)
    def get(self, request: PersonCall) -> Response:
        pair = queries.pair_of(request.user)
        if pair is None:
            return Response({"paired": False, "partner": None, "since": None})
        mine, theirs = pair
        return Response({"paired": True, "partner": theirs.person.name, "since": mine.joined_day})


class Invitations(APIView):
    @extend_schema(operation_id="invitations_list", responses=InvitationOutput(many=True))
    def get(self, request: PersonCall) -> Response:
        now = clock.now()
        pending = [one for one in queries.pending_for(request.user) if one.expires_at > now]
        return Response(InvitationOutput([invitation_of(one, request.user) for one in pending], many=True).data)

    @extend_schema(operation_id="invitations_create", request=None, responses={201: NewInvitationOutput})
    def post(self, request: PersonCall) -> Response:
        invitation, code = services.invite(person=request.user, now=clock.now())
        output = {"id": invitation.pk, "code": code, "link": link_for(code), "expires_at": invitation.expires_at}
        return Response(NewInvitationOutput(output).data, status=201)


class OneInvitation(APIView):
    @extend_schema(operation_id="invitations_cancel", responses={204: None})
    def delete(self, request: PersonCall, invitation_id: UUID) -> Response:
        services.cancel_invitation(person=request.user, invitation_id=invitation_id)
        return Response(status=204)


class Accept(APIView):
    @extend_schema(operation_id="invitations_accept", request=CodeInput, responses=InvitationOutput)
    def post(self, request: PersonCall) -> Response:
        form = CodeInput(data=request.data)
        form.is_valid(raise_exception=True)
        invitation = services.accept_invitation(
            person=request.user, code=form.validated_data["code"], address=BaseThrottle().get_ident(request), now=clock.now()
        )
        return Response(InvitationOutput(invitation_of(invitation, request.user)).data)


class Confirm(APIView):
    @extend_schema(operation_id="invitations_confirm", request=None, responses={204: None})
    def post(self, request: PersonCall, invitation_id: UUID) -> Response:
        services.confirm_invitation(person=request.user, invitation_id=invitation_id, now=clock.now())
        return Response(status=204)


class Decline(APIView):
    @extend_schema(operation_id="invitations_decline", request=None, responses={204: None})
    def post(self, request: PersonCall, invitation_id: UUID) -> Response:
        services.decline_invitation(person=request.user, invitation_id=invitation_id, now=clock.now())
        return Response(status=204)


class Leave(APIView):
    @extend_schema(operation_id="couple_leave", request=LeaveInput, responses={204: None})
    def post(self, request: PersonCall) -> Response:
        form = LeaveInput(data=request.data)
        form.is_valid(raise_exception=True)
        services.leave(person=request.user, quietly=form.validated_data["quietly"], now=clock.now())
        return Response(status=204)
