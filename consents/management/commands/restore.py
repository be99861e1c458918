"""`restore`: put a backup into an empty machine. Exit status 0 only when everything is as it was."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consents.backup_words import lines
from consents.services import backups
from iys_portal.core.backup import BackupError


class Command(BaseCommand):
    help = "Put a backup into an empty database and an empty private storage, and prove that it is whole."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument("--jobs", type=int, default=1, help="tables at once; with one, a failure leaves nothing")
        parser.add_argument(
            "--leap", type=int, default=backups.LEAP, help="numbers to leave out: more than were given since the backup"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            report = backups.restore(options["backup"].absolute(), jobs=options["jobs"], leap=options["leap"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("\n".join(lines(report)))
        if not report.equal:
            raise CommandError("What was restored is NOT what was backed up.")
