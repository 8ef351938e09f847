"""The log of what was shown to somebody outside a couple. Rows are added and never changed; the database refuses anything else."""

from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from backend.care.models import CareLink
from backend.consents.models import Consent
from backend.couples.models import Membership


class DisclosureQuerySet(models.QuerySet["Disclosure"]):
    def visible_to(self, viewer: Any) -> "DisclosureQuerySet":
        """What was shown of the couples the viewer is or was one of."""
        if not viewer.is_authenticated:
            return self.none()
        return self.filter(couple_number__in=Membership.objects.visible_to(viewer).values("couple_id"))

    def read_by(self, viewer: Any) -> "DisclosureQuerySet":
        """A therapist's own reads."""
        return self.filter(therapist_number=viewer.pk) if viewer.is_authenticated else self.none()

    def note_down(self, rows: Sequence["Disclosure"]) -> None:
        """Adds these rows in one statement, column by column: value by value, a caseload's would cost more than reading what is shown."""
        columns = [[getattr(row, name) for row in rows] for name in _NOTED]
        # A list of lists is told as text, for an array of arrays would have to be a square. The words are those of our own list.
        scopes = [f"{{{','.join(row.scopes)}}}" for row in rows]
        with connection.cursor() as cursor:
            cursor.execute(_NOTE_DOWN, [*columns, scopes])


class Disclosure(models.Model):
    """One answer that showed something of one couple: to whom, what, of which days, for what purpose.

    Who and whose are numbers and words rather than references: the log outlives the accounts it names.
    """

    class Place(models.TextChoices):
        CASELOAD = "caseload", _("looked at the last weeks, in the list of couples")
        TREND = "trend", _("looked at your page")
        COMPARISON = "comparison", _("set two stretches of your days side by side")
        TABLE = "table", _("took along a table (CSV)")
        RECORD = "record", _("took along a record (FHIR)")
        SHEET = "sheet", _("took along a sheet for a session (PDF)")

    TAKEN_ALONG = (Place.TABLE, Place.RECORD, Place.SHEET)
    """Where a file left Ebb: what was withdrawn since stays in it."""

    at = models.DateTimeField()
    couple_number = models.BigIntegerField()
    therapist_number = models.BigIntegerField()
    therapist_name = models.CharField(max_length=80)
    practice = models.CharField(max_length=120)
    link_number = models.UUIDField()
    place = models.CharField(max_length=10, choices=Place.choices)
    scopes = ArrayField(models.CharField(max_length=8, choices=Consent.Scope.choices), size=3)
    from_day = models.DateField()
    to_day = models.DateField()
    purpose = models.CharField(max_length=12, choices=CareLink.Purpose.choices)

    objects = DisclosureQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="shown_days_are_in_order", condition=Q(from_day__lte=F("to_day")))]
        indexes = [
            # the couple's log, newest first
            models.Index(fields=["couple_number", "-at"], name="disclosures_of_couple"),
            # a therapist's own reads
            models.Index(fields=["therapist_number", "-at"], name="disclosures_of_therapist"),
        ]

    def __str__(self) -> str:
        return f"disclosure {self.pk}"


_NOTED = {
    "at": "timestamptz",
    "couple_number": "bigint",
    "therapist_number": "bigint",
    "therapist_name": "text",
    "practice": "text",
    "link_number": "uuid",
    "place": "text",
    "from_day": "date",
    "to_day": "date",
    "purpose": "text",
}
_NOTE_DOWN = f"""
    INSERT INTO audit_disclosure ({", ".join(_NOTED)}, scopes)
    SELECT {", ".join(_NOTED)}, scopes::varchar[]
    FROM unnest({", ".join(f"%s::{kind}[]" for kind in _NOTED.values())}, %s::text[]) AS noted ({", ".join(_NOTED)}, scopes)
"""  # noqa: S608 (names of our own columns)
