from dataclasses import replace
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from checkins.management.commands import fit_patterns
from checkins.patterns import fit
from checkins.patterns.constants import IN_USE, from_json


@pytest.fixture
def small(monkeypatch, tmp_path):
    """The stored constants beside the test, few couples to score, and a fit that finds what the test says."""
    stored = tmp_path / "constants.json"
    stored.write_text(IN_USE.as_json())
    monkeypatch.setattr(fit_patterns, "STORED", stored)
    monkeypatch.setattr(fit_patterns, "COUPLES", 2)
    monkeypatch.setattr(fit_patterns, "FAMILIES", ("regimes", "plain_weeks"))

    def finds(constants):
        monkeypatch.setattr(fit, "fit", lambda start, couples, told: told(1, 1) or constants)
        monkeypatch.setattr(fit, "calibrated", lambda constants, couples: constants)
        return stored

    return finds


def run(*args):
    said = StringIO()
    call_command("fit_patterns", *args, stdout=said, stderr=StringIO())
    return said.getvalue()


def test_what_is_rebuilt_as_stored_changes_nothing(small):
    stored = small(IN_USE.constants)
    before = stored.read_bytes()
    assert "every constant is rebuilt from its seeds" in run("--check")
    assert "nothing changed" in run()
    assert stored.read_bytes() == before


def test_a_changed_constant_is_a_new_version_with_a_date(small):
    stored = small(replace(IN_USE.constants, temper=0.5))
    assert f"model {IN_USE.model_version + 1} of" in run()
    written = from_json(stored.read_text())
    assert written.constants.temper == 0.5
    assert written.model_version == IN_USE.model_version + 1


def test_a_check_names_what_differs_and_writes_nothing(small):
    stored = small(replace(IN_USE.constants, temper=0.5))
    with pytest.raises(CommandError, match=r"temper: stored .*, rebuilt 0.5"):
        run("--check")
    assert stored.read_text() == IN_USE.as_json()


def test_scores_come_with_intervals(small):
    small(IN_USE.constants)
    said = run("--no-fit")
    assert "held-out seeds" in said
    assert "regimes" in said
    assert "[" in said
