"""Therapists apply, an operator looks them up, and what they write for themselves stays theirs."""

from datetime import timedelta

import pytest
from django.db import connection

from backend import clock
from backend.calendar_days import local_day
from backend.care import services
from backend.care.models import CareLink, CareNote, CareSession, Therapist
from backend.care.queries import last_sessions
from backend.errors import NotFound
from backend.privacy import services as privacy
from tests.cast import EVENING, person, signed_in
from tests.consenting import applied, code_of, signed_in_twice, therapist

pytestmark = pytest.mark.django_db

STATES = Therapist.State
FORM = {"name": "Dr Ada", "licence": "A-17", "practice": "Upstairs", "jurisdiction": "Chile"}


def test_whoever_applies_is_not_verified_by_that():
    ada = person("Ada")
    client = signed_in_twice(ada)
    assert client.post("/practice/application/", FORM).status_code == 302
    assert Therapist.objects.get().state == STATES.APPLIED
    assert "Your application is here" in client.get("/practice/application/").content.decode()
    assert client.get("/practice/").status_code == 404


def test_an_application_can_be_put_right_until_it_is_verified():
    ada = person("Ada")
    applied(ada)
    services.decide(therapist_id=ada.pk, state=STATES.DECLINED, note="Not in the register.", by=ada, now=EVENING)
    client = signed_in(ada)
    client.post("/practice/application/", FORM)
    standing = Therapist.objects.get()
    assert (standing.licence, standing.state, standing.note) == ("A-17", STATES.APPLIED, "")
    services.decide(therapist_id=ada.pk, state=STATES.VERIFIED, note="Found.", by=ada, now=EVENING)
    assert client.post("/practice/application/", {**FORM, "licence": "B-2"}).status_code == 200
    assert Therapist.objects.get().licence == "A-17"


@pytest.mark.parametrize("before", STATES)
@pytest.mark.parametrize("after", STATES)
def test_only_the_moves_there_are_can_be_made(before, after):
    ada = person("Ada")
    applied(ada)
    Therapist.objects.update(state=before, decided_at=EVENING, note="Before.")
    if after in Therapist.MOVES.get(before, ()) and after != STATES.APPLIED:
        services.decide(therapist_id=ada.pk, state=after, note="Now.", by=ada, now=EVENING)
        assert Therapist.objects.get().state == after
    elif after != STATES.APPLIED:
        with pytest.raises(services.NoSuchMove):
            services.decide(therapist_id=ada.pk, state=after, note="Now.", by=ada, now=EVENING)
        assert Therapist.objects.get().state == before


def test_nobody_is_verified_without_a_note():
    ada = person("Ada")
    applied(ada)
    with pytest.raises(services.NoSuchMove):
        services.decide(therapist_id=ada.pk, state=STATES.VERIFIED, note="  ", by=ada, now=EVENING)


class TestOperators:
    @pytest.fixture
    def operator(self):
        return signed_in(person("Susan", is_staff=True, is_superuser=True))

    def test_one_decides_with_a_note(self, operator):
        ada = person("Ada")
        applied(ada)
        page = f"/admin/care/therapist/{ada.pk}/change/"
        assert "Say how you found out" in operator.post(page, {"state": "verified", "note": ""}).content.decode()
        assert Therapist.objects.get().state == STATES.APPLIED
        assert operator.post(page, {"state": "verified", "note": "Called the chamber."}).status_code == 302
        standing = Therapist.objects.get()
        assert (standing.state, standing.note, standing.decided_by.name) == ("verified", "Called the chamber.", "Susan")

    def test_one_cannot_change_what_was_applied_with(self, operator):
        ada = person("Ada")
        applied(ada)
        operator.post(f"/admin/care/therapist/{ada.pk}/change/", {"state": "verified", "note": "Found.", "licence": "X", "name": "Y"})
        assert Therapist.objects.get().licence == f"L-{ada.pk}"

    def test_no_page_of_theirs_shows_a_couple_a_label_or_a_note(self, operator):
        thea = therapist()
        link, _ = services.offer(therapist=thea, label="canary label", purpose="sessions", now=EVENING)
        services.write_note(therapist=thea, link_id=link.pk, text="canary note", now=EVENING)
        for page in (
            "/admin/",
            "/admin/care/therapist/",
            f"/admin/care/therapist/{thea.pk}/change/",
            f"/admin/care/therapist/{thea.pk}/history/",
        ):
            assert "canary" not in operator.get(page).content.decode()
        assert operator.get("/admin/care/carenote/").status_code == operator.get("/admin/audit/disclosure/").status_code == 404


class TestCodes:
    def test_a_code_is_shown_once_and_kept_as_a_hash(self):
        client = signed_in_twice(therapist())
        page = client.post("/practice/offer/", {"label": "The two from Tuesday", "purpose": "sessions"}).content.decode()
        link = CareLink.objects.get()
        code = page.split('invite-code">')[1][:11]
        assert bytes(link.code_hash) == services.code_hash(code)
        assert code not in client.get("/practice/offer/").content.decode()
        assert link.code_expires_at - link.created_at == timedelta(days=14)

    @pytest.mark.parametrize(
        "body",
        [
            {"label": "", "purpose": "sessions"},
            {"label": "x"},
            {"label": "x", "purpose": "research"},
            {"label": "x" * 61, "purpose": "sessions"},
        ],
    )
    def test_nothing_is_made_of_half_a_form(self, body):
        assert signed_in_twice(therapist()).post("/practice/offer/", body).status_code == 200
        assert not CareLink.objects.exists()


