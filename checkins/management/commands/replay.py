"""`manage.py replay answers.csv --out scored.csv`: a file of answers through the detector."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkins.patterns.replay import UnreadableAnswers, replay


class Command(BaseCommand):
    """Reads answers, writes probabilities; touches no database."""

    help = "Runs a CSV file of answers through the pattern detector and writes a row per couple and day."
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("answers", type=Path, help="couple,partner,date,closeness_felt,closeness_wanted,space_wanted,tension[,quick]")
        parser.add_argument("--out", type=Path, required=True, help="where the scored days go; replaced only when all is well")

    def handle(self, *args: Any, answers: Path, out: Path, **options: Any) -> None:
        try:
            written = replay(answers, out)
        except UnreadableAnswers as wrong:
            raise CommandError(str(wrong)) from None
        except OSError as wrong:
            raise CommandError(f"{wrong.filename or out}: {wrong.strerror}") from None
        if options["verbosity"] > 0:
            self.stdout.write(f"{written} days written to {out}")
