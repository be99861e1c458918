"""`leap_numbers`: after the database went back in time, go on with numbers never given (docs/operations.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consents.services import backups
from iys_portal.core.backup import BackupError


class Command(BaseCommand):
    help = "Leave out numbers of events and audit entries that may have been given after the moment of a recovery."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--by", type=int, default=backups.LEAP, help="more than were given since that moment")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["by"] < 1:
            raise CommandError("--by: a number above 0")
        try:
            event, entry = backups.leap_numbers(by=options["by"], name="point-in-time recovery")
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"events go on behind {event}, audit entries behind {entry}")
