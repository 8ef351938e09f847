"""Runs the benchmarks and says whether what is promised is kept."""

import json
import sys
from argparse import ArgumentParser
from inspect import signature
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

from config.benchmarks import BENCHMARKS
from config.benchmarks.results import Result


class Command(BaseCommand):
    help = (
        "Measures Ebb against a floor and a peer in the same run, on a database of its own that is dropped afterwards. "
        "Figures are ratios, so that they mean the same on a slow machine. Exits with 1 when a promise is not kept."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="*", help=f"which ones: {', '.join(BENCHMARKS)} (all by default)")
        parser.add_argument("--json", action="store_true", help="print one JSON document instead of a table")
        parser.add_argument("--rounds", type=int, default=15, help="interleaved rounds; medians are reported (default 15)")
        parser.add_argument(
            "--full", action="store_true", help="at full size what is otherwise measured on a part of it (queue: up to half an hour)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        unknown = set(options["name"]) - set(BENCHMARKS)
        if unknown:
            raise CommandError(f"no such benchmark: {', '.join(sorted(unknown))}; there are: {', '.join(BENCHMARKS)}")
        results = []
        for name in options["name"] or BENCHMARKS:
            bench = import_string(BENCHMARKS[name])
            at_full_size = {"full": True} if options["full"] and "full" in signature(bench).parameters else {}
            result = bench(say=self._progress, rounds=options["rounds"], **at_full_size)
            results.append(result)
            if not options["json"]:
                self._print(result)
        if options["json"]:
            self.stdout.write(json.dumps([result.as_json() for result in results], indent=2))
        if not all(result.is_kept for result in results):
            sys.exit(1)

    def _progress(self, text: str) -> None:
        self.stderr.write(f"  {text} ...")

    def _print(self, result: Result) -> None:
        self.stdout.write(f"{result.name}: {result.work}")
        if result.contenders:
            self.stdout.write(f"  {'':14} {'per CPU s':>10} {'per s':>8} {'p50 ms':>8} {'p99 ms':>8} {'errors':>7}")
        for name, one in result.contenders.items():
            self.stdout.write(
                f"  {name:14} {one.per_cpu_second:10.0f} {one.per_second:8.0f} {one.p50_ms:8.2f} {one.p99_ms:8.2f} {one.errors:7d}"
            )
        for promise in result.promises:
            kept = "kept" if promise.is_kept else "NOT KEPT"
            aim = "" if promise.aim is None else f", aim {promise.sign} {promise.aim:g}"
            self.stdout.write(f"  {promise.name}: {promise.value:.2f} (must {promise.sign} {promise.must:g}{aim}): {kept}")
