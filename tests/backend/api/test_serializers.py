from datetime import datetime

import pytest
from rest_framework import serializers

from backend.api.problems import field_errors
from backend.api.serializers import IdField, MomentField, StrictSerializer, TextField, TruthField, WholeNumberField

UUID_TEXT = "6f1d6f0e-8a6a-4a50-9f4e-2f6f3c1d0b11"


class Form(StrictSerializer):
    number = WholeNumberField(min_value=0, max_value=10, required=False)
    truth = TruthField(required=False)
    text = TextField(max_length=3, required=False)
    id = IdField(required=False)
    moment = MomentField(required=False)
    choice = serializers.ChoiceField(choices=["a", "b"], required=False)
    shown = serializers.CharField(read_only=True)


def errors_of(data):
    form = Form(data=data)
    with pytest.raises(serializers.ValidationError) as caught:
        form.is_valid(raise_exception=True)
    return [(one.pointer, one.code) for one in field_errors(caught.value)]


@pytest.mark.parametrize("value", [1.0, 1.5, True, False, "1", "", [], [1], {}, None])
def test_a_number_is_a_whole_json_number(value):
    assert [pointer for pointer, _ in errors_of({"number": value})] == ["/number"]


@pytest.mark.parametrize("value", [-1, 11, 10**30])
def test_a_number_outside_its_range(value):
    assert errors_of({"number": value}) == [("/number", "out-of-range")]


@pytest.mark.parametrize("value", ["true", "yes", 1, 0, 1.0, None, [], {}])
def test_a_truth_is_true_or_false(value):
    assert [pointer for pointer, _ in errors_of({"truth": value})] == ["/truth"]


@pytest.mark.parametrize("value", [1, 1.5, True, None, [], {}])
def test_a_text_is_text(value):
    assert [pointer for pointer, _ in errors_of({"text": value})] == ["/text"]


def test_the_length_of_a_text_is_what_a_person_sees():
    composed = "é" * 3
    form = Form(data={"text": "e\u0301" * 3})
    form.is_valid(raise_exception=True)
    assert form.validated_data["text"] == composed
    assert errors_of({"text": "e\u0301" * 4}) == [("/text", "too-long")]


def test_a_text_may_not_grow_past_its_limit_when_it_is_normalised():
    # One sign that NFC takes apart into three.
    assert errors_of({"text": "\ufb2c" * 3}) == [("/text", "too-long")]


@pytest.mark.parametrize("value", ["2026-11-18T20:04:00", "2026-11-18T20:04", "2026-11-18 20:04:00.5"])
def test_a_moment_says_its_offset(value):
    assert errors_of({"moment": value}) == [("/moment", "offset-required")]
    for offset in ("Z", "+01:00", "-0330"):
        form = Form(data={"moment": value + offset})
        form.is_valid(raise_exception=True)
        assert form.validated_data["moment"] == datetime.fromisoformat(value + offset)


@pytest.mark.parametrize(
    "value", [5, True, None, "", "now", "20:04Z", "2026-11-18", "2026-02-30T20:04:00Z", "0001-01-01T00:00:00+14:00", []]
)
def test_a_moment_is_a_moment(value):
    assert [pointer for pointer, _ in errors_of({"moment": value})] == ["/moment"]


@pytest.mark.parametrize("value", [5, "canary", "", None, [], {}, True, 10**40])
def test_an_id_is_a_uuid_in_text(value):
    assert [pointer for pointer, _ in errors_of({"id": value})] == ["/id"]


def test_an_id_is_read():
    form = Form(data={"id": UUID_TEXT.upper()})
    form.is_valid(raise_exception=True)
    assert str(form.validated_data["id"]) == UUID_TEXT


@pytest.mark.parametrize("value", ["c", 1, True, None, [], {}, ""])
def test_a_choice_is_one_of_the_choices(value):
    assert [pointer for pointer, _ in errors_of({"choice": value})] == ["/choice"]


def test_no_error_repeats_what_was_sent():
    form = Form(data={"number": "canary", "truth": "canary", "text": "canary", "id": "canary", "choice": "canary"})
    assert not form.is_valid()
    with pytest.raises(serializers.ValidationError) as caught:
        form.is_valid(raise_exception=True)
    errors = field_errors(caught.value)
    assert len(errors) == 5
    assert not any("canary" in str(one.detail) for one in errors)


def test_unknown_and_read_only_fields_are_refused():
    assert errors_of({"shown": "x", "other": 1}) == [("/other", "unknown-field"), ("/shown", "unknown-field")]
