"""`backup`: database, documents and manifest into a new folder; keys into a file elsewhere (docs/operations.md)."""

from datetime import UTC
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from consents.services import backups
from iys_portal.core.backup import BackupError


class Command(BaseCommand):
    help = "Back up database and documents into a new folder under FOLDER; prints its path."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("folder", type=Path, help="where backups stand")
        parser.add_argument("--keys", type=Path, help="new file for the keys; outside FOLDER")

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        target = options["folder"].absolute() / f"iys-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
        try:
            target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            content = backups.take(target, now=now, keys_to=options["keys"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(str(target))
        if lost := content["documents"]["lost"]:
            raise CommandError(
                f"The backup is whole, but the portal has lost {len(lost)} documents: see MANIFEST.json."
            )
