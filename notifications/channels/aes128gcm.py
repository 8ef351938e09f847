"""Message encryption for Web Push: RFC 8291 on top of the content coding of RFC 8188.

One record, padded to a constant length, so that the ciphertext's size tells nothing. Decryption
is here too because the stand-in push service and the tests play the browser.
"""

import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

RECORD_SIZE: Final = 4096
SALT_BYTES: Final = 16
POINT_BYTES: Final = 65
HEADER_BYTES: Final = SALT_BYTES + 4 + 1 + POINT_BYTES
TAG_BYTES: Final = 16
LAST_RECORD: Final = b"\x02"
MAX_PADDED_BYTES: Final = 4096 - HEADER_BYTES - TAG_BYTES - len(LAST_RECORD)


class Undecipherable(ValueError):
    """The body is not a message for this key, or it was altered."""


@dataclass(frozen=True, slots=True)
class _ContentKeys:
    key: bytes
    nonce: bytes


def encrypt(
    plaintext: bytes,
    *,
    receiver: bytes,
    auth: bytes,
    padded_to: int,
    sender: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the request body that only the subscription's browser can open.

    ``receiver`` is its uncompressed P-256 point (65 bytes), ``auth`` its secret (16 bytes) and
    ``padded_to`` the length in bytes that every plaintext is brought to, at most 3,993. Sender
    key and salt are fresh for each message; only the RFC's test vector gives them. Raises
    `ValueError` for a plaintext that is longer.
    """
    if len(plaintext) > padded_to or padded_to > MAX_PADDED_BYTES:
        raise ValueError("the plaintext does not fit into one padded record")
    sender = sender or ec.generate_private_key(ec.SECP256R1())
    salt = salt or secrets.token_bytes(SALT_BYTES)
    sender_point = point_of(sender)
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), receiver))
    keys = _derive(shared, auth=auth, receiver=receiver, sender=sender_point, salt=salt)
    padded = plaintext + LAST_RECORD + bytes(padded_to - len(plaintext))
    header = salt + RECORD_SIZE.to_bytes(4, "big") + bytes([len(sender_point)]) + sender_point
    return header + AESGCM(keys.key).encrypt(keys.nonce, padded, None)


def decrypt(body: bytes, *, private_key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Open a body as the browser would and return the plaintext without its padding.

    Raises `Undecipherable` for anything but one whole record made for this key.
    """
    salt, sender_point = _read_header(body)
    try:
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender_point)
        shared = private_key.exchange(ec.ECDH(), sender)
        keys = _derive(shared, auth=auth, receiver=point_of(private_key), sender=sender_point, salt=salt)
        padded = AESGCM(keys.key).decrypt(keys.nonce, body[HEADER_BYTES:], None)
    except (InvalidTag, ValueError) as error:
        raise Undecipherable("not a message for this key") from error
    plaintext = padded.rstrip(b"\x00")
    if not plaintext.endswith(LAST_RECORD):
        raise Undecipherable("the record is not marked as the last one")
    return plaintext[:-1]


def point_of(private_key: ec.EllipticCurvePrivateKey) -> bytes:
    """The key's public point, uncompressed: 65 bytes."""
    return private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _read_header(body: bytes) -> tuple[bytes, bytes]:
    if len(body) < HEADER_BYTES + len(LAST_RECORD) + TAG_BYTES:
        raise Undecipherable("the body is too short")
    record_size = int.from_bytes(body[SALT_BYTES : SALT_BYTES + 4], "big")
    if body[SALT_BYTES + 4] != POINT_BYTES or len(body) - HEADER_BYTES > record_size:
        raise Undecipherable("the body is not one record with a P-256 sender key")
    return body[:SALT_BYTES], body[HEADER_BYTES - POINT_BYTES : HEADER_BYTES]


def _derive(shared: bytes, *, auth: bytes, receiver: bytes, sender: bytes, salt: bytes) -> _ContentKeys:
    """RFC 8291 section 3.4: first bind both public keys, then the salt."""
    bound = _hkdf(shared, salt=auth, info=b"WebPush: info\x00" + receiver + sender, length=32)
    return _ContentKeys(
        key=_hkdf(bound, salt=salt, info=b"Content-Encoding: aes128gcm\x00", length=16),
        nonce=_hkdf(bound, salt=salt, info=b"Content-Encoding: nonce\x00", length=12),
    )


def _hkdf(secret: bytes, *, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)
