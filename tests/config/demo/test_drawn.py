"""Two couples drawn for the documentation: they show what they are said to show."""

from checkins.patterns.pictures import ALERT
from config.demo.drawn import draw_couples


def test_the_detector_marks_the_episode_and_nothing_in_ordinary_days(tmp_path):
    with_episode, quiet = draw_couples(tmp_path)
    assert sorted(tmp_path.iterdir()) == [with_episode, quiet]
    # A band in each of three panels, and the colour once in the key.
    assert with_episode.read_text().count(ALERT) == 4
    assert quiet.read_text().count(ALERT) == 1
