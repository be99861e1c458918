"""`distribute_tables`: spread the tables of addresses over the machines of a Citus cluster (docs/scale.md)."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connections

from consents.distribution import statements
from consents.selectors.distribution import flaws

_EXTENSION = """
    SELECT EXISTS (SELECT 1 FROM pg_extension WHERE extname = 'citus'),
        EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'citus')
"""
_STANDS = "SELECT EXISTS (SELECT 1 FROM pg_dist_partition WHERE logicalrelid = 'consents_consentevent'::regclass)"


class Command(BaseCommand):
    help = "Distribute the tables by recipient with Citus. Run as the owner on the coordinator, once, with no writers."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print the statements and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        with connections["owner"].cursor() as cursor:
            if found := list(flaws(cursor)):
                raise CommandError("The tables break the rules of Citus:\n" + "\n".join(found))
            if options["dry_run"]:
                for statement in statements():
                    self.stdout.write(f"{statement};")
                return
            self._require_extension(cursor)
            for statement in statements():
                self.stdout.write(f"{statement};")
                cursor.execute(statement)

    def _require_extension(self, cursor: Any) -> None:
        cursor.execute(_EXTENSION)
        created, available = cursor.fetchone()
        if not available and not created:
            raise CommandError(
                "Citus is missing: this server has no such extension. Install its package on every machine, put citus"
                " first in shared_preload_libraries and start the servers anew. Nothing was changed."
            )
        if not created:
            raise CommandError(
                "Citus is installed but not in this database: CREATE EXTENSION citus on every machine, then"
                " citus_set_coordinator_host and citus_add_node on the coordinator. Nothing was changed."
            )
        cursor.execute(_STANDS)
        if cursor.fetchone()[0]:
            raise CommandError("The tables are distributed already. Nothing was changed.")
