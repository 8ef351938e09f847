"""Two made-up couples as the detector sees them, for its documentation: one with a strong episode, one with ordinary days alone.

They go through `manage.py replay --plot` like anybody's file.
"""

import csv
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path

from checkins.patterns.answers import QUESTIONS
from checkins.patterns.replay import Extras, replay
from checkins.patterns.simulate import StoryDay, quiet_couple, strong_episode_couple

SEED, DAYS = 4, 84
EPISODE_FROM, EPISODE_DAYS = 50, 9
FIRST = date(2026, 1, 5)


def draw_couples(folder: Path) -> list[Path]:
    """Draws `couple-episode.svg` and `couple-quiet.svg` into `folder`, and returns them."""
    couples = {"couple-episode": strong_episode_couple(SEED, DAYS, EPISODE_FROM, EPISODE_DAYS), "couple-quiet": quiet_couple(SEED, DAYS)}
    with tempfile.TemporaryDirectory() as name:
        answers, drawn = Path(name) / "answers.csv", Path(name) / "drawn"
        _write(couples, answers)
        replay(answers, answers.with_name("scored.csv"), extras=Extras(pictures=drawn))
        return [
            Path(shutil.copy(picture, folder / f"{couple}.svg")) for couple, picture in zip(couples, sorted(drawn.iterdir()), strict=True)
        ]


def _write(couples: Mapping[str, Sequence[StoryDay]], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("couple", "partner", "date", *QUESTIONS))
        for couple, days in couples.items():
            for number, day in enumerate(days):
                for partner, given in (("a", day.a), ("b", day.b)):
                    if given is not None:
                        rows.writerow((couple, partner, FIRST + timedelta(days=number), *(given[name] for name in QUESTIONS)))
