"""Answer tokens: whoever holds one may write one check-in of one person and day, and read nothing.

Wrong, expired, used and revoked tokens are told alike.
"""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from backend.calendar_days import day_closes
from backend.errors import NotFound
from notifications import queries
from notifications.models import AnswerToken, Delivery

TOKEN_BYTES = 32


@dataclass(frozen=True, slots=True)
class TokenOwner:
    """Whose check-in a token may write, and for which day."""

    person_id: int
    day: date


def mint_answer_tokens(*, deliveries: Iterable[Delivery]) -> dict[UUID, str]:
    """A fresh token for each reminder on its way to a device, by delivery; none in private mode. Valid until the reminder's day closes.

    Only hashes are kept, so a second try mints anew and the token of the first, which may have arrived, stays valid.
    `deliveries` come with their slot and person read.
    """
    minted: dict[UUID, str] = {}
    rows = []
    for delivery in deliveries:
        # A notice in private mode is nothing but its line.
        if delivery.slot is None or delivery.device_id is None or delivery.person.pin:
            continue
        minted[delivery.pk] = secrets.token_urlsafe(TOKEN_BYTES)
        rows.append(
            AnswerToken(
                hash=_hash(minted[delivery.pk]),
                person_id=delivery.person_id,
                day=delivery.slot.day,
                slot=delivery.slot,
                device_id=delivery.device_id,
                minted_at=delivery.handed_over_at,
                expires_at=day_closes(delivery.slot.day, delivery.person.zone),
            )
        )
    AnswerToken.objects.bulk_create(rows)
    return minted


def redeem_answer_token(*, token: str, client_id: UUID, now: datetime) -> TokenOwner:
    """Spends the token on the write `client_id` and says whose day that writes. Raises NotFound.

    Call it in the transaction of the write, so that a write that fails leaves the token as it was. A token that was
    spent on the same `client_id` is good again: a retry finds its own check-in. A pause ends what was made before it,
    and private mode ends all: whoever holds the phone could press the button.
    """
    # Conditions on the row's own columns only: a second writer that waited for the first looks at those again, at a join not.
    mine = AnswerToken.objects.filter(hash=_hash(token), expires_at__gt=now)
    # The account first, as whoever deletes it locks it first too.
    if not queries.staying(list(mine.values_list("person_id", flat=True)), wait=True):
        raise NotFound
    if not mine.unused().filter(~queries.paused_since_minted()).update(spent_at=now, check_in_client_id=client_id):
        mine = mine.filter(check_in_client_id=client_id)
    found = mine.select_related("person").first()
    if found is None or not found.person.is_active or found.person.pin:
        raise NotFound
    return TokenOwner(found.person_id, found.day)


def _hash(token: str) -> bytes:
    # 256 random bits need no key: they cannot be guessed, so the hash cannot be searched.
    return hashlib.sha256(token.encode()).digest()
