"""Strict input: unknown fields are refused, and a number is a whole JSON number."""

import unicodedata
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses fields it does not know, so that a misspelt one is not silently lost."""

    default_error_messages = {"unknown-field": _("This field is not known here.")}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            unknown = set(data) - {name for name, field in self.fields.items() if not field.read_only}
            if unknown:
                message = str(self.error_messages["unknown-field"])
                raise serializers.ValidationError({name: [serializers.ErrorDetail(message, "unknown-field")] for name in sorted(unknown)})
        return super().to_internal_value(data)


class WholeNumberField(serializers.IntegerField):
    """A whole JSON number: no float, no boolean, no text."""

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return int(super().to_internal_value(data))


class TruthField(serializers.BooleanField):
    """true or false, not "yes" or 1."""

    def to_internal_value(self, data: Any) -> bool:
        if type(data) is not bool:
            self.fail("invalid", input=data)
        return data


class IdField(serializers.UUIDField):
    """A UUID in its usual written form. Not a number, and the error does not repeat what was sent."""

    default_error_messages = {"invalid": _("This is not a UUID.")}

    def to_internal_value(self, data: Any) -> UUID:
        if type(data) is not str:
            self.fail("invalid")
        found: UUID = super().to_internal_value(data)
        return found


class MomentField(serializers.DateTimeField):
    """A moment with its offset from UTC. Without one it could be anybody's clock, and would be read hours off."""

    default_error_messages = {"offset-required": _("Say the offset from UTC, as in 2026-11-18T20:04:00+01:00.")}

    def enforce_timezone(self, value: datetime) -> datetime:
        if value.tzinfo is None:
            self.fail("offset-required")
        moment: datetime = super().enforce_timezone(value)
        return moment


class TextField(serializers.CharField):
    """Text, normalised to NFC so that its length is what a person sees. Not a number, not a boolean."""

    def to_internal_value(self, data: Any) -> str:
        if type(data) is not str:
            self.fail("invalid")
        return unicodedata.normalize("NFC", super().to_internal_value(data))
