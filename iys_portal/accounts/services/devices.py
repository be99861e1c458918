"""Browsers in which a citizen signed in before; a sign-in from another one is told by mail."""

from datetime import datetime

from django.db import transaction

from iys_portal.accounts.keys import citizen_hash
from iys_portal.accounts.models import KnownDevice, User
from iys_portal.accounts.notices import tell_citizen
from iys_portal.accounts.selectors import mails_of


@transaction.atomic
def note_device(*, user: User, token: str, browser: str, moment: datetime, but: str = "") -> bool:
    """Remember the browser with this cookie; tells the citizen of a new one, and returns whether it was new.

    Nothing is told of an account's first browser, nor where the citizen wants no such mail. `but` is a phone that has
    just received the code of this sign-in: it is not written to again.
    """
    hashed = citizen_hash("device", token)
    User.objects.select_for_update(of=("self",), no_key=True).get(pk=user.pk)
    known = KnownDevice.objects.filter(user=user)
    if known.filter(token_hash=hashed).update(last_seen_at=moment, browser=browser):
        return False
    first = not known.exists()
    row = KnownDevice.objects.create(
        user=user, token_hash=hashed, browser=browser, first_seen_at=moment, last_seen_at=moment
    )
    if not first and mails_of(user.pk)["devices"]:
        context = {"at": moment, "browser": browser}
        tell_citizen("new_device", cause=f"new_device:{row.pk}", user=user, context=context, but=but)
    return True
