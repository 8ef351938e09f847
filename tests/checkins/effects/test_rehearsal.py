import pytest

from checkins.effects.rehearsal import Missing, Setting, rehearse, scores_of

REPLICATES = 60
SMALL = {"couples": 30, "days": 40}


@pytest.mark.slow
@pytest.mark.parametrize("missing", [Missing.NOTHING, Missing.HISTORY])
def test_intervals_hold_the_truth_about_as_often_as_they_say(missing):
    """Far fewer replicates than by command, so the bounds are wide: 60 at 95 % leave 2.8 points of chance."""
    found = {one.way: one for one in scores_of([rehearse(Setting(missing=missing, **SMALL), seed) for seed in range(REPLICATES)])}
    for way in ("all days, weighted", "calm days, weighted", "episodes, weighted"):
        assert 0.86 <= found[way].coverage <= 1.0, way
        assert abs(found[way].bias) < 0.5 * found[way].spread, way
    if missing is Missing.NOTHING:
        assert found["plain regression"].coverage < 0.5
        assert found["plain regression"].bias < -0.2
    else:
        assert found["all days, as answered"].bias < -0.05


def test_a_made_up_trial_is_the_same_for_the_same_seed():
    setting = Setting(missing=Missing.HISTORY, **SMALL)
    assert rehearse(setting, 3) == rehearse(setting, 3) != rehearse(setting, 4)
