import csv
import io
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import pytest

from checkins.effects.export import COLUMNS, rows_of
from checkins.effects.forest import forest_plot
from checkins.effects.rehearsal import Missing, Setting, made_up
from checkins.effects.study import (
    LEAST_COUPLES,
    Coin,
    Felt,
    Study,
    complete_cases,
    marginal_trial,
    moderated_trial,
    report_of,
    study_of,
)
from checkins.effects.wcls import Trial, estimate

DAY = date(2026, 5, 20)
ONE = timedelta(days=1)


def morning(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 5, tzinfo=UTC)


def coin(day: date = DAY, *, couple: int = 1, **more) -> Coin:
    said = {"probability": 0.15, "sent": False, "alert": False, "chance": 0.1} | more
    return Coin(couple=couple, day=day, decided_at=morning(day), **said)


def felt(side: int, points: float, day: date, *, came: datetime | None = None) -> Felt:
    return Felt(couple=1, side=side, day=day, felt=points, received_at=came or morning(day) + timedelta(hours=14))


def usual(side: int, points: float, *, days: range = range(10, 0, -2)) -> list[Felt]:
    """Five answers before DAY, all alike."""
    return [felt(side, points, DAY - n * ONE) for n in days]


def test_the_outcome_is_the_mean_of_both_each_from_their_own_level():
    study = study_of([coin()], [*usual(0, 8), *usual(1, 3), felt(0, 9, DAY), felt(1, 6, DAY)])
    assert study.outcome.tolist() == [2.0]
    assert study.known.tolist() == [True]


@pytest.mark.parametrize("given", [[], [felt(0, 9, DAY)], [felt(1, 2, DAY)]])
def test_the_outcome_is_known_only_where_both_answered(given):
    study = study_of([coin()], [*usual(0, 8), *usual(1, 3), *given])
    assert not study.known.any()


def test_without_a_usual_level_of_both_a_decision_takes_no_part():
    enough, answers = [*usual(0, 8), felt(0, 9, DAY), felt(1, 6, DAY)], usual(1, 3)
    assert len(study_of([coin()], [*enough, *answers[:4]]).sent) == 1
    assert len(study_of([coin()], [*enough, *answers[:3]]).sent) == 0
    assert len(study_of([coin()], [*enough, *usual(1, 3, days=range(40, 28, -2))]).sent) == 0


def test_what_came_in_after_the_decision_moves_neither_level_nor_history():
    given = [*usual(0, 8), *usual(1, 3), felt(0, 9, DAY), felt(1, 6, DAY)]
    late = felt(0, 0, DAY - 3 * ONE, came=morning(DAY) + timedelta(seconds=1))
    in_time = felt(0, 0, DAY - 3 * ONE, came=morning(DAY))
    before, after, moved = (study_of([coin()], [*given, *more]) for more in ([], [late], [in_time]))
    for name in Study.__annotations__:
        assert getattr(before, name).tolist() == getattr(after, name).tolist()
    assert moved.outcome[0] > before.outcome[0]


def test_nothing_before_the_coin_depends_on_the_day_itself():
    history = [*usual(0, 8), *usual(1, 3)]
    one, other = (study_of([coin()], [*history, felt(0, points, DAY), felt(1, points, DAY)]) for points in (0, 10))
    for name in ("couple", "day", "sent", "probability", "alert", "chance", "lately", "regularity"):
        assert getattr(one, name).tolist() == getattr(other, name).tolist()


def test_lately_and_regularity_look_back_a_week():
    study = study_of([coin()], [*usual(0, 8), *usual(1, 3), felt(1, 9, DAY - ONE)])
    level = (5 * 3 + 9) / 6
    # Of the last seven days: side 0 on days 2, 4 and 6, side 1 on those and on day 1.
    assert study.lately[0] == pytest.approx((3 * (3 - level) + 9 - level) / 7)
    assert study.regularity[0] == pytest.approx(7 / 14)


def a_trial(couples: int, missing: Missing = Missing.HISTORY) -> Study:
    return study_of(*made_up(Setting(missing=missing, couples=couples, days=40), np.random.default_rng(5)))


def test_with_too_few_couples_nothing_is_said():
    report = report_of(a_trial(LEAST_COUPLES - 1))
    assert (report.lines, report.answered) == ((), ())
    assert report.refused.startswith("Too few to say anything: ")


def test_an_empty_log_is_too_few():
    report = report_of(study_of([], []))
    assert (report.couples, report.decisions) == (0, 0)
    assert report.refused


