"""`check_grants`: print what each database role may do, and fail where it is not what the table in code says."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection

from iys_portal.core import grants


class Command(BaseCommand):
    help = "Compare the rights of the database roles with the table in iys_portal/core/grants.py."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="one object for machines")

    def handle(self, *args: Any, **options: Any) -> None:
        with connection.cursor() as cursor:
            lines = grants.compare(cursor)
        wrong = [line for line in lines if not line.well]
        if options["json"]:
            keys = ("role", "what", "expected", "found")
            self.stdout.write(
                json.dumps({"well": not wrong, "wrong": [{k: getattr(w, k) for k in keys} for w in wrong]})
            )
        else:
            for line in lines:
                more = "" if line.well else f"   WRONG: expected {line.expected}"
                self.stdout.write(f"{line.role:<12} {line.what:<48} {line.found}{more}")
        if wrong:
            raise CommandError(f"{len(wrong)} rights are not as they should be")
