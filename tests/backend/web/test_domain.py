"""How a page tells what went wrong."""

import pytest
from django import forms
from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpResponse

from backend.accounts.models import User
from backend.errors import Conflict, FieldError, Invalid, NotFound, ReauthRequired
from backend.web.domain import explain, private


class Name(forms.Form):
    name = forms.CharField()


@pytest.fixture
def ask(rf):
    """Asks a page that raises what is given, as somebody signed in or not."""

    def asked(raised, user=None):
        def page(request):
            if raised:
                raise raised
            return HttpResponse("here")

        request = rf.get("/somewhere/")
        request.user = user or User(email="erin@example.org")
        return private(page)(request)

    return asked


def test_a_page_is_shown_to_somebody_signed_in(ask):
    assert ask(None).content == b"here"


def test_somebody_else_is_led_to_the_sign_in_page(ask):
    answer = ask(None, AnonymousUser())
    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/somewhere/")


def test_missing_and_somebody_elses_are_told_alike(ask):
    missing, others = ask(Http404()), ask(NotFound())
    assert missing.status_code == others.status_code == 404
    assert missing.content == others.content
    assert b"Nothing is here" in missing.content


def test_what_needs_proof_asks_who_it_is_and_leads_back(ask):
    assert ask(ReauthRequired()).headers["Location"] == "/accounts/reauthenticate/?next=%2Fsomewhere%2F"


def test_any_other_error_is_the_pages_own_to_tell(ask):
    with pytest.raises(Conflict):
        ask(Conflict())


def test_an_error_stands_beside_its_field():
    form = Name({"name": "Erin"})
    explain(form, Invalid([FieldError("/name", "too-odd", "That is odd.")]))
    assert form.errors == {"name": ["That is odd."]}
    assert form["name"].value() == "Erin"


@pytest.mark.parametrize("pointer", ["/elsewhere", "", "/"])
def test_an_error_about_nothing_on_the_page_stands_above_it(pointer):
    form = Name({"name": "Erin"})
    explain(form, Invalid([FieldError(pointer, "too-odd", "That is odd.")]))
    assert form.non_field_errors() == ["That is odd."]


def test_any_other_family_is_told_by_its_title():
    form = Name({"name": "Erin"})
    explain(form, Conflict())
    assert form.non_field_errors() == ["This is already under way"]
