"""`manage.py lint_prompts`: whether the words may ship."""

import json
import sys
from argparse import RawDescriptionHelpFormatter
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from notifications.words import kept, loader
from notifications.words.report import Report, report_on
from notifications.words.rules import RULES
from notifications.words.rules.base import ABOUT

TEACHING = """
A finding names the file, the voice and field, the rule, and the words that tripped it:

  en/the-tide.2  reaching.body  obligation  "have to"

A finding is not an insult: say it another way. The lists are blunt on purpose, and they miss much; a person who knows
couples reads the words as well. What each rule is about: --rules.

A new item or version: write its file in each language with review = "draft" and run this until nothing is found. What in
a draft nobody has looked at yet is listed as "to read" and is no finding: whoever reviews the draft reads those words
first, and what is fine joins the reviewed ones in notifications/words/rules/known. Then set review = "team", from where
on it would be a finding, and --keep.

Exit code 0: nothing found. 1: findings. 2: a file cannot be read, and one line says which field of it.
"""


class Command(BaseCommand):
    """Reads content files; touches no database."""

    help = "Reads every prompt in every language and says which rule each one breaks."
    requires_system_checks = []

    def create_parser(self, prog_name: str, subcommand: str, **options: Any) -> CommandParser:
        return super().create_parser(prog_name, subcommand, epilog=TEACHING, formatter_class=RawDescriptionHelpFormatter, **options)

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--language", action="append", choices=sorted(RULES), help="only this language; may be given again")
        parser.add_argument("--json", action="store_true", help="one document on standard output instead of lines")
        parser.add_argument("--rules", action="store_true", help="print what each rule is about, and stop")
        parser.add_argument("--keep", action="store_true", help="write down new texts, once nothing else is found")
        parser.add_argument("--folder", type=Path, default=loader.FOLDER, help="content files somewhere else")

    def handle(self, *args: Any, folder: Path, language: list[str] | None, **options: Any) -> None:
        if options["rules"]:
            self.stdout.write("\n".join(f"{rule:22}{about}" for rule, about in ABOUT.items()))
            return
        languages = language or sorted(RULES)
        try:
            report = report_on(folder, languages)
            if options["keep"] and all(finding.what.endswith("--keep") for _, finding in report.findings):
                items = [item for each in languages for item in loader.read_folder(folder / each, each)]
                self.stderr.write(f"{kept.add(folder, items)} texts are written down.")
                report = report_on(folder, languages)
        except ValueError as wrong:
            raise CommandError(str(wrong), returncode=2) from None
        self.stdout.write(json.dumps(report.as_json(), ensure_ascii=False, indent=2) if options["json"] else _lines(report))
        if report.findings:
            sys.exit(1)


def _lines(report: Report) -> str:
    found = [f'{name}  {finding.where}  {finding.rule}  "{finding.what}"' for name, finding in report.findings]
    told = [
        f"{one.language}: {one.items_for_two} items for two and {one.items_solo} solo, {one.texts} texts, "
        f"at most grade {one.highest_grade}, {one.reviewed_by_clinicians} reviewed by clinicians"
        for one in report.summaries
    ]
    to_read = [f'{name}  {finding.where}  to read  "{finding.what}"' for name, finding in report.to_read]
    left = f", {len(to_read)} to read before they ship" if to_read else ""
    return "\n".join([*found, *to_read, *told, (f"{len(found)} findings" if found else "nothing found") + left])
