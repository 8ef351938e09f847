"""Stopping the mails from within a mail: whoever holds its token can do that one thing, without signing in."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.signing import BadSignature, Signer

from backend.accounts.models import User
from backend.errors import NotFound
from notifications.models import Delivery, Preference
from notifications.services.preferences import change_preference

_signer = Signer(salt="notifications.stop-mail")


def stop_tokens(*, deliveries: Iterable[Delivery]) -> dict[UUID, str]:
    """For each delivery that goes by mail, what stops the mails to its person, by delivery. Says nothing of whose it is.

    It holds for good, also in a mail that is read years later.
    """
    by_mail = [one for one in deliveries if one.device_id is None]
    people = {one.person_id for one in by_mail}
    marks = dict(Preference.objects.filter(person__in=people).values_list("person_id", "mail_mark")) if people else {}
    return {one.pk: _signer.sign(str(marks[one.person_id])) for one in by_mail}


def check_stop_token(token: str) -> User:
    """Whose mails the token stops. Raises NotFound."""
    try:
        found = Preference.objects.select_related("person").filter(mail_mark=_signer.unsign(token), person__is_active=True).first()
    except (BadSignature, ValidationError):
        raise NotFound from None
    if found is None:
        raise NotFound
    return found.person


def stop_mail(*, token: str, now: datetime) -> None:
    """No reminder or prompt comes by mail any more, until the person wants them again. Raises NotFound."""
    change_preference(person=check_stop_token(token), now=now, email_on=False)
