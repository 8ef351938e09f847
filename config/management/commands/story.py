"""Two people live with Ebb for some weeks, on the real thing, and the command tells what happens."""

import argparse
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import psycopg
import redis
from django.core.management.base import BaseCommand, CommandError, CommandParser

from config.scratch import DidNotStart
from config.servers import ServersError
from config.story.director import Director, summary
from config.story.people import Unexpected
from config.story.plan import USUAL_DAYS, Plan, Unreadable, from_file, simulated
from config.story.stage import Stage, StageError, set_up
from config.story.verdict import Evidence, Kind, Verdict, judge

ASKED_TO_STOP = 130
TROUBLE: tuple[type[Exception], ...] = (
    *(Unreadable, ValueError, StageError, ServersError, DidNotStart, Unexpected, LookupError, TimeoutError),
    *(psycopg.OperationalError, redis.RedisError, httpx.TransportError),
)


class Command(BaseCommand):
    help = """\
Tells a story on the real thing: a web server, a worker and a broker are started on a database of their own, and two
made-up people sign up over HTTP, pair, answer every evening and read what comes in the morning. The clock moves along;
pushes and mails go to stand-ins on this machine, which check and decrypt them as a phone would.

  manage.py story                       three weeks with one strong, known episode after two weeks of learning
  manage.py story --quiet --days 30     a month in which nothing but ordinary days happens
  manage.py story --answers diary.csv   the first couple of a file: couple,partner,date,closeness_felt,
                                        closeness_wanted,space_wanted,tension and perhaps quick

It uses the servers of DATABASE_URL and REDIS_URL, or starts embedded ones where these are not set. It touches no other
data: the database is made for it and dropped afterwards, and of a Redis it takes an empty database.

Exit code 0 if all went well: every decision, delivery and coin agrees with the log, and
  with the episode     both phones decrypted a prompt within five days of its start, or the coin withheld it each alert day
  with --quiet         no decision used the episode's probability
1 if not, or if something did not start. 130 after Ctrl-C, which leaves nothing behind."""

    requires_system_checks = ()

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, formatter_class=argparse.RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--days", type=_count, help=f"how many evenings (default: {USUAL_DAYS}, or all of the file)")
        parser.add_argument("--seed", type=int, default=1, help="who the two are and how the coins fall (default: 1)")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--quiet", action="store_true", help="a couple without an episode")
        what.add_argument("--answers", type=Path, metavar="FILE.csv", help="follow the answers of a file")
        parser.add_argument("--break-broker", type=_count, metavar="DAY", help="take the embedded broker away on that evening")
        parser.add_argument("--keep", action="store_true", help="keep the logs, and the database where it is on a server of your own")
        parser.add_argument("--json", action="store_true", help="one JSON document at the end instead of the tale")

    def handle(self, *args: Any, **options: Any) -> None:
        began = time.monotonic()
        for name in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.default_int_handler)
        try:
            plan, kind = _plan(options)
            evidence, verdict = self._tell(plan, kind, options)
        except TROUBLE as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stderr.write("Stopped as asked; nothing is left behind.")
            sys.exit(ASKED_TO_STOP)
        self._conclude(evidence, verdict, options, seconds=time.monotonic() - began)
        if not verdict.is_good:
            sys.exit(1)

    def _tell(self, plan: Plan, kind: Kind, options: dict[str, Any]) -> tuple[Evidence, Verdict]:
        began = time.monotonic()
        evenings = len(plan.evenings)
        self._say(options, f"The story of {plan.source}: {evenings} {'evening' if evenings == 1 else 'evenings'}.")
        with set_up(seed=options["seed"], keep=options["keep"]) as stage, _second_thoughts_ignored_on_leaving():
            self._say(
                options, f"Web server, worker, beat and broker are up, and a database of their own ({time.monotonic() - began:.0f} s).\n"
            )
            evidence = self._direct(stage, plan, kind, options)
        if options["keep"]:
            where = f", and the database {stage.database} is still there" if os.environ.get("DATABASE_URL") else ""
            self._say(options, f"\nLogs are in {stage.logs}{where}.")
        return evidence, judge(evidence)

    def _direct(self, stage: Stage, plan: Plan, kind: Kind, options: dict[str, Any]) -> Evidence:
        if options["break_broker"] and stage.broker is None:
            raise StageError("--break-broker needs a broker that the story started itself; unset REDIS_URL.")
        director = Director(stage, plan, kind, options["seed"], lambda text: self._say(options, text))
        return director.play(break_broker=options["break_broker"])

    def _say(self, options: dict[str, Any], text: str) -> None:
        if not options["json"]:
            self.stdout.write(text)
            self.stdout.flush()

    def _conclude(self, evidence: Evidence, verdict: Verdict, options: dict[str, Any], *, seconds: float) -> None:
        if options["json"]:
            report = {"kind": evidence.kind, "seed": options["seed"], "good": verdict.is_good, "why": list(verdict.sentences)}
            self.stdout.write(json.dumps(report | summary(evidence) | {"seconds": round(seconds, 1)}))
            return
        self.stdout.write("\n" + "\n".join(verdict.sentences))
        self.stdout.write(f"{'All is well' if verdict.is_good else 'This did not go well'}, after {seconds:.0f} s.")


class _second_thoughts_ignored_on_leaving:  # noqa: N801  (used like a function)
    """Once the stage is being cleared, another Ctrl-C does not stop the clearing."""

    def __enter__(self) -> None:
        """Nothing to do yet."""

    def __exit__(self, *_: object) -> None:
        for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(name, signal.SIG_IGN)


def _plan(options: dict[str, Any]) -> tuple[Plan, Kind]:
    if options["answers"]:
        return from_file(options["answers"], days=options["days"]), Kind.ANSWERS
    days, quiet = options["days"] or USUAL_DAYS, options["quiet"]
    return simulated(seed=options["seed"], days=days, quiet=quiet), Kind.QUIET if quiet else Kind.EPISODE


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1000:
        raise argparse.ArgumentTypeError("a number from 1 to 1000")
    return number
