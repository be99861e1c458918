"""`expire_records`: what would expire now; with `--apply` it does (R-L5)."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from consents.models import RetentionRun
from consents.services import retention
from iys_portal.core.actors import SYSTEM
from iys_portal.core.database import ImproperlyConfigured


class Command(BaseCommand):
    help = "Count the records whose time is over; with --apply erase them. Refusals in force keep blocking."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        run = retention.start_run(applied=options["apply"], actor=SYSTEM.by_way("command"), now=timezone.now())
        try:
            retention.run(run.pk)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        run = RetentionRun.objects.get(pk=run.pk)
        if options["json"]:
            print(json.dumps({"applied": run.applied, "before": run.before.isoformat(), "counts": run.counts}))
            return
        for policy in retention.POLICIES:
            print(f"{run.counts[policy.name]:>10}  {policy.label}")
        print("erased" if run.applied else "nothing was erased; --apply erases")
