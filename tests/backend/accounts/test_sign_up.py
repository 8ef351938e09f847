import pytest
from django.core import mail
from django.test import Client

from backend.accounts.models import Agreement, User
from tests.headless import SIGN_UP, App, code_in_mail, signed_up

pytestmark = pytest.mark.django_db

EMAIL = "alice@example.org"
PAGE = {"email": EMAIL, "password1": SIGN_UP["password"], "timezone": "Europe/Madrid", "adult": "on", "agreement": "on"}


def test_a_person_signs_up_from_an_app_confirms_their_address_and_is_signed_in():
    app = App()
    begun = app.post("auth/signup", email=EMAIL, **SIGN_UP)
    assert begun.status_code == 401
    assert app.me().status_code == 401
    done = app.post("auth/email/verify", key=code_in_mail(EMAIL))
    assert done.status_code == 200
    assert app.me().json() == {"email": EMAIL, "name": "Alice", "timezone": "Europe/Madrid", "language": "en"}


def test_what_was_agreed_to_is_kept_with_the_version_of_its_wording():
    signed_up(language="es")
    user = User.objects.get(email=EMAIL)
    agreement = Agreement.objects.get(user=user)
    assert (agreement.wording, agreement.version) == ("keep-answers", "2026-11")
    assert user.adult_confirmed_at is not None
    assert user.timezone == "Europe/Madrid"
    assert agreement.given_at == user.adult_confirmed_at


def test_the_session_of_before_the_confirmation_is_worth_nothing_afterwards():
    app = App()
    app.post("auth/signup", email=EMAIL, **SIGN_UP)
    before = app.token
    app.post("auth/email/verify", key=code_in_mail(EMAIL))
    old = App()
    old.token = before
    assert old.token == app.token or old.me().status_code == 401


@pytest.mark.parametrize(
    "missing",
    [
        {"adult": False},
        {"adult": None},
        {"agreement": False},
        {"agreement_version": "2020-01"},
        {"agreement_version": ""},
        {"timezone": ""},
        {"timezone": "Mars/Olympus"},
        {"timezone": "posix/Europe/Madrid"},
        {"password": "short"},
        {"password": "1234567890"},
        {"email": "nobody"},
        {"name": "n" * 41},
    ],
)
def test_an_app_cannot_sign_anyone_up_without_what_is_asked(missing):
    response = App().post("auth/signup", **({"email": EMAIL} | SIGN_UP | missing))
    assert response.status_code == 400
    assert not User.objects.exists()
    assert not mail.outbox


@pytest.mark.parametrize("left_out", ["adult", "agreement", "agreement_version", "timezone", "password", "email"])
def test_an_app_cannot_leave_out_what_is_asked(left_out):
    body = {"email": EMAIL} | SIGN_UP
    del body[left_out]
    assert App().post("auth/signup", **body).status_code == 400
    assert not User.objects.exists()


@pytest.mark.parametrize("left_out", ["adult", "agreement", "agreement_version", "timezone", "password1", "email"])
def test_the_page_signs_nobody_up_without_what_is_asked(left_out):
    form = PAGE | {"agreement_version": "2026-11"}
    del form[left_out]
    assert Client().post("/accounts/signup/", form).status_code == 200
    assert not User.objects.exists()


def test_the_page_signs_a_person_up():
    client = Client()
    response = client.post("/accounts/signup/", PAGE | {"agreement_version": "2026-11"})
    assert response.status_code == 302
    assert User.objects.get().email == EMAIL
    code = code_in_mail(EMAIL)
    confirmed = client.post("/accounts/confirm-email/", {"code": code})
    assert confirmed.status_code == 302
    assert client.get("/api/v1/me/").json()["email"] == EMAIL


def test_the_sign_up_page_carries_the_version_it_shows():
    page = Client().get("/accounts/signup/").content.decode()
    assert 'name="agreement_version"' in page
    assert "2026-11" in page


def test_an_unconfirmed_account_opens_nothing():
    app = App()
    app.post("auth/signup", email=EMAIL, **SIGN_UP)
    again = App()
    assert again.post("auth/login", email=EMAIL, password=SIGN_UP["password"]).status_code != 200
    assert again.me().status_code == 401


def test_a_wrong_code_confirms_nothing_and_too_many_end_the_try():
    app = App()
    app.post("auth/signup", email=EMAIL, **SIGN_UP)
    answers = [app.post("auth/email/verify", key="WRONG0").status_code for _ in range(4)]
    assert set(answers) <= {400, 401, 403, 409, 429}
    right = app.post("auth/email/verify", key=code_in_mail(EMAIL))
    assert right.status_code != 200
    assert app.me().status_code == 401


def test_an_address_is_one_account_whatever_its_case():
    signed_up("alice@example.org")
    App().post("auth/signup", email="ALICE@Example.ORG", **SIGN_UP)
    assert User.objects.count() == 1


def test_a_mail_says_nothing_of_what_this_is_for():
    signed_up()
    for letter in mail.outbox:
        text = f"{letter.subject} {letter.body}".lower()
        assert not any(word in text for word in ("couple", "partner", "relationship", "closeness"))
