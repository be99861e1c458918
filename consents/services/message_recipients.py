"""Who a message goes to: the list is taken, its check begun, stopped, resumed (R-S2). The work is `message_wash`'."""

import re
import tempfile
import uuid
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from consents.address_column import AddressColumn, find_address_column, holds_addresses
from consents.enums import Channel, RecipientsFrom
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.layout import Layout
from consents.files.paste import write_paste
from consents.files.read import refuse_too_many
from consents.models import Message
from consents.states import MessageState as S
from consents.transitions import MESSAGE
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.audit import record
from iys_portal.core.enums import JobState
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.jobs import request_cancel, restart_job, start_job
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import only_if_written, private_path, shown_name

from .address_columns import chosen_before, remember_choice
from .import_columns import remembered
from .messages import forget_file, locked, require_complete
from .uploaded_lists import checked_size

TASK = "consents.wash_message"
HEADING = "recipient"
_PARTS = re.compile(r"[,;\t\r\n]+")


def wash_file(
    *, actor: Actor, public_id: uuid.UUID, file: IO[bytes], name: str = "", look: bool = False, publish: bool = True
) -> Message:
    """Take a list of recipients and begin to check it. Nothing is kept of a file that is refused as a whole.

    A list whose address column is not plain waits for `choose_column`; with `look` its reader sees the column first,
    wherever there is one to choose from. Raises `Invalid` (field "file", or "text" with what is missing in the
    message), and as `wash`.
    """
    checked_size(file)
    with only_if_written() as drops:
        message = _to_wash(actor, public_id)
        former, storage = message.file.name, message.file.storage
        message.file.save("recipients", File(file), save=False)
        drops.append(partial(storage.delete, str(message.file.name)))
        message.file_name, message.file_at = shown_name(name), timezone.now()
        layout = _layout_of(message)
        if former:
            transaction.on_commit(lambda: storage.delete(former))
        found = find_address_column(layout, Channel(message.channel), _known(message))
        if found.index is None or (look and not found.plain):
            message.column, message.layout = None, layout.to_json()
            message.save(update_fields=["file", "file_name", "file_at", "layout", "column"])
            return message
        _take_column(message, layout, found.index)
        _begin(message, RecipientsFrom.FILE, actor, publish=publish)
    return message


def choose_column(*, actor: Actor, public_id: uuid.UUID, column: int, publish: bool = True) -> Message:
    """Say which column of the list that was taken holds the addresses; the check begins. It is known again.

    Raises `WrongMoment` where no list waits, `Invalid` for a column that is not there, and as `wash`.
    """
    with transaction.atomic():
        message = _to_wash(actor, public_id)
        if not message.waits_for_column:
            raise WrongMoment
        layout = Layout.from_json(message.layout)
        if not 0 <= column < len(layout.columns):
            raise Invalid(_("Choose one of the file's columns."), code="column", field="column")
        remember_choice(message.brand.provider_id, Channel(message.channel), layout, column)
        _take_column(message, layout, column)
        _begin(message, RecipientsFrom.FILE, actor, publish=publish)
    return message


def drop_list(*, actor: Actor, public_id: uuid.UUID) -> Message:
    """Give a list up that waits for its column; a second click is ordinary."""
    with transaction.atomic():
        message = locked(actor, public_id, ended_too=True)
        if message.waits_for_column:
            forget_file(message)
            message.save(update_fields=["file", "layout"])
    return message


def address_column(message: Message) -> AddressColumn:
    """The column of a list that waits which probably holds the addresses."""
    return find_address_column(Layout.from_json(message.layout), Channel(message.channel), _known(message))


def _known(message: Message) -> list[str]:
    return chosen_before(message.brand.provider_id, Channel(message.channel))


def _take_column(message: Message, layout: Layout, column: int) -> None:
    """From now on nothing of the list is kept beside the file."""
    message.column, message.layout = column, layout.to_json(with_sample=False)


def wash_paste(*, actor: Actor, public_id: uuid.UUID, text: str, publish: bool = True) -> Message:
    """A pasted list: one address a line, or parted by commas."""
    cells = [cell for cell in (part.strip() for part in _PARTS.split(text)) if cell]
    if not cells:
        raise Invalid(_("Paste at least one address."), field="pasted")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paste"
        quoted = ('"' + cell.replace('"', '""') + '"' for cell in cells)
        write_paste("\n".join([HEADING, *quoted]) + "\n", path)
        content = ContentFile(path.read_bytes())
    return wash_file(actor=actor, public_id=public_id, file=content, publish=publish)


