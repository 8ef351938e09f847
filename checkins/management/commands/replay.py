"""`manage.py replay answers.csv --out scored.csv`: a file of answers through the detector."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkins.patterns.replay import Extras, UnreadableAnswers, replay


class Command(BaseCommand):
    """Reads answers, writes probabilities; touches no database."""

    help = "Runs a CSV file of answers through the pattern detector and writes a row per couple and day."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("answers", type=Path, help="couple,partner,date,closeness_felt,closeness_wanted,space_wanted,tension[,quick]")
        parser.add_argument("--out", type=Path, required=True, help="where the scored days go; replaced only when all is well")
        parser.add_argument("--explain", action="store_true", help="add a column of plain words to each day of an alert")
        parser.add_argument("--plot", type=Path, metavar="DIR", help="draw a picture (SVG) of each couple into this folder")

    def handle(self, *args: Any, answers: Path, out: Path, explain: bool = False, plot: Path | None = None, **options: Any) -> None:
        quiet = options["verbosity"] == 0
        extras = Extras(explain=explain, pictures=plot, progress=(lambda _: None) if quiet else self.stderr.write)
        try:
            written = replay(answers, out, extras=extras)
        except UnreadableAnswers as wrong:
            raise CommandError(str(wrong)) from None
        except OSError as wrong:
            raise CommandError(f"{wrong.filename or out}: {wrong.strerror}") from None
        if options["verbosity"] > 0:
            self.stdout.write(f"{written} days written to {out}")
