"""Prints the demonstration accounts for the banner of `make run`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from iys_portal.accounts.demo import ACCOUNTS


class Command(BaseCommand):
    help = "List the demonstration accounts: e-mail, password, roles."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("These settings have no demonstration accounts.")
        with translation.override(settings.LANGUAGE_CODE):
            for account in ACCOUNTS:
                self.stdout.write(f"{account.email:<28} {account.password:<18} {', '.join(account.roles)}")