class TestNotes:
    def test_notes_and_labels_are_sealed_in_the_database(self):
        thea = therapist()
        link, _ = services.offer(therapist=thea, label="canary label", purpose="sessions", now=EVENING)
        client = signed_in_twice(thea)
        client.post(f"/practice/{link.pk}/notes/", {"text": "canary note"})
        assert "canary note" in client.get(f"/practice/{link.pk}/notes/").content.decode()
        with connection.cursor() as cursor:
            cursor.execute("SELECT text::text || label::text FROM care_carenote JOIN care_carelink ON link_id = care_carelink.id")
            (kept,) = cursor.fetchone()
        assert b"canary".hex() not in kept

    def test_notes_stay_with_the_therapist_when_the_couple_is_let_go(self):
        thea = therapist()
        link, _ = code_of(thea)
        client = signed_in_twice(thea)
        client.post(f"/practice/{link.pk}/notes/", {"text": "A quiet hour."})
        client.post(f"/practice/{link.pk}/let-go/")
        assert "A quiet hour." in client.get(f"/practice/{link.pk}/notes/").content.decode()
        note = CareNote.objects.get()
        client.post(f"/practice/{link.pk}/notes/{note.pk}/delete/")
        assert not CareNote.objects.exists()

    def test_another_therapist_can_neither_write_nor_delete(self):
        thea, tom = therapist(), therapist("Tom")
        (hers, _), (his, _) = code_of(thea), code_of(tom)
        note = services.write_note(therapist=thea, link_id=hers.pk, text="Mine.", now=EVENING)
        for link in (hers, his):
            with pytest.raises(NotFound):
                services.delete_note(therapist=tom, link_id=link.pk, note_id=note.pk)
        with pytest.raises(NotFound):
            services.write_note(therapist=tom, link_id=hers.pk, text="Not mine.", now=EVENING)
        with pytest.raises(NotFound):
            services.let_go(therapist=tom, link_id=hers.pk, now=EVENING)

    def test_too_long_a_note_is_not_kept(self):
        thea = therapist()
        link, _ = code_of(thea)
        assert signed_in_twice(thea).post(f"/practice/{link.pk}/notes/", {"text": "x" * 4001}).status_code == 200
        assert not CareNote.objects.exists()


class TestSessions:
    def address(self, link: CareLink) -> str:
        return f"/practice/{link.pk}/sessions/"

    def test_a_day_is_marked_once_and_taken_away_again(self):
        thea = therapist()
        link, _ = code_of(thea)
        client = signed_in_twice(thea)
        for _time in range(2):
            assert client.post(self.address(link), {"day": "2026-03-01"}).status_code == 302
        assert 'datetime="2026-03-01"' in client.get(self.address(link)).content.decode()
        session = CareSession.objects.get()
        client.post(f"{self.address(link)}{session.pk}/delete/")
        assert not CareSession.objects.exists()

    def test_a_day_that_has_not_come_is_no_session(self):
        thea = therapist()
        link, _ = code_of(thea)
        today = local_day(clock.now(), thea.zone)
        client = signed_in_twice(thea)
        for day in (today + timedelta(days=1), "soon", ""):
            assert client.post(self.address(link), {"day": str(day)}).status_code == 200
        assert not CareSession.objects.exists()
        client.post(self.address(link), {"day": str(today)})
        assert CareSession.objects.get().day == today

    def test_another_therapist_neither_marks_nor_deletes_nor_learns_the_last_one(self):
        thea, tom = therapist(), therapist("Tom")
        (hers, _), (his, _) = code_of(thea), code_of(tom)
        session = services.mark_session(therapist=thea, link_id=hers.pk, day=EVENING.date())
        for link in (hers, his):
            with pytest.raises(NotFound):
                services.unmark_session(therapist=tom, link_id=link.pk, session_id=session.pk)
        with pytest.raises(NotFound):
            services.mark_session(therapist=tom, link_id=hers.pk, day=EVENING.date())
        assert last_sessions(tom, [hers.pk, his.pk]) == {}
        assert last_sessions(thea, [hers.pk, his.pk]) == {hers.pk: EVENING.date()}


def test_a_therapist_takes_their_own_things_along_and_away():
    thea = therapist()
    link, _ = code_of(thea)
    services.write_note(therapist=thea, link_id=link.pk, text="Mine.", now=EVENING)
    services.mark_session(therapist=thea, link_id=link.pk, day=EVENING.date())
    copy = privacy.export_of(thea)
    assert copy["care_links"][0]["sessions"] == [EVENING.date()]
    assert copy["therapist"][0]["licence"] == f"L-{thea.pk}"
    assert copy["care_links"][0]["notes"][0]["text"] == "Mine."
    privacy.erase(person=thea, now=EVENING)
    assert not any(model.objects.exists() for model in (Therapist, CareLink, CareNote, CareSession))


def test_an_operator_who_goes_leaves_the_decision_standing():
    susan, ada = person("Susan", is_staff=True), person("Ada")
    applied(ada)
    services.decide(therapist_id=ada.pk, state=STATES.VERIFIED, note="Found.", by=susan, now=EVENING)
    privacy.erase(person=susan, now=EVENING)
    assert Therapist.objects.verified().exists()
