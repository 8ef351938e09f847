"""Reads about couples that need a name."""

from backend.accounts.models import User
from backend.couples.models import Invitation, Membership


def active_membership(person: User) -> Membership | None:
    """The person's membership in the couple they are in, if any."""
    return Membership.objects.visible_to(person).active().select_related("couple").first()


def pair_of(person: User) -> tuple[Membership, Membership] | None:
    """The person's membership and the partner's, or None outside a couple.

    One statement, so that a partner who leaves or deletes their account meanwhile is either still there or gone.
    """
    couple = Membership.objects.visible_to(person).active().values("couple")
    members = sorted(
        Membership.objects.filter(couple__in=couple).select_related("couple", "person"), key=lambda one: one.person_id != person.pk
    )
    return (members[0], members[1]) if len(members) == 2 else None


def partner_of(person: User) -> User | None:
    pair = pair_of(person)
    return pair[1].person if pair else None


def is_together(couple_id: int) -> bool:
    """Both are still in the couple. Asked again before anything about it is sent."""
    return Membership.objects.filter(couple_id=couple_id, couple__ended_at=None, ended_at=None).count() == 2


def pending_for(person: User) -> list[Invitation]:
    """Invitations the person sent or accepted that look unsettled to them."""
    return list(Invitation.objects.visible_to(person).select_related("inviter", "accepted_by").order_by("created_at"))
