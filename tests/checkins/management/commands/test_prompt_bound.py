import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from checkins import policy
from checkins.policy import Chances, Mode


def bound(**options) -> str:
    output = StringIO()
    call_command("prompt_bound", stdout=output, **options)
    return output.getvalue()


def test_a_line_for_each_mode():
    responsive, discreet = (next(line for line in bound().splitlines() if line.startswith(mode)) for mode in ("responsive", "discreet"))
    assert discreet.split()[1:6] == ["x", "2.00", "/", "1.21", "4.00"]
    assert responsive.split()[1:5] == ["x", "18.00", "/", "9.50"]
    assert json.loads(bound(json=True))["discreet"]["cap"] == 2


def test_a_formula_that_claims_too_little_ends_with_an_error(monkeypatch):
    monkeypatch.setitem(policy.CHANCES, Mode.DISCREET, Chances(episode=0.3, calm=0.15, cap=2))
    monkeypatch.setattr("checkins.bound.leak_from_calm", lambda **_: 0.5)
    with pytest.raises(CommandError, match="more than is claimed"):
        bound()
