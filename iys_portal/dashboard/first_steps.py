"""The guided start of a company: what its people do in the first hour, and how far they have come."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consents.models import ConsentImport, RecipientQuery
from iys_portal.accounts.permissions import Permission
from iys_portal.core.actors import Actor
from providers.models import BrandValue, Membership, Provider

SHOWN_FOR = timedelta(days=30)
"""After that a company with records goes its own way."""


@dataclass(frozen=True)
class Step:
    """One thing to do: what for, where, and how it is seen to be done."""

    title: str | Promise
    text: str | Promise
    action: str | Promise
    view: str
    icon: str
    permission: Permission
    is_done: Callable[[Actor, bool], bool]
    """Of the actor, and whether the company has any record."""
    done: bool = False

    @property
    def url(self) -> str:
        return reverse(self.view)


STEPS = (
    Step(
        _("Say how people recognise you"),
        _("Short names, sender names and ways to refuse: recipients see them, and your messages are checked against them."),
        _("Open the brands"), "providers:brands", "tag", Permission.PROVIDER_SETTINGS,
        lambda actor, _recorded: BrandValue.objects.visible_to(actor).exists(),
    ),
    Step(
        _("Bring your colleagues"),
        _("A compliance officer records and asks, a viewer only reads. Each of them signs in with an own account."),
        _("Invite somebody"), "providers:people", "user-plus", Permission.PROVIDER_USERS,
        lambda actor, _recorded: Membership.objects.visible_to(actor).count() > 1,
    ),
    Step(
        _("Have a list checked"),
        _("CSV, Excel or pasted rows, as your system writes them, or the sample file. Nothing is recorded: you see what each row would do, and which need mending."),
        _("Import a file"), "consents:import_new", "upload", Permission.CONSENT_IMPORT,
        lambda actor, _recorded: ConsentImport.objects.visible_to(actor).exists(),
    ),
    Step(
        _("Record your consents"),
        _("Mend what the check found and apply it; within 24 hours it can be undone. Or record a single one by hand."),
        _("New record"), "consents:record", "plus-circle", Permission.CONSENT_RECORD,
        lambda _actor, recorded: recorded,
    ),
    Step(
        _("Ask before you send"),
        _("One address or a whole list: the answer says for each whether you may write, and why not. It is signed and kept."),
        _("Ask"), "consents:query_new", "search", Permission.CONSENT_QUERY,
        lambda actor, _recorded: RecipientQuery.objects.visible_to(actor).exists(),
    ),
)  # fmt: skip


def first_steps(actor: Actor, *, recorded: bool, now: datetime) -> list[Step]:
    """The steps that this person may take, in order; none for outsiders, or once all are done or long past.

    `recorded`: whether the company has any record.
    """
    if actor.provider_id is None or actor.bound is not None:
        return []
    if recorded and not Provider.objects.filter(pk=actor.provider_id, created_at__gt=now - SHOWN_FOR).exists():
        return []
    own = [step for step in STEPS if actor.may(step.permission)]
    found = [replace(step, done=step.is_done(actor, recorded)) for step in own]
    return [] if all(step.done for step in found) else found
