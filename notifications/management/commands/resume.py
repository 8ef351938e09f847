"""Starts calling an outside service again, once an operator has put right why it was stopped."""

from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from backend import clock
from notifications import services
from notifications.models import ServiceLimit

BELIEVED = timedelta(hours=1)


class Command(BaseCommand):
    help = (
        "Lists the push services and mail servers that were stopped, and why. With the name of one, or --all, calls them again: "
        "what is still fresh goes out, at the usual pace. Ends with 1 if the one named was not stopped."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("service", nargs="?", help="as listed, for example https://fcm.googleapis.com")
        parser.add_argument("--all", action="store_true", help="resume every one that is stopped")
        parser.add_argument("--believe", action="store_true", help="for an hour, believe it that many devices at once are gone")

    def handle(self, *args: Any, **options: Any) -> None:
        stopped = ServiceLimit.objects.stopped().order_by("channel", "service")
        wanted = stopped if options["all"] else stopped.filter(service=options["service"])
        if options["service"] and not wanted.exists():
            raise CommandError(f"{options['service']} is not stopped.")
        if not stopped.exists():
            self.stdout.write("No service is stopped.")
        elif not (options["service"] or options["all"]):
            for limit in stopped:
                self.stdout.write(f"{limit.service}  {limit.channel}, since {limit.stopped_at:%Y-%m-%d %H:%M} UTC: {limit.reason}")
        until = clock.now() + BELIEVED if options["believe"] else None
        for limit in list(wanted):
            services.resume_service(channel=limit.channel, service=limit.service, believed_until=until)
            self.stdout.write(f"{limit.service} is called again.")
