from django.urls import path

from backend.couples import pages

urlpatterns = [
    path("invitation/", pages.invitation_page, name="invitation-page"),
    path("you/pairing/", pages.pairing, name="you-pairing"),
    path("you/pairing/invite/", pages.invite, name="you-invite"),
    *(
        path(f"you/pairing/<uuid:invitation_id>/{verb}/", pages.settle, {"verb": verb}, name=f"you-invitation-{verb}")
        for verb in ("confirm", "decline", "cancel")
    ),
    path("you/leaving/", pages.leaving, name="you-leaving"),
    path("you/leaving/done/", pages.left, name="you-left"),
]
