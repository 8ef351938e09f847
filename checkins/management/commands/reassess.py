"""`manage.py reassess`: what is kept of the pattern, assessed again by the version of the model that runs now."""

import json
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from checkins import patterns
from checkins.management.bar import Bar
from checkins.services import reassessing

INTERRUPTED = 130


class Command(BaseCommand):
    help = (
        "Assesses the history of every couple that another version of the model assessed, each from its first day, or of the couples "
        "named. Run it after an update that brings a new model; what an earlier version said stays beside it. It may be stopped "
        "and run again at any time, and goes on where it was."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--couple", type=int, action="append", metavar="ID", help="this couple, whatever version assessed it; may be repeated"
        )
        parser.add_argument("--batch", type=int, default=reassessing.BATCH, help=f"couples per transaction (default {reassessing.BATCH})")
        parser.add_argument("--json", action="store_true", help="print one JSON document at the end instead of words")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["batch"] < 1:
            raise CommandError("--batch is at least 1")
        couples, started = options["couple"], time.monotonic()
        total, done, days, after = reassessing.left_to_reassess(couples), 0, 0, 0
        bar = Bar(self.stderr, total)
        stopped = False
        try:
            while (step := reassessing.reassess_batch(after=after, limit=options["batch"], couples=couples)).last is not None:
                after, done, days = step.last, done + step.couples, days + step.days
                bar.show(done)
        except KeyboardInterrupt:  # the batch under way is rolled back
            stopped = True
        bar.end()
        left = max(total - done, 0) if couples else reassessing.left_to_reassess()
        said = {
            "model_version": patterns.MODEL_VERSION,
            "couples": done,
            "couple_days": days,
            "left": left,
            "waiting_for_their_morning": reassessing.waiting_for_their_morning(couples),
            "seconds": round(time.monotonic() - started, 1),
            "stopped": stopped,
        }
        self.stdout.write(json.dumps(said) if options["json"] else _in_words(said))
        if stopped:
            raise SystemExit(INTERRUPTED)


def _in_words(said: dict[str, Any]) -> str:
    words = [f"{said['couples']} couples, {said['couple_days']} days assessed by model {said['model_version']} in {said['seconds']} s."]
    if said["waiting_for_their_morning"]:
        words.append(f"{said['waiting_for_their_morning']} have late answers and are assessed with their next morning.")
    if said["stopped"]:
        words.append(f"Stopped; {said['left']} are left as they were. Run this again to go on.")
    return " ".join(words)
