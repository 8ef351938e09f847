from django.urls import path

from checkins.practice import pages
from checkins.practice.files import pages as files

urlpatterns = [
    path("practice/", pages.caseload, name="practice"),
    path("practice/<uuid:link_id>/", pages.couple, name="practice-couple"),
    path("practice/<uuid:link_id>/periods/", pages.periods, name="practice-periods"),
    path("practice/<uuid:link_id>/table/", files.table, name="practice-table"),
    path("practice/<uuid:link_id>/record/", files.record, name="practice-record"),
    path("practice/<uuid:link_id>/sheet/", files.sheet, name="practice-sheet"),
    path("practice/<uuid:link_id>/sheet/download/", files.download, name="practice-sheet-download"),
    path("you/therapists/<uuid:link_id>/preview/", pages.preview, name="you-therapist-preview"),
]
