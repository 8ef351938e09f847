"""Made-up accounts, as many as a benchmark wants."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any


def make_accounts(cursor: Any, *, count: int, zones: Sequence[str], joined: datetime) -> None:
    """Persons 1 to `count`, the zones given to them in turns."""
    cursor.execute(_ACCOUNTS, {"zones": list(zones), "people": count, "before": joined})


_ACCOUNTS = """
    INSERT INTO accounts_user (id, password, is_superuser, email, name, timezone, zone_changed_at, language,
                               failed_sign_ins, pin, pin_failures, pin_failures_in_all, is_staff, is_active, date_joined)
    SELECT n, '!', false, 'p' || n || '@example.org', '', (%(zones)s::text[])[1 + n %% cardinality(%(zones)s::text[])], %(before)s, 'en',
           0, '', 0, 0, false, true, %(before)s
    FROM generate_series(1, %(people)s) AS n
"""
