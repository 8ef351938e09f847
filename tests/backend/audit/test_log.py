"""The log of disclosures: nobody changes it, both partners read it in plain words, and it says nothing of their own reading."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.db import DatabaseError, connection, transaction

from backend.audit.models import Disclosure
from backend.audit.services import disclose
from backend.couples import services as couples
from backend.privacy import services as privacy
from tests.cast import EVENING, full_cast, person, signed_in
from tests.consenting import allow, code_of, signed_in_twice, therapist

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast():
    return full_cast(now=EVENING - timedelta(days=30))


@pytest.fixture
def thea():
    return therapist()


@pytest.fixture
def link(cast, thea):
    link, code = code_of(thea)
    for one in (cast.alice, cast.bob):
        allow(one, link, code)
    return link


def look(thea, *links, now=EVENING, place="trend"):
    return disclose(therapist=thea, place=place, weeks=4, links=[link.pk for link in links], now=now)


@pytest.mark.parametrize(
    "act",
    [
        lambda: Disclosure.objects.update(practice="Elsewhere"),
        lambda: Disclosure.objects.all().delete(),
        lambda: connection.cursor().execute("DELETE FROM audit_disclosure"),
    ],
)
def test_a_line_can_be_neither_changed_nor_deleted(link, thea, act):
    look(thea, link)
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        act()
    assert Disclosure.objects.get().practice == "Practice by the river"


def test_the_applications_role_has_no_right_to_change_the_log(db):
    with connection.cursor() as cursor:
        cursor.execute("SELECT unnest(relacl)::text FROM pg_class WHERE relname = 'audit_disclosure'")
        rights = [row[0].partition("=")[2].partition("/")[0] for row in cursor.fetchall()]
    # a insert, r read; w update, d delete and D truncate are taken away
    assert rights
    assert not set("".join(rights)) & set("wdD")


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_there_is_no_grant(thea):
    with pytest.raises(RuntimeError, match="one transaction"):
        look(thea)


def test_both_partners_read_the_same_lines_and_nobody_else_does(cast, link, thea):
    look(thea, link)
    for one in (cast.alice, cast.bob):
        page = signed_in(one).get("/you/therapists/reads/").content.decode()
        assert "20:30 · Dr Thea, Practice by the river" in page
        assert "days from 4 February 2026 to 3 March 2026" in page
        assert "To prepare and follow your sessions" in page
    for one in (cast.charlie, cast.dana, thea):
        assert "Dr Thea" not in signed_in(one).get("/you/therapists/reads/").content.decode()


def test_a_therapist_reads_their_own_lines_alone(link, thea):
    look(thea, link)
    page = signed_in_twice(thea).get("/practice/reads/").content.decode()
    assert "Dr Thea" in page
    assert "The two from Tuesday" in page
    assert "Dr Thea" not in signed_in_twice(therapist("Tom")).get("/practice/reads/").content.decode()


def test_lines_of_two_therapists_can_be_told_apart(cast, link, thea):
    tom = therapist("Tom")
    other, code = code_of(tom)
    for one in (cast.alice, cast.bob):
        allow(one, other, code)
    look(thea, link)
    look(tom, other)
    client = signed_in(cast.alice)
    assert client.get("/you/therapists/reads/").content.decode().count("Practice by the river") == 2
    assert client.get("/you/therapists/reads/?therapist=Dr+Tom").content.decode().count("Practice by the river") == 1
    assert client.get("/you/therapists/reads/?therapist=nobody").content.decode().count("Practice by the river") == 2


def test_looks_and_files_can_be_told_apart_and_kept_as_a_table(cast, link, thea):
    thea.therapist.name, thea.therapist.practice = "=1+1", "Ríos"
    thea.therapist.save(update_fields=["name", "practice"])
    look(thea, link)
    look(thea, link, place="table")
    client = signed_in(cast.bob)
    both, looked, taken = (client.get("/you/therapists/reads/", {"way": way}).content.decode() for way in ("", "looked", "taken"))
    page, file = "looked at your page", "took along a table (CSV)"
    assert [(page in one, file in one) for one in (both, looked, taken)] == [(True, True), (True, False), (False, True)]
    answer = client.get("/you/therapists/reads/table/", {"way": "taken", "therapist": "=1+1"})
    (line,) = csv.DictReader(StringIO(answer.content.decode("utf-8-sig")))
    assert answer.headers["Cache-Control"] == "no-store"
    assert list(line.values()) == [
        "2026-03-04 20:30", "'=1+1", "Ríos", file, "Named feelings, Daily lines, Weekly summary", "2026-02-04", "2026-03-03",
        "To prepare and follow your sessions",
    ]  # fmt: skip
    assert len(client.get("/you/therapists/reads/table/").content.splitlines()) == 3
    for other in (cast.charlie, cast.dana, thea):
        assert len(signed_in(other).get("/you/therapists/reads/table/").content.splitlines()) == 1
    assert Disclosure.objects.count() == 2


def test_p10_what_partners_read_of_each_other_is_noted_nowhere(cast):
    for one in (cast.alice, cast.bob):
        for address in ("/together/", "/history/", "/you/therapists/", "/api/v1/dashboard/"):
            signed_in(one).get(address)
    assert not Disclosure.objects.exists()


def test_somebody_new_is_not_shown_the_log_of_an_earlier_couple(cast, link, thea):
    look(thea, link)
    couples.leave(person=cast.alice, quietly=False, now=EVENING)
    eve = person("Eve")
    invitation, code = couples.invite(person=eve, now=EVENING)
    couples.accept_invitation(person=cast.alice, code=code, address="::1", now=EVENING)
    couples.confirm_invitation(person=eve, invitation_id=invitation.pk, now=EVENING)
    assert "Dr Thea" not in signed_in(eve).get("/you/therapists/reads/").content.decode()
    assert "Dr Thea" in signed_in(cast.alice).get("/you/therapists/reads/").content.decode()


def test_the_log_comes_with_a_copy_of_ones_data_and_outlives_the_accounts(cast, link, thea):
    look(thea, link)
    assert privacy.export_of(cast.alice)["disclosures"][0]["therapist_name"] == "Dr Thea"
    privacy.erase(person=thea, now=EVENING)
    privacy.erase(person=cast.bob, now=EVENING)
    assert "Dr Thea" in signed_in(cast.alice).get("/you/therapists/reads/").content.decode()
