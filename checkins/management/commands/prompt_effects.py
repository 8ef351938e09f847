"""Whether prompts help, from the decision log: in aggregate, or not at all."""

import csv
import json
import os
from argparse import ArgumentTypeError
from collections.abc import Iterator
from dataclasses import asdict
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend import clock
from checkins import decision_log
from checkins.effects.export import COLUMNS, rows_of
from checkins.effects.forest import forest_plot
from checkins.effects.study import LEAST_COUPLES, Report, Study, report_of, study_of

# A day is closed for everybody once it is over in the westernmost zone, and can be filled in for one more.
CLOSED_AFTER = timedelta(days=3)


class Command(BaseCommand):
    help = (
        "Estimates the causal effect of prompts on the next closed day's closeness, by weighted and centred least squares with couples "
        f"as clusters. Prints aggregates only, and says nothing about fewer than {LEAST_COUPLES} couples."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--since", type=date.fromisoformat, metavar="YYYY-MM-DD", help="only decisions of this day and later")
        parser.add_argument("--json", action="store_true", help="print one document instead of a table")
        parser.add_argument("--plot", type=_svg, metavar="FILE.svg", help="also draw the estimates with their intervals")
        parser.add_argument(
            "--export", type=Path, metavar="FILE.csv", help="also write the decisions that take part, for the R package MRTAnalysis"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        through = (clock.now() - CLOSED_AFTER).date()
        study = study_of(
            decision_log.coins(since=options["since"], through=through), decision_log.felt(since=options["since"], through=through)
        )
        report = report_of(study)
        self.stdout.write(json.dumps(asdict(report), indent=2) if options["json"] else "\n".join(_told(report)))
        if report.refused and (options["plot"] or options["export"]):
            raise CommandError("Nothing was written: there are too few couples.")
        if options["plot"]:
            options["plot"].write_text(forest_plot(report.lines), encoding="utf-8")
        if options["export"]:
            _write(options["export"], study)


def _svg(name: str) -> Path:
    path = Path(name)
    if path.suffix.lower() != ".svg":
        raise ArgumentTypeError("the plot is drawn as SVG: name a file that ends with .svg")
    return path


def _told(report: Report) -> Iterator[str]:
    yield f"{report.couples} couples, {report.decisions} decisions inside the trial."
    if report.refused:
        yield report.refused
        return
    for arm in report.answered:
        yield f"Outcome known, {arm.arm}: {arm.known} of {arm.decisions} ({100 * arm.share:.1f} %)."
    yield "Effect on how close both feel that day, each from their own usual level, in points of the scale from 0 to 10:"
    yield f"  {'':20} {'outcomes':30} {'effect':>7} {'SE':>7} {'95 % interval':>18} {'couples':>8} {'decisions':>10}"
    for line in report.lines:
        between = f"{line.low:+.3f} to {line.high:+.3f}"
        yield f"  {line.days:20} {line.outcomes:30} {line.estimate:+7.3f} {line.error:7.3f} {between:>18} {line.couples:8} {line.decisions:10}"
    if report.left_out:
        yield report.left_out


def _write(path: Path, study: Study) -> None:
    """A file for its owner's eyes only: it holds a line for every decision."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", newline="", encoding="utf-8") as file:
        os.fchmod(file.fileno(), 0o600)
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(rows_of(study))
