"""Message encryption, against the RFC's own example and another implementation."""

import http_ece
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from notifications.channels.aes128gcm import MAX_PADDED_BYTES, Undecipherable, decrypt, encrypt, point_of
from notifications.channels.vapid import read_private_key, unb64

# RFC 8291, section 5 and appendix A.
RECEIVER = read_private_key("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94")
SENDER = read_private_key("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")
AUTH = unb64("BTBZMqHH6r4Tts7J_aSIgg")
SALT = unb64("DGv6ra1nlYgDCS1FRnbzlw")
PLAINTEXT = b"When I grow up, I want to be a watermelon"
BODY = unb64(
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27ml"
    "mlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
    "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
)


def test_the_example_of_rfc_8291_comes_out_byte_for_byte() -> None:
    body = encrypt(PLAINTEXT, receiver=point_of(RECEIVER), auth=AUTH, padded_to=len(PLAINTEXT), sender=SENDER, salt=SALT)

    assert body == BODY


def test_the_example_of_rfc_8291_opens() -> None:
    assert decrypt(BODY, private_key=RECEIVER, auth=AUTH) == PLAINTEXT


@given(plaintext=st.binary(max_size=200).filter(lambda raw: not raw.endswith(b"\x00")))
def test_what_is_sealed_opens_again_also_elsewhere(plaintext: bytes) -> None:
    body = encrypt(plaintext, receiver=point_of(RECEIVER), auth=AUTH, padded_to=256)

    assert decrypt(body, private_key=RECEIVER, auth=AUTH) == plaintext
    assert http_ece.decrypt(body, private_key=RECEIVER, auth_secret=AUTH) == plaintext


def test_what_another_implementation_seals_opens_here() -> None:
    body = http_ece.encrypt(
        PLAINTEXT,
        salt=SALT,
        private_key=ec.generate_private_key(ec.SECP256R1()),
        dh=point_of(RECEIVER),
        auth_secret=AUTH,
    )

    assert decrypt(body, private_key=RECEIVER, auth=AUTH) == PLAINTEXT


def test_every_plaintext_gives_a_body_of_the_same_length() -> None:
    lengths = {len(encrypt(b"x" * length, receiver=point_of(RECEIVER), auth=AUTH, padded_to=300)) for length in (0, 1, 150, 300)}

    assert len(lengths) == 1


def test_each_message_has_its_own_key_and_salt() -> None:
    first, second = (encrypt(b"x", receiver=point_of(RECEIVER), auth=AUTH, padded_to=8) for _ in range(2))

    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


def test_the_longest_message_just_fits_into_what_push_services_take() -> None:
    body = encrypt(b"x" * MAX_PADDED_BYTES, receiver=point_of(RECEIVER), auth=AUTH, padded_to=MAX_PADDED_BYTES)
    assert len(body) == 4096

    for length, padded_to in ((9, 8), (1, MAX_PADDED_BYTES + 1)):
        with pytest.raises(ValueError, match="does not fit"):
            encrypt(b"x" * length, receiver=point_of(RECEIVER), auth=AUTH, padded_to=padded_to)


@pytest.mark.parametrize("position", [0, 20, 21, 40, 86, len(BODY) - 1])
def test_a_changed_byte_anywhere_is_noticed(position: int) -> None:
    altered = bytearray(BODY)
    altered[position] ^= 1

    with pytest.raises(Undecipherable):
        decrypt(bytes(altered), private_key=RECEIVER, auth=AUTH)


@pytest.mark.parametrize("body", [b"", b"x" * 102, b"\x00" * 200, BODY[:-1], BODY + b"x" * 4096])
def test_anything_but_one_whole_record_is_refused(body: bytes) -> None:
    with pytest.raises(Undecipherable):
        decrypt(body, private_key=RECEIVER, auth=AUTH)


def test_another_phone_or_another_secret_cannot_open_it() -> None:
    with pytest.raises(Undecipherable):
        decrypt(BODY, private_key=ec.generate_private_key(ec.SECP256R1()), auth=AUTH)
    with pytest.raises(Undecipherable):
        decrypt(BODY, private_key=RECEIVER, auth=bytes(16))
