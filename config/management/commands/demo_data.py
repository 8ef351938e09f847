"""Makes the people of the demo."""

import json
from dataclasses import asdict
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend import clock
from config.demo.people import SIGN_INS, make_demo_people, remove_demo_people


class Command(BaseCommand):
    help = (
        "Makes a couple with twelve weeks of answers, one person who uses Ebb alone, and a couple in Spanish; prints how they sign in. "
        "Whoever is there already stays as they are. In demo mode only."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the sign-ins as one JSON document")
        parser.add_argument("--fresh", action="store_true", help="take away the people of the demo first, with all that is theirs")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("Demo data are for demo mode alone; set DEMO_MODE=1.")
        if options["fresh"]:
            remove_demo_people()
        made = make_demo_people(now=clock.now())
        if options["json"]:
            self.stdout.write(json.dumps({"sign_ins": [asdict(one) for one in SIGN_INS]}))
            return
        self.stdout.write("The people of the demo are here." if made else "The people of the demo were here already.")
        for one in SIGN_INS:
            self.stdout.write(
                f"  {one.who:<5} {one.email:<18} password  {one.password}" + (f"  second factor  {one.key}" if one.key else "")
            )