def wash_all(*, actor: Actor, public_id: uuid.UUID, publish: bool = True) -> Message:
    """Everybody with a consent of the message's brand and channel."""
    with transaction.atomic():
        message = _to_wash(actor, public_id)
        message.file_name = ""
        _begin(message, RecipientsFrom.ALL, actor, publish=publish)
    return message


def wash_again(*, actor: Actor, public_id: uuid.UUID, publish: bool = True) -> Message:
    """The same recipients once more: this version's own, or those of the version that it replaces."""
    with transaction.atomic():
        message = _to_wash(actor, public_id)
        former = message.replaces
        if not message.has_recipients and not (former and former.has_recipients):
            raise WrongMoment(_("There are no recipients yet."), code="no-recipients")
        _begin(message, RecipientsFrom.AGAIN, actor, publish=publish)
    return message


def _to_wash(actor: Actor, public_id: uuid.UUID) -> Message:
    """Lock, may they, is it the moment; within a transaction."""
    message = locked(actor, public_id)
    MESSAGE.check(message, "wash", actor)
    if not message.is_commercial:
        raise WrongMoment(_("A message that needs no consent has no list of recipients."), code="no-consent")
    require_complete(message)
    return message


def _begin(message: Message, source: RecipientsFrom, actor: Actor, *, publish: bool) -> None:
    """Start the job and say so. A list that waited for its column and is not the source is given up."""
    if source != RecipientsFrom.FILE and message.waits_for_column:
        forget_file(message)
    message.recipients_from = source
    message.wash_moment = timezone.now()
    message.wash_job = start_job(
        TASK,
        title=_("Recipients of %(subject)s") % {"subject": message.subject},
        actor=actor,
        provider_id=message.brand.provider_id,
        payload={"message": message.pk},
        publish=publish,
    )
    moved = MESSAGE.move(message, "wash", actor)
    message.save()
    record(moved.verb, message, actor=actor, new={"from": source}, provider_id=message.brand.provider_id)


def resume_wash(*, actor: Actor, public_id: uuid.UUID) -> Message:
    """Go on with a check that broke down. Raises `WrongMoment` where none did."""
    with transaction.atomic():
        message = locked(actor, public_id)
        if message.state != S.WASHING or message.wash_job is None:
            raise WrongMoment
        restart_job(message.wash_job)
    return message


def stop_wash(*, actor: Actor, public_id: uuid.UUID) -> Message:
    """Stop a check: a running one at its next step, one that broke down at once. The message is a draft again."""
    with transaction.atomic():
        message = locked(actor, public_id, ended_too=True)
        if message.state != S.WASHING or message.wash_job is None:
            raise WrongMoment
        if message.wash_job.state in (JobState.QUEUED, JobState.RUNNING):
            request_cancel(message.wash_job)
            return message
        give_up_check(message, actor=actor)
        message.save(update_fields=["state"])
    return message


def give_up_check(message: Message, *, actor: Actor) -> None:
    """The message is a draft again; the caller holds its lock and saves `state`."""
    moved = MESSAGE.move(message, "stopped", SYSTEM)
    record(moved.verb, message, actor=actor, provider_id=message.brand.provider_id)


def _layout_of(message: Message) -> Layout:
    """How the kept file is built. Raises `Invalid` where it cannot be read or has no addresses."""
    path = private_path(message.file.name)
    try:
        known = remembered(message.brand.provider_id)
        layout = inspect_file(path, remembered=known, lenient=True)
        refuse_too_many(path, layout, limit=settings.REGISTRY["IMPORT_MAX_ROWS"])
    except FileRefused as refusal:
        raise invalid(refusal) from refusal
    if not holds_addresses(layout, Channel(message.channel)):
        raise Invalid(_("No column with addresses of this channel was found."), code="no-addresses", field="file")
    return layout


def forget_old_files(now: datetime) -> int:
    """Delete lists that were taken and never checked to the end (R-G1); returns how many.

    A check that broke down and that nobody went on with is given up with its list.
    """
    since = now - settings.REGISTRY["MESSAGE_FILE_KEEP"]
    over = Q(file_at__lt=since) & (Q(wash_moment=None) | Q(wash_moment__lt=since))
    old = Message.objects.exclude(file="").filter(over)
    under_way = Q(state=S.WASHING, wash_job__state__in=(JobState.QUEUED, JobState.RUNNING))
    total = 0
    for key in list(old.exclude(under_way).order_by("pk").values_list("pk", flat=True)[:200]):
        with transaction.atomic():
            message = Message.objects.select_for_update(of=("self",)).select_related("brand").get(pk=key)
            if message.state == S.WASHING:
                give_up_check(message, actor=SYSTEM)
            forget_file(message)
            message.save(update_fields=["state", "file", "layout"])
            total += 1
    return total
