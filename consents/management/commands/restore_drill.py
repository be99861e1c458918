"""`restore_drill`: restore beside the running registry and compare. Exit status 0 only when everything is equal."""

import json
import tempfile
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from consents.backup_words import lines
from consents.services import backups
from iys_portal.core.backup import BackupError


class Command(BaseCommand):
    help = "Restore a backup into a database and a folder for drills, compare, and remove both."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path)
        parser.add_argument(
            "--database", default="iys_drill", help="made and dropped; one that stands is emptied again"
        )
        parser.add_argument("--folder", type=Path, help="where documents go for a while (default: the backup's folder)")
        parser.add_argument("--jobs", type=int, default=1)
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        backup = options["backup"].absolute()
        try:
            with tempfile.TemporaryDirectory(prefix="iys-drill-", dir=options["folder"] or backup.parent) as root:
                report = backups.drill(backup, name=options["database"], root=Path(root), jobs=options["jobs"])
        except (BackupError, OSError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(report.as_json()) if options["json"] else "\n".join(lines(report)))
        if not report.equal:
            raise CommandError("What was restored is NOT what was backed up.")
