from django.urls import path

from backend.consents import pages

urlpatterns = [
    path("you/sharing/", pages.sharing, name="you-sharing"),
    *(path(f"you/sharing/{verb}/", pages.hold, {"verb": verb}, name=f"you-{verb}") for verb in ("pause", "resume", "safety", "safe")),
]
