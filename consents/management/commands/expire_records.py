"""`expire_records`: what would expire now; with `--apply` it does (R-L5)."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from consents.models import RetentionRun
from consents.services import retention
from iys_portal.core.actors import SYSTEM
from iys_portal.core.database import ImproperlyConfigured
from iys_portal.core.enums import JobState


class Command(BaseCommand):
    help = "Count the records whose time is over; with --apply erase them. Refusals in force keep blocking."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--apply", action="store_true")
        parser.add_argument("--json", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = SYSTEM.by_way("command")
        run = retention.start_run(applied=options["apply"], actor=actor, now=timezone.now(), publish=False)
        try:
            retention.run(run.job_id)
        except ImproperlyConfigured as error:
            raise CommandError(str(error)) from error
        run = RetentionRun.objects.select_related("job").get(pk=run.pk)
        if run.job.state != JobState.DONE:
            raise CommandError(run.job.error or "another run is under way")
        if options["json"]:
            print(json.dumps({"applied": run.applied, "before": run.before.isoformat(), "counts": run.counts}))
            return
        for policy in retention.POLICIES:
            print(f"{run.counts[policy.name]:>10}  {policy.label}")
        print("erased" if run.applied else "nothing was erased; --apply erases")
