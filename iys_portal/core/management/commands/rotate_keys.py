"""`rotate_keys`: write encrypted fields anew under the first of FIELD_KEYS; can be interrupted and started again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from iys_portal.core import encryption


class Command(BaseCommand):
    help = "Write every encrypted field anew under the first key of FIELD_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        looked = written = 0
        try:
            for model, rows, changed in encryption.rotate():
                looked, written = looked + rows, written + changed
                self.stdout.write(f"{model} {looked} {written}")
        except encryption.Unreadable as error:
            raise CommandError(f"{error}: put the former key back behind the first one and start again") from error
        self.stdout.write(f"rows: {looked}, written anew: {written}")
