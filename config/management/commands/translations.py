"""Gathers what the interface says, and compiles what it says in other languages."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config import catalogues


class Command(BaseCommand):
    help = (
        "Brings locale/*/LC_MESSAGES/django.po up to date with the templates and the code, keeping what is translated, and compiles each "
        "into the django.mo beside it. Says how much is still read in English. Needs the packages of requirements/test.txt, no GNU gettext."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="write nothing; end with 1 unless everything is translated and compiled")
        parser.add_argument("--open", action="store_true", help="print each string that is not translated yet")

    def handle(self, *args: Any, **options: Any) -> None:
        found, wrong = catalogues.gathered(), []
        for language in catalogues.languages():
            kept = catalogues.read(language)
            stood = catalogues.as_po(kept), catalogues.as_mo(kept)
            catalog = catalogues.brought_up_to_date(kept, found)
            still_open, faults = catalogues.open_ones(catalog), catalogues.faults_of(catalog)
            if options["check"]:
                stale = stood != (catalogues.as_po(catalog), catalogues.as_mo(catalog))
                wrong += [f"{language} is not up to date"] * stale + [f"{language} is not complete"] * bool(still_open)
            else:
                catalogues.write(catalog)
            wrong += [f"{language}: {fault}" for fault in faults]
            self.stdout.write(f"{language}: {len(catalog) - len(still_open)} of {len(catalog)} strings translated")
            if options["open"]:
                for one in still_open:
                    self.stdout.write(f"  {one.id!r}  ({', '.join(path for path, _ in one.locations)})")
        if wrong:
            raise CommandError("\n".join(wrong))
