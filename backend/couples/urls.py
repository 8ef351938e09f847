from django.urls import path

from backend.couples import api

urlpatterns = [
    path("couples/", api.Couples.as_view(), name="couples"),
    path("couples/invitations/", api.Invitations.as_view(), name="invitations"),
    path("couples/invitations/<uuid:invitation_id>/", api.OneInvitation.as_view(), name="invitation"),
    path("couples/invitations/<uuid:invitation_id>/confirm/", api.Confirm.as_view(), name="invitation-confirm"),
    path("couples/invitations/<uuid:invitation_id>/decline/", api.Decline.as_view(), name="invitation-decline"),
    path("couples/accept/", api.Accept.as_view(), name="invitation-accept"),
    path("couples/leave/", api.Leave.as_view(), name="couple-leave"),
]
