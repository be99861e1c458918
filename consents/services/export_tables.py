"""What files of queries and messages hold when they are made, and whether one may still be given out (R-S2, R-G3)."""

from collections import deque
from datetime import datetime

from django.utils.translation import gettext as _

from consents.enums import ExportKind
from consents.export_tables import messages_table, queries_table, recipients_table, result_table
from consents.exports import Table
from consents.models import ExportFile, Message, MessageRemoval
from consents.selectors.messages import removed_addresses
from consents.selectors.messages import visible as visible_messages
from consents.selectors.queries import visible as visible_queries
from consents.states import MessageState
from iys_portal.core.actors import Actor
from iys_portal.core.errors import WrongMoment

from . import message_watch


def may_be_listed(message: Message) -> bool:
    """Registered, with recipients: a list leaves the registry with its message on record, never before (R-S2)."""
    return MessageState(message.state).registered and message.has_recipients


def table_of(item: ExportFile, owner: Actor, *, now: datetime) -> Table:
    """The table of an export, within what its owner may see. Raises `WrongMoment` where it is gone by now.

    Recipients of a message that may still be sent are judged once more, and whoever may not be written to is taken
    off, as for every list that is taken (docs/adr/0013-messages.md).
    """
    kind = ExportKind(item.kind)
    if kind is ExportKind.QUERIES:
        return queries_table(owner, item.filters["lists"])
    if kind is ExportKind.MESSAGES:
        return messages_table(owner, item.filters["lists"])
    if kind is ExportKind.QUERY:
        query = visible_queries(owner).get(pk=item.filters["of"])
        if not query.result:
            raise WrongMoment(_("The result was deleted after its retention."))
        return result_table(query)
    return _recipients(item, owner, now)


def _recipients(item: ExportFile, owner: Actor, now: datetime) -> Table:
    message = visible_messages(owner).get(pk=item.filters["of"])
    if not may_be_listed(message):
        raise WrongMoment
    if message.state == MessageState.RELEASED:
        deque(message_watch.allowed_now(message, now=now), maxlen=0)
    gone = removed_addresses(message)
    item.filters = item.filters | {"removed": len(gone)}
    item.save(update_fields=["filters"])
    return recipients_table(message, gone)


def require_fresh(item: ExportFile, actor: Actor, *, now: datetime) -> None:
    """Raise `WrongMoment` where a recipient was taken off a message since its list was made and it may yet be sent.

    Whoever takes it counts as having taken the list, and is told when somebody refuses later.
    """
    if item.kind != ExportKind.RECIPIENTS:
        return
    message = Message.objects.get(pk=item.filters["of"])
    if message.state != MessageState.RELEASED:
        return
    message_watch.catch_up_whole(message.pk, now=now)
    if MessageRemoval.objects.filter(message_id=message.pk).count() != item.filters["removed"]:
        raise WrongMoment(_("Recipients were removed since this list was made. Have it made again."), code="stale")
    if not actor.all_providers:
        message_watch.take_list(actor=actor, public_id=message.public_id)
