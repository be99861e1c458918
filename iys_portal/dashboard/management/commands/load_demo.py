"""`load_demo`: the demonstration's providers, people and consents; a second run changes nothing (design 10)."""

import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from iys_portal.dashboard import demo


class Command(BaseCommand):
    help = "Load the demonstration data. Refused wherever settings.DEMO is off."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("Demonstration data is loaded only where settings.DEMO is on.")
        begun = time.monotonic()
        loaded = demo.load()
        if options["verbosity"]:
            self.stdout.write(
                f"{loaded.providers} providers, {loaded.accounts} accounts, {loaded.imports} imports loaded "
                f"in {time.monotonic() - begun:.0f} s"
            )
