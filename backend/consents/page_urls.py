from django.urls import path

from backend.consents import pages

urlpatterns = [
    path("you/sharing/", pages.sharing, name="you-sharing"),
    path("you/care/", pages.care, name="you-care"),
    path("you/therapists/", pages.therapists, name="you-therapists"),
    path("you/therapists/<uuid:link_id>/", pages.therapist, name="you-therapist"),
    path("you/therapists/<uuid:link_id>/stop/", pages.stop_therapist, name="you-therapist-stop"),
    *(path(f"you/sharing/{verb}/", pages.hold, {"verb": verb}, name=f"you-{verb}") for verb in ("pause", "resume", "safety", "safe")),
]
