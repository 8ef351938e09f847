import math

import pytest

from checkins.bound import tells
from checkins.policy import CHANCES, Chances, Mode


@pytest.mark.parametrize("mode", CHANCES)
def test_every_week_keeps_the_claimed_bound_and_some_week_reaches_it(mode):
    found = tells(CHANCES[mode])
    assert found.holds
    assert found.calm_week == pytest.approx(found.calm_week_formula)
    assert found.any_weeks == pytest.approx(found.any_weeks_formula)


def test_the_discreet_mode_tells_what_the_pages_say():
    found = tells(CHANCES[Mode.DISCREET])
    assert found.prompt == pytest.approx(2.0)
    assert found.silence == pytest.approx(1.21, abs=0.005)
    assert (math.log(found.calm_week), math.log(found.any_weeks)) == pytest.approx((1.39, 2.36), abs=0.005)
    # 1 + 7 + 21 rows of prompts, each under 128 weeks.
    assert found.patterns == 29 * 128


def test_a_cap_that_is_not_kept_would_be_seen():
    loose, claimed = tells(Chances(episode=0.3, calm=0.15, cap=3)), tells(Chances(episode=0.3, calm=0.15, cap=2))
    assert loose.calm_week > claimed.calm_week_formula
