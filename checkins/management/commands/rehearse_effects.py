"""Tries the estimate of what prompts do on made-up trials whose truth is known."""

import json
import os
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from itertools import repeat
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from checkins.effects.rehearsal import Missing, Score, Setting, rehearse, scores_of

REPLICATES, COUPLES, DAYS = 2000, 50, 70


class Command(BaseCommand):
    help = (
        "Lets made-up couples with a known effect of prompts live through a trial, estimates it as prompt_effects does, and says how often "
        "the 95 % intervals hold the truth, beside a plain regression. Fixed seeds; touches no database."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--replicates", type=int, default=REPLICATES, help=f"made-up trials of each kind (default {REPLICATES})")
        parser.add_argument("--couples", type=int, default=COUPLES, help=f"couples in each (default {COUPLES})")
        parser.add_argument("--days", type=int, default=DAYS, help=f"mornings with decisions in each (default {DAYS})")
        parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
        parser.add_argument("--json", action="store_true", help="print one document instead of tables")

    def handle(self, *args: Any, **options: Any) -> None:
        found: dict[str, list[Score]] = {}
        with ProcessPoolExecutor(options["processes"]) as processes:
            for missing in Missing:
                setting = Setting(missing=missing, couples=options["couples"], days=options["days"])
                replicates = []
                for one in processes.map(rehearse, repeat(setting), range(options["replicates"]), chunksize=8):
                    replicates.append(one)
                    if len(replicates) % 200 == 0:
                        self.stderr.write(f"{missing}: {len(replicates)} of {options['replicates']}")
                found[missing] = scores_of(replicates)
                if not options["json"]:
                    self._table(missing, found[missing])
        if options["json"]:
            sizes = {name: options[name] for name in ("replicates", "couples", "days")}
            self.stdout.write(json.dumps(sizes | {kind: [asdict(one) for one in scores] for kind, scores in found.items()}, indent=2))

    def _table(self, kind: str, scores: list[Score]) -> None:
        self.stdout.write(f"\nanswers missing: {kind}")
        self.stdout.write(f"  {'':24} {'truth':>7} {'bias':>8} {'SD':>7} {'mean SE':>8} {'95 % interval covers':>24}")
        for one in scores:
            covers = f"{100 * one.coverage:.1f} % (+- {100 * one.coverage_error:.1f})"
            self.stdout.write(f"  {one.way:24} {one.truth:7.3f} {one.bias:+8.3f} {one.spread:7.3f} {one.mean_error:8.3f} {covers:>24}")
