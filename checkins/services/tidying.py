"""What is forgotten after a while: that a phone sent something matters as long as it might send it again."""

from datetime import datetime, timedelta

from backend.batches import delete_all
from checkins.models import Submission
from checkins.services.submitting import LONGEST_AGO

WRITES_KEPT = timedelta(days=30)
"""Well past the last day on which a write for that day is taken, so that no retry finds its id forgotten."""
assert WRITES_KEPT > LONGEST_AGO


def tidy(*, now: datetime) -> int:
    """Forgets the ids of writes for days of more than a month ago. Returns how many."""
    return delete_all(Submission.objects.filter(day__lt=(now - WRITES_KEPT).date()))
