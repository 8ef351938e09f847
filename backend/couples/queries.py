"""Reads about couples that need a name."""

from backend.accounts.models import User
from backend.couples.models import Invitation, Membership


def active_membership(person: User) -> Membership | None:
    """The person's membership in the couple they are in, if any."""
    return Membership.objects.visible_to(person).active().select_related("couple").first()


def partner_membership(membership: Membership) -> Membership:
    """The other membership of the same couple."""
    return Membership.objects.select_related("person").exclude(pk=membership.pk).get(couple_id=membership.couple_id)


def partner_of(person: User) -> User | None:
    membership = active_membership(person)
    return partner_membership(membership).person if membership else None


def is_together(couple_id: int) -> bool:
    """Both are still in the couple. Asked again before anything about it is sent."""
    return Membership.objects.filter(couple_id=couple_id, couple__ended_at=None, ended_at=None).count() == 2


def pending_for(person: User) -> list[Invitation]:
    """Invitations the person sent or accepted that look unsettled to them."""
    return list(Invitation.objects.visible_to(person).select_related("inviter", "accepted_by").order_by("created_at"))
