"""Tosses every coin of the decision log again and holds every row to the policy."""

import json
from datetime import date
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkins import decision_log, policy
from checkins.retossing import Difference, differences_of

PROGRESS_EVERY = 100_000


class Command(BaseCommand):
    help = (
        "Makes every coin of the decision log anew from POLICY_KEY, couple, day and version, and holds probability, availability, "
        "cap and item of each row to the policy, and the row to the seal it was written with. Ends with 1 if anything differs, and names "
        "the decisions."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="only decisions of this day and later")
        parser.add_argument("--json", action="store_true", help="print one document instead of sentences")

    def handle(self, *args: Any, **options: Any) -> None:
        since, total = options["since"], decision_log.count(since=options["since"])
        seen, shown, unsealed = 0, 0, 0
        found: list[Difference] = []
        for rows in decision_log.rows_by_couple(since=since):
            found += differences_of(rows, key=settings.POLICY_KEY.encode(), since=since)
            asked = [row for row in rows if since is None or row.day >= since]
            seen, unsealed = seen + len(asked), unsealed + sum(not row.seal for row in asked)
            if seen // PROGRESS_EVERY > shown:
                shown = seen // PROGRESS_EVERY
                self.stderr.write(f"{seen} of {total} decisions")
        if options["json"]:
            told = [{"decision": str(one.id), "says": one.says} for one in found]
            self.stdout.write(
                json.dumps(
                    {"decisions": seen, "unsealed": unsealed, "policy_version": policy.POLICY_VERSION, "differences": told}, indent=2
                )
            )
        else:
            for one in found:
                self.stdout.write(f"decision {one.id}: {one.says}")
        wrong = len({one.id for one in found})
        if wrong:
            raise CommandError(f"{wrong} of {seen} decisions are not what the policy and its key give.")
        if not options["json"]:
            self.stdout.write(f"All {seen} decisions are what the policy and its key give, coin by coin.")
            if unsealed:
                self.stdout.write(f"{unsealed} of them are older than seals: what they saw that morning is as the log has it.")
