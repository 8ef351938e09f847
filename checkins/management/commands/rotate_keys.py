"""Seals every note and shared line under the first of FIELD_KEYS, so that an older key can be taken away."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend.encryption import current_key
from checkins.services import rotating


class Command(BaseCommand):
    help = "Put the new key first in FIELD_KEYS, keep the old one behind it, restart, and run this. It may be stopped and run again at any time."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--batch", type=int, default=rotating.BATCH, help="check-ins per transaction")

    def handle(self, *args: Any, **options: Any) -> None:
        total, moved, after = rotating.left_to_move(), 0, 0
        unreadable: list[int] = []
        while (step := rotating.rotate_batch(after=after, limit=options["batch"])).last is not None:
            after, moved = step.last, moved + step.moved
            unreadable += step.unreadable
            self.stdout.write(f"{moved} of {total} check-ins moved to key {current_key()[0]}")
        if unreadable:
            raise CommandError(
                f"{len(unreadable)} check-ins could not be opened with the keys in FIELD_KEYS and were left as they are. "
                f"Their ids: {', '.join(map(str, unreadable[:20]))}."
            )
        if left := rotating.left_to_move():
            raise CommandError(f"{left} check-ins were written under an older key meanwhile. Restart every process and run this again.")
        self.stdout.write("Every text is under the current key. The older keys may be taken away.")
