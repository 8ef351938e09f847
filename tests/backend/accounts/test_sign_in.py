from itertools import pairwise

import pytest
from django.core import mail

from tests import cast
from tests.headless import App, code_in_mail

pytestmark = pytest.mark.django_db

EMAIL = "alice@example.org"


@pytest.fixture
def alice():
    return cast.person("Alice")


def signed_in_app(password=cast.PASSWORD, **where) -> App:
    app = App(**where)
    assert app.post("auth/login", email=EMAIL, password=password).status_code == 200
    return app


def test_a_person_signs_in_with_a_password(alice):
    app = signed_in_app()
    assert app.me().json()["email"] == EMAIL


def test_what_an_app_learns_at_sign_in_counts_nobody(alice):
    response = App().post("auth/login", email=EMAIL, password=cast.PASSWORD)
    user = response.json()["data"]["user"]
    assert "id" not in user
    assert str(alice.pk) not in [str(value) for value in user.values()]


def test_a_person_signs_in_with_a_code_by_mail(alice):
    app = App()
    assert app.post("auth/code/request", email=EMAIL).status_code == 401
    assert app.post("auth/code/confirm", code=code_in_mail(EMAIL)).status_code == 200
    assert app.me().status_code == 200


def test_a_code_by_mail_belongs_to_the_app_that_asked_for_it(alice):
    App().post("auth/code/request", email=EMAIL)
    other = App()
    assert other.post("auth/code/confirm", code=code_in_mail(EMAIL)).status_code in (401, 409)
    assert other.me().status_code == 401


def test_a_forgotten_password_is_replaced_and_every_session_ends(alice):
    elsewhere = signed_in_app()
    app = App()
    assert app.post("auth/password/request", email=EMAIL).status_code == 401
    response = app.post("auth/password/reset", key=code_in_mail(EMAIL), password="another calm password")
    assert response.status_code in (200, 401)
    assert elsewhere.me().status_code == 401
    assert App().post("auth/login", email=EMAIL, password=cast.PASSWORD).status_code == 400
    assert signed_in_app("another calm password").me().status_code == 200


def test_a_changed_password_ends_the_sessions_elsewhere(alice):
    elsewhere, app = signed_in_app(), signed_in_app()
    response = app.post("account/password/change", current_password=cast.PASSWORD, new_password="another calm password")
    assert response.status_code == 200
    assert app.me().status_code == 200
    assert elsewhere.me().status_code == 401


def test_signing_out_ends_the_session_at_once(alice):
    app = signed_in_app()
    token = app.token
    app.ask("delete", "auth/session")
    app.token = token
    assert app.me().status_code == 401


def test_a_person_sees_their_sessions_and_ends_the_others(alice):
    app, lost = signed_in_app(), signed_in_app()
    cast.signed_in(cast.person("Bob"))
    sessions = app.ask("get", "auth/sessions").json()["data"]
    assert len(sessions) == 2
    others = [one["id"] for one in sessions if not one["is_current"]]
    assert app.ask("delete", "auth/sessions", {"sessions": others}).status_code == 200
    assert lost.me().status_code == 401
    assert app.me().status_code == 200


def test_a_session_has_no_number_that_counts_everybodys(alice):
    numbers = [signed_in_app().ask("get", "auth/sessions").json()["data"][-1]["id"] for _ in range(4)]
    assert {len(str(number)) for number in numbers} == {16}
    assert all(number < 2**53 for number in numbers)  # what JSON keeps exact
    assert all(abs(one - other) > 1000 for one, other in pairwise(sorted(numbers)))


def test_nobody_ends_the_sessions_of_somebody_else(alice):
    bob = cast.person("Bob")
    hers = signed_in_app()
    theirs = hers.ask("get", "auth/sessions").json()["data"][0]["id"]
    app = App()
    app.post("auth/login", email=bob.email, password=cast.PASSWORD)
    app.ask("delete", "auth/sessions", {"sessions": [theirs]})
    assert hers.me().status_code == 200


def test_the_page_of_sessions_signs_out_everywhere_else(alice):
    app, page = signed_in_app(), cast.signed_in(alice)
    assert page.get("/accounts/sessions/").status_code == 200
    assert page.post("/accounts/sessions/").status_code == 302
    assert app.me().status_code == 401
    assert page.get("/api/v1/me/").status_code == 200


def test_somebody_locked_by_an_operator_is_out_at_once(alice):
    app = signed_in_app()
    alice.is_active = False
    alice.save()
    assert app.me().status_code == 401
    assert App().post("auth/login", email=EMAIL, password=cast.PASSWORD).status_code != 200


def test_the_account_page_is_told_by_mail_of_a_changed_password(alice):
    app = signed_in_app()
    app.post("account/password/change", current_password=cast.PASSWORD, new_password="another calm password")
    assert any(letter.to == [EMAIL] for letter in mail.outbox)


def test_failures_are_limited_by_account_and_address_together(alice):
    """Ten in a quarter of an hour; from another address the person still gets in, so nobody can lock another out."""
    stranger = App(address="198.51.100.7")
    codes = [stranger.post("auth/login", email=EMAIL, password="wrong password").json()["errors"][0]["code"] for _ in range(11)]
    assert set(codes[:10]) == {"email_password_mismatch"}
    assert codes[10] == "too_many_login_attempts"
    right = stranger.post("auth/login", email=EMAIL, password=cast.PASSWORD)
    assert right.status_code == 400
    assert signed_in_app(address="203.0.113.77").me().status_code == 200


def test_after_a_hundred_failures_in_a_row_a_password_needs_a_code_by_mail_too(alice):
    alice.failed_sign_ins = 99
    alice.save()
    App().post("auth/login", email=EMAIL, password="wrong password")
    app = App()
    begun = app.post("auth/login", email=EMAIL, password=cast.PASSWORD)
    assert begun.status_code == 401
    assert app.me().status_code == 401
    assert app.post("auth/code/confirm", code=code_in_mail(EMAIL)).status_code == 200
    assert app.me().status_code == 200
    alice.refresh_from_db()
    assert alice.failed_sign_ins == 0


def test_a_success_begins_the_count_of_failures_afresh(alice):
    alice.failed_sign_ins = 99
    alice.save()
    signed_in_app()
    App().post("auth/login", email=EMAIL, password="wrong password")
    alice.refresh_from_db()
    assert alice.failed_sign_ins == 1
    assert signed_in_app().me().status_code == 200
