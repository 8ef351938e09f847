"""What a prompt can tell at most, from every week there is."""

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkins.bound import tells
from checkins.policy import CHANCES


class Command(BaseCommand):
    help = (
        "Goes through every week of calm days and days of an episode, and every row of prompts that the cap allows, and prints by which "
        "factor the odds can move at most, beside the bound that is claimed. Ends with 1 if any week tells more. Touches no database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one document instead of a table")

    def handle(self, *args: Any, **options: Any) -> None:
        found = {mode: tells(chances) for mode, chances in CHANCES.items()}
        if options["json"]:
            self.stdout.write(json.dumps({mode: asdict(CHANCES[mode]) | asdict(one) for mode, one in found.items()}, indent=2))
        else:
            self.stdout.write(
                f"{'':12} {'prompt':>9} {'no prompt':>10} {'calm week':>14} {'claimed':>14} {'any weeks':>14} {'claimed':>14}"
            )
            for mode, one in found.items():
                weeks = (one.calm_week, one.calm_week_formula, one.any_weeks, one.any_weeks_formula)
                told = " ".join(f"{factor:14,.2f}" for factor in weeks)
                prompt, silence = f"x {one.prompt:.2f}", f"/ {one.silence:.2f}"
                self.stdout.write(f"{mode:12} {prompt:>9} {silence:>10} {told}")
            self.stdout.write(f"{sum(one.patterns for one in found.values())} pairs of a week and its prompts looked at.")
        if not all(one.holds for one in found.values()):
            raise CommandError("A week tells more than is claimed.")
