"""What the portal keeps in a visitor's browser, and why: the one list that the cookie page shows."""

from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from iys_portal.accounts.views_citizen import DEVICE_COOKIE, NOTICE_COOKIE


@dataclass(frozen=True)
class Kept:
    """One cookie, or one entry of the browser's own storage (`cookie` is False)."""

    name: str
    purpose: str | Promise
    lasts: str | Promise
    cookie: bool = True


_YEAR = _("A year")


def kept_in_browsers() -> list[Kept]:
    """All are needed for what the visitor asked for; none measures, advertises or goes to anybody else."""
    return [
        Kept(settings.SESSION_COOKIE_NAME, _("Knows that you are signed in, and keeps what a form holds between two pages."), _("Until you sign out, half a day at most")),
        Kept(settings.CSRF_COOKIE_NAME, _("Shows that a form was sent from this portal and not from another site."), _YEAR),
        Kept(settings.LANGUAGE_COOKIE_NAME, _("Your language, once you have chosen it."), _YEAR),
        Kept(NOTICE_COOKIE, _("Which version of the privacy notice for citizens was read in this browser."), _YEAR),
        Kept(DEVICE_COOKIE, _("Recognises a citizen's browser, so that we can tell you when somebody signs in from another."), _YEAR),
        Kept("theme", _("Light or dark, once you have chosen it. Stays in the browser and is not sent to us."), _("Until you clear it"), cookie=False),
    ]  # fmt: skip
