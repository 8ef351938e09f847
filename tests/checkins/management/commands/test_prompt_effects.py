import csv
import json
import stat
from datetime import UTC, datetime, timedelta
from io import StringIO
from uuid import uuid4

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from backend import clock
from backend.accounts.models import User
from backend.couples.models import Couple, Membership
from checkins import decision_log
from checkins.effects.export import COLUMNS
from checkins.effects.rehearsal import FIRST_DAY, Missing, Setting, made_up
from checkins.effects.study import LEAST_COUPLES, study_of
from checkins.models import CheckIn, Decision

pytestmark = pytest.mark.django_db

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def write_log(couples: int) -> None:
    """A made-up trial as rows of the database."""
    coins, felt = made_up(Setting(missing=Missing.HISTORY, couples=couples, days=40), np.random.default_rng(5))
    ids = [Couple.objects.create(created_at=BEGAN).pk for _ in range(couples)]
    people = User.objects.bulk_create(
        [
            User(email=f"{n}@example.org", name="x", timezone="UTC", adult_confirmed_at=BEGAN, zone_changed_at=BEGAN)
            for n in range(2 * couples)
        ]
    )
    Membership.objects.bulk_create(
        Membership(couple_id=ids[n // 2], person=one, side="ab"[n % 2], joined_at=BEGAN, joined_day=BEGAN.date())
        for n, one in enumerate(people)
    )
    Decision.objects.bulk_create(
        Decision(
            couple_id=ids[coin.couple], day=coin.day, decided_at=coin.decided_at, available=True, in_trial=True, sent=coin.sent,
            probability=coin.probability, coin=0.0, reason="episode" if coin.alert else "calm", mode="discreet", state_alert=coin.alert,
            p_a_reaches=coin.chance, p_b_reaches=0.0, policy_version="2", item="x" if coin.sent else "",
        )
        for coin in coins
    )  # fmt: skip
    CheckIn.objects.bulk_create(
        CheckIn(
            person=people[2 * one.couple + one.side], day=one.day, client_id=uuid4(), kind="full", closeness_wanted=5, space_wanted=5,
            closeness_felt=int(np.clip(round(one.felt), 0, 10)), answered_at=one.received_at, received_at=one.received_at,
            updated_at=one.received_at,
        )
        for one in felt
    )  # fmt: skip


@pytest.fixture(autouse=True)
def later(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 6, 1, tzinfo=UTC))


def effects(**options) -> str:
    output = StringIO()
    call_command("prompt_effects", stdout=output, stderr=StringIO(), **options)
    return output.getvalue()


def study():
    through = FIRST_DAY + timedelta(days=200)
    return study_of(decision_log.coins(through=through), decision_log.felt(through=through))


def test_few_couples_are_too_few_and_nothing_is_written(tmp_path):
    write_log(LEAST_COUPLES - 1)
    assert "Too few to say anything" in effects()
    assert json.loads(effects(json=True))["lines"] == []
    for option, name in (("export", "log.csv"), ("plot", "effects.svg")):
        with pytest.raises(CommandError, match="too few couples"):
            effects(**{option: tmp_path / name})
        assert not (tmp_path / name).exists()


def test_an_empty_log_is_too_few():
    assert effects().startswith("0 couples, 0 decisions inside the trial.\nToo few")


def test_estimates_plot_and_export(tmp_path):
    write_log(30)
    plot, export = tmp_path / "effects.svg", tmp_path / "log.csv"
    said = json.loads(effects(json=True, plot=plot, export=export))
    (plain, weighted) = said["lines"][:2]
    assert (plain["outcomes"], weighted["outcomes"]) == ("as answered", "weighted for missing answers")
    assert said["couples"] == 30
    assert {arm["arm"] for arm in said["answered"]} == {"prompt", "no prompt"}
    assert plot.read_text().startswith("<svg")
    with export.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == said["decisions"]
    assert sum(row["answered"] == "1" for row in rows) == sum(arm["known"] for arm in said["answered"])
    assert stat.S_IMODE(export.stat().st_mode) == 0o600
    assert not {str(one) for one in Decision.objects.values_list("pk", flat=True)} & set(export.read_text().replace("\n", ",").split(","))


def test_the_table_says_what_the_document_says():
    write_log(30)
    line = json.loads(effects(json=True))["lines"][0]
    assert f"{line['estimate']:+7.3f} {line['error']:7.3f}" in effects()


def test_since_leaves_earlier_decisions_out():
    write_log(30)
    every = json.loads(effects(json=True))["decisions"]
    later = json.loads(effects(json=True, since=FIRST_DAY + timedelta(days=50)))["decisions"]
    assert 0 < later < every


def test_the_log_leads_to_the_study_that_the_made_up_trial_had():
    write_log(4)
    coins, felt = made_up(Setting(missing=Missing.HISTORY, couples=4, days=40), np.random.default_rng(5))
    meant, read = study_of(coins, felt), study()
    assert read.sent.tolist() == meant.sent.tolist()
    assert read.known.tolist() == meant.known.tolist()
    # Points of the scale are whole in the database.
    assert np.nanmax(np.abs(read.outcome - meant.outcome)) < 4
    assert np.nanmedian(np.abs(read.outcome - meant.outcome)) < 0.4


def test_what_was_kept_private_or_given_after_parting_is_not_used():
    write_log(3)
    before = study().known.sum()
    day = FIRST_DAY + timedelta(days=50)
    CheckIn.objects.filter(day=day, person__memberships__side="a").update(kept_private=True)
    private = study().known.sum()
    Couple.objects.filter(pk=Couple.objects.first().pk).update(ended_at=datetime(2026, 3, 1, tzinfo=UTC))
    assert before > private > study().known.sum()


def test_decisions_outside_the_trial_take_no_part():
    write_log(3)
    count = len(study().sent)
    Decision.objects.filter(day=FIRST_DAY + timedelta(days=50)).update(in_trial=False)
    assert len(study().sent) == count - 3
