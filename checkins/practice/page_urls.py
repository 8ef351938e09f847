from django.urls import path

from checkins.practice import pages

urlpatterns = [
    path("practice/", pages.caseload, name="practice"),
    path("practice/<uuid:link_id>/", pages.couple, name="practice-couple"),
    path("you/therapists/<uuid:link_id>/preview/", pages.preview, name="you-therapist-preview"),
]
