"""Where an application stands, for whoever knows its number and can read its mailbox (R-P8). Nobody signs in.

Codes are kept by the number that was typed, so an unknown number costs the same, counts the same and answers the same.
"""

from datetime import datetime

from django.utils import timezone

from iys_portal.accounts import services as accounts
from iys_portal.accounts.models import OneTimeCode
from iys_portal.core.codes import read_code
from providers.models import Application
from providers.notices import post_application_mail

from .applications import DIGITS, PREFIX


def ask_tracker(*, number: str, ip: str, now: datetime | None = None) -> OneTimeCode:
    """Mail a code to the application's corporate address, where there is such an application.

    Raises `TooSoon` and `TooMany` alike for known and unknown numbers.
    """
    number = read_code(number, digits=DIGITS, prefix=PREFIX)
    application = Application.objects.filter(number=number).first()

    def deliver(code: OneTimeCode, digits: str) -> None:
        if application is not None:
            context = {"code": digits, "until": code.expires_at}
            post_application_mail(application, "code", cause=f"code:{code.public_id}", context=context)

    return accounts.send_code(name=_name(number), ip=ip, deliver=deliver, moment=now)


def answer_tracker(*, number: str, code: str, now: datetime | None = None) -> Application:
    """The application whose mailed code this is. Raises `CodeWrong`, `CodeOver`, `TooMany`."""
    number = read_code(number, digits=DIGITS, prefix=PREFIX)
    accounts.take_code(name=_name(number), code=code, moment=now or timezone.now())
    found = Application.objects.filter(number=number).first()
    if found is None:  # a code of an unknown number was guessed, one in a million
        raise accounts.CodeOver
    return found


def _name(number: str) -> str:
    return f"application-tracker:{number}"
