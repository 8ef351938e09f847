from django.urls import path

from backend.audit import pages

urlpatterns = [
    path("you/therapists/reads/", pages.disclosures, name="you-disclosures"),
    path("practice/reads/", pages.own_reads, name="practice-reads"),
]
