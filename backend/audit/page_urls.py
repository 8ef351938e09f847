from django.urls import path

from backend.audit import pages

urlpatterns = [
    path("you/therapists/reads/", pages.disclosures, name="you-disclosures"),
    path("you/therapists/reads/table/", pages.copy_of_disclosures, name="you-disclosures-table"),
    path("practice/reads/", pages.own_reads, name="practice-reads"),
]
