"""Who we are to a push service."""

import base64
import itertools
import json
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from py_vapid import Vapid02
from pytest_django import Settings

from notifications.channels.aes128gcm import point_of
from notifications.channels.vapid import REMEMBERED_ORIGINS, Vapid, application_server_key, b64, read_private_key, unb64
from notifications.stand_ins.vapid_check import NotVouchedFor, check_vapid

KEY = b64(secrets.token_bytes(32))
SUBJECT = "mailto:operator@example.org"
ORIGIN = "https://fcm.googleapis.com"


def claims_of(header: str) -> dict[str, object]:
    claims: dict[str, object] = json.loads(unb64(header.split(".")[1]))
    return claims


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 11, 18, 19, 0, tzinfo=UTC), tick=False) as traveller:
        yield traveller


def test_the_token_convinces_a_push_service_and_another_implementation() -> None:
    vapid = Vapid(KEY, subject=SUBJECT)
    header = vapid.authorization(ORIGIN)

    check_vapid(header, origin=ORIGIN, application_server_key=vapid.public_key)
    assert Vapid02.verify(header.replace(", k=", ",k="))


def test_another_implementations_token_convinces_our_push_service() -> None:
    signer = Vapid02.from_raw(KEY.encode())
    header = signer.sign({"aud": ORIGIN, "sub": SUBJECT})["Authorization"]

    check_vapid(header, origin=ORIGIN, application_server_key=Vapid(KEY, subject=SUBJECT).public_key)


def test_the_token_names_audience_subject_and_twelve_hours(clock: time_machine.Traveller) -> None:
    claims = claims_of(Vapid(KEY, subject=SUBJECT).authorization(ORIGIN))

    expires = datetime(2026, 11, 19, 7, 0, tzinfo=UTC)
    assert claims == {"aud": ORIGIN, "sub": SUBJECT, "exp": int(expires.timestamp())}


def test_a_token_is_reused_for_its_origin_and_renewed_before_it_expires(clock: time_machine.Traveller) -> None:
    vapid = Vapid(KEY, subject=SUBJECT)
    first = vapid.authorization(ORIGIN)

    clock.shift(timedelta(hours=10, minutes=59))
    assert vapid.authorization(ORIGIN) == first
    assert vapid.authorization("https://web.push.apple.com") != first

    clock.shift(timedelta(minutes=2))
    assert vapid.authorization(ORIGIN) != first


def test_only_so_many_origins_are_remembered_and_those_in_use_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    vapid, signed = Vapid(KEY, subject=SUBJECT), list[str]()

    def token(origin: str, now: float) -> str:
        signed.append(origin)
        return f"{len(signed)}.{origin}"

    monkeypatch.setattr(vapid, "_token", token)
    for number in range(2 * REMEMBERED_ORIGINS):
        vapid.authorization(ORIGIN)
        vapid.authorization(f"https://{number}.notify.windows.com")

    assert len(vapid._made) == REMEMBERED_ORIGINS
    assert signed.count(ORIGIN) == 1


def test_a_clock_set_back_makes_a_new_token(clock: time_machine.Traveller) -> None:
    vapid = Vapid(KEY, subject=SUBJECT)
    first = vapid.authorization(ORIGIN)

    clock.shift(timedelta(hours=-20))
    assert vapid.authorization(ORIGIN) != first


def test_one_key_may_be_written_in_several_ways() -> None:
    key = read_private_key(KEY)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    old_pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    der = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())

    for text in (KEY, f"{KEY}=\n", pem, pem.replace("\n", "\\n"), old_pem, b64(der)):
        assert point_of(read_private_key(text)) == point_of(key)


def other_pem() -> str:
    key = ed25519.Ed25519PrivateKey.generate()
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def other_curve() -> str:
    key = ec.generate_private_key(ec.SECP384R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@pytest.mark.parametrize(
    "text",
    ["", "nonsense", "é", b64(b"x" * 31), b64(bytes(32)), b64(b"\xff" * 32), other_pem(), other_curve(), "-----BEGIN"],
    ids=itertools.count(),
)
def test_other_keys_are_refused_without_repeating_them(text: str) -> None:
    with pytest.raises(ValueError, match=r"^VAPID_PRIVATE_KEY is not a P-256 private key$"):
        read_private_key(text)


def test_the_page_is_given_the_public_half(settings: Settings) -> None:
    settings.VAPID_PRIVATE_KEY = KEY
    settings.VAPID_SUBJECT = SUBJECT

    assert unb64(application_server_key()) == point_of(read_private_key(KEY))


# The stand-in's side: what must not pass


def forged(header: str, *, part: int, value: bytes) -> str:
    token, _, key = header.removeprefix("vapid t=").partition(", k=")
    parts = token.split(".")
    parts[part] = base64.urlsafe_b64encode(value).rstrip(b"=").decode()
    return f"vapid t={'.'.join(parts)}, k={key}"


@pytest.mark.parametrize("header", ["", "Bearer x", "vapid t=a.b, k=c", "vapid t=a.b.c, k=c", "WebPush a.b.c"])
def test_a_push_service_turns_away_who_has_no_token(header: str) -> None:
    with pytest.raises(NotVouchedFor) as caught:
        check_vapid(header, origin=ORIGIN, application_server_key=None)
    assert caught.value.status == 401


def test_a_push_service_turns_away_an_altered_token() -> None:
    header = Vapid(KEY, subject=SUBJECT).authorization(ORIGIN)

    for part, value in ((0, b'{"alg":"none"}'), (1, b'{"aud":"x"}'), (2, bytes(64)), (2, b"short")):
        with pytest.raises(NotVouchedFor) as caught:
            check_vapid(forged(header, part=part, value=value), origin=ORIGIN, application_server_key=None)
        assert caught.value.status == 401


@pytest.mark.parametrize(
    "change",
    [
        {"aud": "https://elsewhere.example"},
        {"exp": 1},
        {"exp": 99_999_999_999},
        {"sub": "operator@example.org"},
    ],
)
def test_a_push_service_turns_away_claims_that_do_not_hold(change: dict[str, object]) -> None:
    claims = claims_of(Vapid(KEY, subject=SUBJECT).authorization(ORIGIN)) | change
    vapid = Vapid(KEY, subject=str(claims["sub"]))
    vapid._token = lambda origin, now: signed(claims)  # type: ignore[method-assign]

    with pytest.raises(NotVouchedFor) as caught:
        check_vapid(vapid.authorization(ORIGIN), origin=ORIGIN, application_server_key=None)
    assert caught.value.status == 401


def signed(claims: dict[str, object]) -> str:
    import jwt

    key = read_private_key(KEY)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return jwt.encode(claims, pem, algorithm="ES256")


def test_a_push_service_tells_another_sender_apart() -> None:
    header = Vapid(KEY, subject=SUBJECT).authorization(ORIGIN)
    other = Vapid(b64(secrets.token_bytes(32)), subject=SUBJECT)

    with pytest.raises(NotVouchedFor) as caught:
        check_vapid(header, origin=ORIGIN, application_server_key=other.public_key)
    assert caught.value.status == 403
