"""Settings that do not fit together are said before anybody is let in, and none of them is repeated."""

import json
import secrets

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from config.checks import push_settings_fit_together
from notifications.channels.vapid import b64


def pem(key) -> str:
    return str(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode())


@pytest.fixture(scope="module")
def account() -> str:
    key = pem(rsa.generate_private_key(public_exponent=65537, key_size=2048))
    rest = {"project_id": "p", "client_email": "e", "token_uri": "https://oauth2.googleapis.com/token", "private_key_id": "1"}
    return json.dumps(rest | {"private_key": key})


def found(settings, **changes) -> list[str | None]:
    for name, value in changes.items():
        setattr(settings, name, value)
    return [one.id for one in push_settings_fit_together(None)]


def test_nothing_given_is_fine(settings):
    assert found(settings) == []


def test_what_fits_is_fine(settings, account):
    apple = {"APNS_KEY": pem(ec.generate_private_key(ec.SECP256R1())), "APNS_KEY_ID": "K", "APNS_TEAM_ID": "T", "APNS_TOPIC": "org.example"}
    assert found(settings, FCM_SERVICE_ACCOUNT=account, VAPID_PREVIOUS_KEY=b64(secrets.token_bytes(32)), **apple) == []


@pytest.mark.parametrize(
    "changes, wrong",
    [
        ({"FCM_SERVICE_ACCOUNT": '{"private_key": "hush"}'}, ["ebb.E007"]),
        ({"APNS_KEY": "hush", "APNS_KEY_ID": "K", "APNS_TEAM_ID": "T", "APNS_TOPIC": "x"}, ["ebb.E008"]),
        ({"APNS_KEY": "hush", "APNS_KEY_ID": "K"}, ["ebb.E008", "ebb.E009"]),
        ({"FCM_URL": "http://fcm.googleapis.com"}, ["ebb.E010"]),
        ({"APNS_URL": "api.push.apple.com"}, ["ebb.E010"]),
        ({"APNS_URL": "https://api.push.apple.com:many"}, ["ebb.E010"]),
        ({"VAPID_PREVIOUS_KEY": "hush"}, ["ebb.E011"]),
    ],
)
def test_what_does_not_is_said_without_being_repeated(settings, changes, wrong):
    assert found(settings, **changes) == wrong
    assert "hush" not in str(push_settings_fit_together(None))


def test_the_present_key_is_not_the_one_before(settings):
    assert found(settings, VAPID_PREVIOUS_KEY=settings.VAPID_PRIVATE_KEY) == ["ebb.E011"]
