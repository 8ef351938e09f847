"""Invitation codes: 50 random bits as ten letters and digits, in a form that survives being read aloud."""

import hashlib
import hmac
import secrets

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # 32 signs, 5 bits each; no I, O, 0, 1
LENGTH = 10


def new_code() -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def shown(code: str) -> str:
    """In two groups, as people read it: ABCDE-FGHJK."""
    return f"{code[:5]}-{code[5:]}"


def typed(text: str) -> str:
    """What a person typed, without spaces, dashes and case."""
    return "".join(letter for letter in text.upper() if letter.isalnum())


def keyed_hash(text: str, *, key: str, purpose: str) -> bytes:
    """HMAC-SHA256 under our key, so that a copy of the database does not give codes or addresses away."""
    return hmac.new(key.encode(), f"{purpose}:{text}".encode(), hashlib.sha256).digest()
