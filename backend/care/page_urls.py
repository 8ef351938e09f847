from django.urls import path

from backend.care import pages

urlpatterns = [
    path("practice/application/", pages.application, name="practice-application"),
    path("practice/offer/", pages.offer, name="practice-offer"),
    path("practice/<uuid:link_id>/notes/", pages.notes, name="practice-notes"),
    path("practice/<uuid:link_id>/notes/<uuid:note_id>/delete/", pages.delete_note, name="practice-note-delete"),
    path("practice/<uuid:link_id>/sessions/", pages.sessions, name="practice-sessions"),
    path("practice/<uuid:link_id>/sessions/<uuid:session_id>/delete/", pages.delete_session, name="practice-session-delete"),
    path("practice/<uuid:link_id>/let-go/", pages.let_go, name="practice-let-go"),
]
