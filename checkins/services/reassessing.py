"""History is assessed again, after the model changed: batch by batch, each couple wholly or not at all.

How far it came stands in the rows themselves, since a couple assessed by this version is no longer looked for. So it may be
stopped and run again at any time, beside workers that go on; a couple whose morning comes first is assessed by that.
"""

from collections.abc import Collection
from dataclasses import dataclass

from django.db import transaction
from django.db.models import F, Q

from backend.consents.queries import members_of
from checkins import patterns
from checkins.models import PatternState, PatternStateQuerySet
from checkins.services.assessing import assess

# Small: while a batch is at work, an answer of one of its people waits.
BATCH = 50


@dataclass(frozen=True)
class Step:
    """One batch: the last couple looked at, None at the end, and how many couples and couple-days were assessed."""

    last: int | None
    couples: int
    days: int


def left_to_reassess(couples: Collection[int] | None = None) -> int:
    """How many couples there are to assess again: the named ones, or all that another version assessed."""
    return _due(couples).count()


def waiting_for_their_morning(couples: Collection[int] | None = None) -> int:
    """How many of them have answers that came late and appear at their next morning. It assesses them wholly."""
    return _wanted(couples).exclude(_ONLY_NEW_DAYS).count()


def reassess_batch(*, after: int = 0, limit: int = BATCH, couples: Collection[int] | None = None) -> Step:
    """Assesses up to `limit` couples with ids above `after` from their first day to their last assessed one, in one transaction."""
    with transaction.atomic():
        due = _due(couples).filter(couple_id__gt=after).select_for_update(of=("self",))
        states = list(due.order_by("couple_id")[:limit])
        if not states:
            return Step(None, 0, 0)
        members = members_of([state.couple_id for state in states])
        through = {state.couple_id: state.assessed_through for state in states if state.assessed_through}
        days = assess(states=states, members=members, through=through, anew=True)
    return Step(states[-1].couple_id, len(states), days)


def _due(couples: Collection[int] | None) -> PatternStateQuerySet:
    return _wanted(couples).filter(_ONLY_NEW_DAYS)


def _wanted(couples: Collection[int] | None) -> PatternStateQuerySet:
    """Couples that somebody still sees. What was derived from two who parted is left as it was, and seen by neither."""
    seen = PatternState.objects.of_couples_in_view().filter(assessed_through__isnull=False)
    return seen.exclude(model_version=patterns.MODEL_VERSION) if couples is None else seen.filter(couple_id__in=couples)


# A late answer changes what is shown at the next morning and not before, or its sender's partner could tell when it came.
_ONLY_NEW_DAYS = Q(dirty_from=None) | Q(dirty_from__gt=F("assessed_through"))
