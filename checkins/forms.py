"""The form of check-ins in JSON: what is read, and what is shown."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from backend.api.problems import field_errors
from backend.api.serializers import IdField, MomentField, StrictSerializer, TextField, WholeNumberField
from backend.errors import DomainError, FieldError, Invalid
from checkins.answers import LEVELS, SCALES, Answers
from checkins.dashboard import SPANS
from checkins.models import CheckIn, Feeling
from checkins.services import Item

MAX_BATCH = 50


class Level(WholeNumberField):
    """A whole number on the scale."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=10, **options)


class CheckInInput(StrictSerializer):
    """A full answer needs the three levels, a quick one needs `quick` alone."""

    client_id = IdField(help_text="Made by the client, new for each write; a retry repeats it.")
    kind = serializers.ChoiceField(choices=CheckIn.Kind.choices)
    closeness_felt = Level(required=False)
    closeness_wanted = Level(required=False)
    space_wanted = Level(required=False)
    tension = Level(required=False, allow_null=True)
    quick = serializers.ChoiceField(choices=CheckIn.Quick.choices, required=False)
    feelings = serializers.ListField(child=serializers.ChoiceField(choices=Feeling.choices), max_length=3, required=False)
    note = TextField(max_length=4000, required=False, allow_blank=True, allow_null=True)
    shared_line = TextField(max_length=280, required=False, allow_blank=True, allow_null=True)
    answered_at = MomentField(required=False, help_text="When the person gave the answer, with its offset; for offline answers.")

    default_error_messages = {
        "required": _("This field is needed for such an answer."),
        "unexpected": _("This field does not belong to such an answer."),
        "repeated": _("Name each feeling once."),
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed, barred = (LEVELS, ("quick",)) if attrs["kind"] == CheckIn.Kind.FULL else (("quick",), SCALES)
        wrong = {name: [self._error("required")] for name in needed if name not in attrs}
        wrong |= {name: [self._error("unexpected")] for name in barred if attrs.get(name) is not None}
        if len(set(attrs.get("feelings", ()))) < len(attrs.get("feelings", ())):
            wrong["feelings"] = [self._error("repeated")]
        if wrong:
            raise serializers.ValidationError(wrong)
        return attrs

    def _error(self, code: str) -> serializers.ErrorDetail:
        return serializers.ErrorDetail(str(self.error_messages[code]), code)


class BatchItemInput(CheckInInput):
    date = serializers.DateField()
    version = WholeNumberField(min_value=1, required=False, allow_null=True)


class BatchInput(StrictSerializer):
    items = serializers.ListField(child=BatchItemInput(), min_length=1, max_length=MAX_BATCH)
    sent_at = MomentField(
        required=False, help_text="What the sender's clock says now: where it is wrong, each `answered_at` is set right by it."
    )


class AnswerInput(StrictSerializer):
    token = TextField(max_length=200)
    quick = serializers.ChoiceField(choices=CheckIn.Quick.choices)
    client_id = IdField()


class CheckInOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    kind = serializers.ChoiceField(choices=CheckIn.Kind.choices)
    closeness_felt = serializers.IntegerField(allow_null=True)
    closeness_wanted = serializers.IntegerField(allow_null=True)
    space_wanted = serializers.IntegerField(allow_null=True)
    tension = serializers.IntegerField(allow_null=True)
    quick = serializers.ChoiceField(choices=CheckIn.Quick.choices, allow_null=True)
    feelings = serializers.ListField(child=serializers.ChoiceField(choices=Feeling.choices))
    note = serializers.CharField(allow_null=True)
    shared_line = serializers.CharField(allow_null=True)
    version = serializers.IntegerField()
    answered_at = serializers.DateTimeField()
    kept_private = serializers.BooleanField(help_text="Given while paused or in the safety state.")


class ResultOutput(serializers.Serializer[Any]):
    status = serializers.IntegerField(help_text="What PUT would have answered.")
    check_in = CheckInOutput(allow_null=True)
    problem = serializers.DictField(allow_null=True)


class BatchOutput(serializers.Serializer[Any]):
    results = ResultOutput(many=True, help_text="In the order of the items.")


class LinesOutput(serializers.Serializer[Any]):
    closeness_felt = serializers.ListField(child=serializers.IntegerField(allow_null=True))
    closeness_wanted = serializers.ListField(child=serializers.IntegerField(allow_null=True))
    space_wanted = serializers.ListField(child=serializers.IntegerField(allow_null=True))


class WeekOutput(serializers.Serializer[Any]):
    week = serializers.DateField(help_text="Its Monday.")
    closeness_felt = serializers.CharField(allow_null=True)
    closeness_wanted = serializers.CharField(allow_null=True)
    space_wanted = serializers.CharField(allow_null=True)


class SharedLineOutput(serializers.Serializer[Any]):
    date = serializers.DateField()
    text = serializers.CharField()


class RibbonWeekOutput(serializers.Serializer[Any]):
    week = serializers.DateField()
    state = serializers.CharField(help_text="steady, one_reaching, both_apart, unsure or not_enough.")
    certainty = serializers.FloatField(allow_null=True, help_text="Probability of that state, averaged over the week's days.")


class ReasonOutput(serializers.Serializer[Any]):
    question = serializers.CharField(help_text="closeness_felt, closeness_wanted, space_wanted or tension.")
    above = serializers.BooleanField(help_text="True for more than is usual for you, false for less.")
    days = serializers.IntegerField(help_text="On how many days it stood out.")
    of = serializers.IntegerField(help_text="Of how many of the last days you answered.")


class LatelyOutput(serializers.Serializer[Any]):
    """From your own answers alone, whatever anybody else answers, shares or chooses."""

    enough = serializers.BooleanField(help_text="False while you have given too few answers to say what is usual for you.")
    stands_out = ReasonOutput(many=True, help_text="Two at most, the weightier first; empty most of the time.")


class SuggestionOutput(serializers.Serializer[Any]):
    """A few words for the week, the same for everybody."""

    week = serializers.DateField()
    title = serializers.CharField()
    body = serializers.CharField()
    step = serializers.CharField(allow_null=True, help_text="One small thing to try, or none.")
    minutes = serializers.IntegerField(allow_null=True, help_text="The span that the step names, for a timer; or none.")
    language = serializers.CharField()


class DashboardOutput(serializers.Serializer[Any]):
    """Column-oriented: each list has one place per day from `start`, null where there is nothing to show."""

    weeks = serializers.IntegerField(help_text=", ".join(map(str, SPANS)))
    start = serializers.DateField()
    days = serializers.IntegerField()
    mine = LinesOutput()
    partner = LinesOutput()
    partner_weeks = WeekOutput(many=True)
    partner_lines = SharedLineOutput(many=True)
    lately = LatelyOutput()
    pattern = RibbonWeekOutput(many=True, allow_null=True, help_text="Null unless both opted in.")
    suggestion = SuggestionOutput(allow_null=True)


# One instance reads every request: building a serializer's fields anew costs more than everything else in it.
_CHECK_IN = CheckInInput()
_BATCH_ITEM = BatchItemInput()
_SENT_AT = MomentField()


def read_item(data: Any, *, day: date, version: int | None) -> Item:
    """The write that `data` asks for. Raises REST framework's ValidationError."""
    return _item(_CHECK_IN.run_validation(data), day=day, version=version)


def read_batch(data: Any) -> list[Item | DomainError]:
    """The writes of a batch; an item that cannot be read is an error in its place. Raises Invalid for the batch itself."""
    unknown = sorted(set(data) - {"items", "sent_at"}) if isinstance(data, dict) else []
    if unknown:
        detail = serializers.ErrorDetail(str(_("This field is not known here.")), "unknown-field")
        raise Invalid(field_errors(serializers.ValidationError({name: [detail] for name in unknown})))
    if not isinstance(data, dict) or not isinstance(data.get("items"), list):
        raise Invalid([FieldError("/items", "required", "Send a list of items.")])
    if not 1 <= len(data["items"]) <= MAX_BATCH:
        raise Invalid([FieldError("/items", "out-of-range", "Send 1 to 50 items.")])
    return [_batch_item(one) for one in data["items"]]


def read_sent_at(data: Any) -> datetime | None:
    """What the clock of a batch's sender said, where it was told; asked of a batch that was read. Raises Invalid."""
    if "sent_at" not in data:
        return None
    try:
        moment: datetime = _SENT_AT.run_validation(data["sent_at"])
    except serializers.ValidationError as error:
        raise Invalid(field_errors(serializers.ValidationError({"sent_at": error.detail}))) from error
    return moment


def _batch_item(data: Any) -> Item | DomainError:
    try:
        values = _BATCH_ITEM.run_validation(data)
    except serializers.ValidationError as error:
        return Invalid(field_errors(error))
    return _item(values, day=values["date"], version=values.get("version"))


def _item(values: Mapping[str, Any], *, day: date, version: int | None) -> Item:
    answers = Answers(
        kind=values["kind"],
        quick=values.get("quick"),
        feelings=tuple(values.get("feelings", ())),
        note=values.get("note") or None,
        shared_line=values.get("shared_line") or None,
        **{name: values.get(name) for name in SCALES},
    )
    return Item(day=day, client_id=values["client_id"], answers=answers, answered_at=values.get("answered_at"), version=version)
