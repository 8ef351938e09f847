"""Breaks things on purpose and counts whether what must hold still holds."""

import argparse
import json
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.faults import FAULTS
from config.faults.running import CouldNotRun, ready_servers, run_one
from config.scratch import DidNotStart
from config.servers import ServersError

BROKEN, NOT_RUN, ASKED_TO_STOP = 1, 2, 130


class Command(BaseCommand):
    help = (
        "Starts a PostgreSQL, a Valkey, workers and stand-ins for the outside world, breaks something on purpose, and counts "
        "whether what must hold still holds. Touches no other data and leaves nothing but a record of each run in var/faults. "
        "Exit code 0: all held. 1: something did not. 2: a run could not be brought to its end. 130 after Ctrl-C."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="*", help=f"which ones: {', '.join(FAULTS)} (all by default)")
        parser.add_argument("--scale", type=_part, default=0.1, help="how large, as a part of full size (default 0.1)")
        parser.add_argument("--seed", type=int, default=1, help="what falls where (default 1)")
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of lines")

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(options["name"]) - set(FAULTS)
        if unknown:
            raise CommandError(f"no such fault: {', '.join(sorted(unknown))}; there are: {', '.join(FAULTS)}", returncode=NOT_RUN)
        for name in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.default_int_handler)
        try:
            records, trouble = self._run_all(options["name"] or list(FAULTS), options)
        except (ServersError, DidNotStart) as error:
            raise CommandError(str(error), returncode=NOT_RUN) from error
        except KeyboardInterrupt:
            self.stderr.write("Stopped as asked; nothing is left behind.")
            sys.exit(ASKED_TO_STOP)
        if options["json"]:
            self.stdout.write(json.dumps(records, indent=2))
        if trouble:
            sys.exit(NOT_RUN)
        if not all(record["is_kept"] for record in records):
            sys.exit(BROKEN)

    def _run_all(self, names: list[str], options: dict[str, Any]) -> tuple[list[dict[str, Any]], list[str]]:
        """The records of the runs, and what kept others from ending. One that fails does not keep the next from running."""
        records, trouble = [], []
        with ready_servers() as ready:
            for name in names:
                self.stderr.write(f"{name}: {FAULTS[name].what}")
                try:
                    record = run_one(name, ready, scale=options["scale"], seed=options["seed"])
                except CouldNotRun as error:
                    trouble.append(str(error))
                    self.stderr.write(str(error))
                    continue
                records.append(record)
                if not options["json"]:
                    self._print(record)
        return records, trouble

    def _print(self, record: dict[str, Any]) -> None:
        self.stdout.write(f"{record['name']}, {record['seconds']:.0f} s")
        for name, value in record["figures"].items():
            self.stdout.write(f"  {name}: {value:,.10g}")
        for one in record["invariants"]:
            held = "held" if one["is_kept"] else "BROKEN"
            self.stdout.write(f"  {held}: {one['name']}: {one['value']:,.10g} (must be {one['sign']} {one['bound']:,.10g})")
        self.stdout.flush()


def _part(text: str) -> float:
    number = float(text)
    if not 0 < number <= 10:
        raise argparse.ArgumentTypeError("a number above 0, at most 10")
    return number