def test_a_report_has_both_ways_of_looking_at_missing_answers_with_and_without_the_state():
    study = a_trial(80)
    report = report_of(study)
    assert not report.refused
    assert {(line.days, line.outcomes) for line in report.lines} == {
        (days, outcomes)
        for days in ("all days", "calm days", "days of an episode", "the difference")
        for outcomes in ("as answered", "weighted for missing answers")
    }
    for line in report.lines:
        assert line.low < line.estimate < line.high
        assert line.couples <= report.couples == 80
    by = {arm.arm: arm for arm in report.answered}
    assert by["prompt"].decisions + by["no prompt"].decisions == report.decisions
    assert by["prompt"].share < by["no prompt"].share


def test_with_few_couples_in_episodes_these_are_not_told_apart():
    study = a_trial(30)
    calm = Study(**vars(study) | {"alert": np.where(study.couple < 10, study.alert, 0.0)})
    report = report_of(calm)
    assert {line.days for line in report.lines} == {"all days"}
    assert report.left_out.startswith("Days of an episode are not told apart")


def test_a_log_without_any_episode_still_gives_the_effect():
    study = a_trial(30)
    quiet = Study(**vars(study) | {"alert": np.zeros(len(study.sent)), "chance": np.full(len(study.sent), 0.1)})
    assert marginal_trial(quiet).controls.shape[1] == 3
    assert len(report_of(quiet).lines) == 2


def test_the_export_has_a_row_per_decision_and_no_one_to_be_known_by():
    study = a_trial(25)
    rows = list(rows_of(study, seed=1))
    assert len(rows) == len(study.sent)
    assert {len(row) for row in rows} == {len(COLUMNS)}
    column: dict[str, list[Any]] = {name: [row[place] for row in rows] for place, name in enumerate(COLUMNS)}
    assert sorted(set(column["couple"])) == list(range(1, 26))
    assert [row[0] for row in rows_of(study, seed=2)] != column["couple"]
    assert sorted(map(str, column["outcome"])) == sorted(str(value) for value in np.where(study.known, study.outcome.astype(object), "NA"))
    assert set(column["numerator"]) == {study.probability.mean()}
    assert len(set(zip(column["alert"], column["numerator_by_state"], strict=True))) == 2


@pytest.mark.parametrize("by_state", [False, True])
def test_the_export_alone_gives_the_estimates_as_answered(by_state: bool):
    """A reader of the file who does what docs/explanation/effects.md asks of R, knowing its columns alone."""
    study = a_trial(45)
    file = io.StringIO(newline="")
    csv.writer(file).writerows([COLUMNS, *rows_of(study, seed=3)])
    file.seek(0)
    log = [row for row in csv.DictReader(file) if row["answered"] == "1"]
    column = {name: np.array([float(row[name]) for row in log]) for name in COLUMNS}

    # What MRTAnalysis asks of its columns: binary ones, chances within 0 and 1, one couple's rows together, nothing missing.
    assert all(set(column[name]) <= {0.0, 1.0} for name in ("prompt", "available", "alert"))
    assert all(column[name].min() > 0 and column[name].max() < 1 for name in ("probability", "numerator", "numerator_by_state"))
    assert np.count_nonzero(np.diff(column["couple"])) + 1 == 45
    assert not np.isnan(list(column.values())).any()

    ones = np.ones(len(log))
    read = Trial(
        cluster=column["couple"].astype(np.int64),
        outcome=column["outcome"],
        treated=column["prompt"],
        probability=column["probability"],
        numerator=column["numerator_by_state" if by_state else "numerator"],
        moderators=np.column_stack([ones, column["alert"]] if by_state else [ones]),
        controls=np.column_stack([ones, *(column[name] for name in ("alert", "chance", "lately", "regularity"))]),
        weight=ones,
    )
    ours = complete_cases(moderated_trial(study) if by_state else marginal_trial(study), study)
    for at in np.eye(2 if by_state else 1):
        assert estimate(read).interval(at) == pytest.approx(ours.interval(at), rel=1e-6)


def test_the_plot_has_every_estimate_and_can_be_listened_to():
    report = report_of(a_trial(45))
    drawn = forest_plot(report.lines)
    assert drawn.count('stroke-width="2"/>') >= len(report.lines)
    for line in report.lines:
        assert f"{line.days}, {line.outcomes}: {line.estimate:+.2f}" in drawn
