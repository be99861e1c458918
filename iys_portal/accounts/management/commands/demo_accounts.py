"""Prints the demonstration accounts for the banner of `make run`."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from iys_portal.accounts.demo import ACCOUNTS, CITIZEN
from iys_portal.accounts.enums import UserKind


class Command(BaseCommand):
    help = "List the demonstration accounts: e-mail, password, roles; and a citizen's phone."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("These settings have no demonstration accounts.")
        with translation.override(settings.LANGUAGE_CODE):
            for account in ACCOUNTS:
                self.stdout.write(f"{account.email:<28} {account.password:<18} {', '.join(account.roles)}")
            door = settings.PORTAL_URL + reverse(settings.CITIZEN_LOGIN_URL)
            code = _("code by text")
            self.stdout.write(f"{CITIZEN:<28} {code:<18} {UserKind.CITIZEN.label} · {door}")
