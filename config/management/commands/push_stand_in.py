"""Push services that live on this machine: Web Push, FCM and APNs, with phones that show what arrives."""

import signal
from argparse import ArgumentParser
from pathlib import Path
from threading import Event
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from config.env import VAR_DIR
from notifications.stand_ins.page import Page
from notifications.stand_ins.push_service import PushService

SECRETS = {"FCM_SERVICE_ACCOUNT": "fcm.json", "APNS_KEY": "apns.p8"}


class Command(BaseCommand):
    help = (
        "Runs a stand-in for Web Push, FCM and APNs until Ctrl-C. It checks what is sent as the real ones do, shows on a page what "
        "each phone would show, and fails in the ways one chooses there. Writes certificates, keys and the settings to use."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=8443, help="where it speaks the push protocols (default 8443)")
        parser.add_argument("--page", type=int, default=8444, help="where its page is (default 8444)")
        parser.add_argument(
            "--folder", type=Path, default=VAR_DIR / "push", help="where certificates, keys and settings go (default var/push)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        folder: Path = options["folder"].resolve()
        asked = Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: asked.set())
        try:
            with PushService(folder, port=options["port"]) as service:
                written = write_settings(service, folder)
                with Page(service, port=options["page"]) as page:
                    self.stdout.write(f"Push services: {service.origin}")
                    self.stdout.write(f"Page:          {page.address}")
                    self.stdout.write(f"Settings:      {written} (start Ebb with them, after this)")
                    self.stdout.flush()
                    asked.wait()
        except OSError as error:
            raise CommandError(f"could not listen: {error.strerror}") from error


def write_settings(service: PushService, folder: Path) -> Path:
    """Writes what Ebb needs to send here, secrets as files of their own, and returns the file to read."""
    lines = []
    for name, value in service.environment().items():
        if name in SECRETS:
            path = folder / SECRETS[name]
            _write(path, value)
            lines.append(f"{name}_FILE={path}")
        else:
            lines.append(f"{name}={value}")
    written = folder / "settings.env"
    _write(written, "\n".join(lines) + "\n")
    return written


def _write(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text, encoding="utf-8")
