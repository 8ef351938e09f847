"""Many rows, a few at a time."""

from typing import Any

from django.db import transaction
from django.db.models import QuerySet

BATCH = 2000


def delete_all(rows: QuerySet[Any]) -> int:
    """Deletes them in small transactions, so that nobody waits for it. Returns how many."""
    total = 0
    while ids := list(rows.values_list("pk", flat=True)[:BATCH]):
        with transaction.atomic():
            rows.model._base_manager.filter(pk__in=ids).delete()
        total += len(ids)
    return total
