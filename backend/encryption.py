"""Seals what only its author may read: AES-256-GCM, bound to table, column and row, under keys kept outside the database.

A sealed value is: version byte 1 | length of key id | key id | 12 random bytes | ciphertext and tag. The table, column and
row are authenticated with it, so that a value copied to another row does not open.
"""

import base64
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

_VERSION = 1
_NONCE = 12


class Unreadable(Exception):
    """The value was sealed under a key we do not have, belongs to another row, or was damaged."""


class BadKeys(ValueError):
    """FIELD_KEYS is not a list of id:base64url-key pairs of 32 bytes."""


def seal(text: str, *, table: str, column: str, row: str) -> bytes:
    """Encrypts `text` under the current key for exactly this place."""
    return seal_file(text.encode(), table=table, column=column, row=row)


def seal_file(content: bytes, *, table: str, column: str, row: str) -> bytes:
    """`seal` for what is no text."""
    key_id, key = current_key()
    nonce = secrets.token_bytes(_NONCE)
    name = key_id.encode()
    return bytes([_VERSION, len(name)]) + name + nonce + key.encrypt(nonce, content, _place(table, column, row))


def open_sealed(sealed: bytes, *, table: str, column: str, row: str) -> str:
    """Decrypts what `seal` made for the same place. Raises Unreadable."""
    return open_file(sealed, table=table, column=column, row=row).decode()


def open_file(sealed: bytes, *, table: str, column: str, row: str) -> bytes:
    """Decrypts what `seal_file` made for the same place. Raises Unreadable."""
    sealed = bytes(sealed)
    key = _keys(settings.FIELD_KEYS).get(key_id_of(sealed))
    if key is None:
        raise Unreadable("sealed under a key that is not among FIELD_KEYS")
    start = 2 + sealed[1]
    nonce, body = sealed[start : start + _NONCE], sealed[start + _NONCE :]
    try:
        return key.decrypt(nonce, body, _place(table, column, row))
    except InvalidTag as error:
        raise Unreadable("damaged, or sealed for another row") from error


def key_id_of(sealed: bytes) -> str:
    """Which key a value was sealed under. Raises Unreadable for anything that is not a sealed value."""
    if len(sealed) < 2 or sealed[0] != _VERSION or len(sealed) < 2 + sealed[1] + _NONCE + 16:
        raise Unreadable("not a sealed value")
    return bytes(sealed[2 : 2 + sealed[1]]).decode("ascii", "replace")


def current_key() -> tuple[str, AESGCM]:
    """The id and key new values are sealed under: the first of FIELD_KEYS."""
    return next(iter(_keys(settings.FIELD_KEYS).items()))


@cache
def _keys(listed: str) -> dict[str, AESGCM]:
    keys = {}
    for pair in filter(None, (part.strip() for part in listed.split(","))):
        key_id, _, encoded = pair.partition(":")
        try:
            key = base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))
        except ValueError as error:
            raise BadKeys(f"the key named {key_id!r} is not base64url") from error
        if not (0 < len(key_id) < 64 and key_id.isascii() and len(key) == 32):
            raise BadKeys("each of FIELD_KEYS is a short id, a colon and 32 bytes in base64url")
        if key_id in keys:
            raise BadKeys(f"two keys are named {key_id!r}")
        keys[key_id] = AESGCM(key)
    if not keys:
        raise BadKeys("FIELD_KEYS is empty")
    return keys


def _place(table: str, column: str, row: str) -> bytes:
    return f"{table}|{column}|{row}".encode()
