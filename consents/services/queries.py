"""Questions before sending (R-S1): a few addresses are answered at once, a list by a job (`query_runs`).

Every answer is kept with its moment, its validity and the registry's signature; addresses stand in the result's file
alone. Nothing is told about addresses that the asker did not bring.
"""

import hashlib
import tempfile
from collections.abc import Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import polars as pl
from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consents.address_column import AddressColumn, find_address_column
from consents.document_kinds import QUERY
from consents.engine.asked import Question
from consents.enums import Channel, QueryWay, RecipientType
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.layout import Layout
from consents.files.paste import LIST_LAYOUT, pasted_addresses, write_list, write_paste
from consents.files.read import count_rows
from consents.models import RecipientQuery
from consents.proof.queries import sign_query
from consents.query_results import Answered, ResultFile
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.documents import new_number
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from iys_portal.core.jobs import request_cancel, restart_job, start_job
from iys_portal.core.prepared import first_row, insert
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import only_if_written, private_path, sha256_of, shown_name
from providers.models import Brand

from .address_columns import chosen_before, remember_choice
from .import_columns import remembered
from .uploaded_lists import checked_size

TASK, BOOK_TASK = "consents.answer_query", "consents.write_query_book"
_RESERVE = """
    INSERT INTO consents_queryday AS had (provider_id, day, addresses) VALUES (%(provider)s, %(day)s, %(more)s)
    ON CONFLICT (provider_id, day) DO UPDATE SET addresses = had.addresses + excluded.addresses
    RETURNING addresses
"""


def ask(
    *,
    actor: Actor,
    brand: Brand,
    channel: Channel,
    recipient_type: RecipientType,
    addresses: Sequence[str],
    way: QueryWay = QueryWay.ONE,
) -> RecipientQuery:
    """Answer up to `QUERY_AT_ONCE` addresses now. Audited, without an address.

    Raises `NotAllowed`, `NotFound` for another's brand or a channel that is not opened (R-P12), `Invalid` without
    addresses or for too many, `WrongMoment` when the day's quota is used up; nothing is kept then.
    """
    about: dict[str, Any] = {"actor": actor, "brand": brand, "channel": channel, "recipient_type": recipient_type}
    return _ask(**about, addresses=addresses, way=way, limit=settings.REGISTRY["QUERY_AT_ONCE"])[0]


def ask_by_api(
    *, actor: Actor, brand: Brand, channel: Channel, recipient_type: RecipientType, addresses: Sequence[str]
) -> tuple[RecipientQuery, list[tuple[str | None, int]]]:
    """The same for a program: up to `API_QUERY_ROWS`, with each address as it is stored and its `Reason` or `Problem`.

    Raises as `ask`.
    """
    about: dict[str, Any] = {"actor": actor, "brand": brand, "channel": channel, "recipient_type": recipient_type}
    query, found = _ask(**about, addresses=addresses, way=QueryWay.API, limit=settings.REGISTRY["API_QUERY_ROWS"])
    return query, list(found.iter_rows())


def _ask(
    *,
    actor: Actor,
    brand: Brand,
    channel: Channel,
    recipient_type: RecipientType,
    addresses: Sequence[str],
    way: QueryWay,
    limit: int,
) -> tuple[RecipientQuery, pl.DataFrame]:
    _require(actor, brand, channel)
    if not addresses:
        raise Invalid(_("Enter at least one address."), code="no-address", field="address")
    if len(addresses) > limit:
        text = _("Up to %(limit)s addresses are answered at once; bring more as a file.")
        raise Invalid(text % {"limit": limit}, code="too-many", field="text")
    now, content = timezone.now(), BytesIO()
    out = ResultFile(content, LIST_LAYOUT, 0)
    frame = pl.DataFrame(
        {"line": range(1, len(addresses) + 1), "c0": addresses}, schema={"line": pl.UInt32, "c0": pl.String}
    )
    found = out.add(*out.read(frame, channel), Question(brand, channel, recipient_type, now))
    query = _new(actor, brand, channel, recipient_type, way, total=len(addresses))
    query.sha256 = hashlib.sha256("\n".join(addresses).encode(errors="replace")).hexdigest()
    query.layout, query.column = LIST_LAYOUT.to_json(), 0
    with only_if_written() as drops:
        _reserve(query)
        path = private_path(query.result.name)
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        drops.append(partial(path.unlink, missing_ok=True))
        _private_write(path, content.getvalue())
        settle(query, out.finish(), now)
        insert(query)
        note_answer(query, actor)
    return query, found


def ask_text(
    *, actor: Actor, brand: Brand, channel: Channel, recipient_type: RecipientType, text: str, look: bool = False
) -> RecipientQuery:
    """A pasted text: a plain list of addresses, or a table like a file. Raises as `ask` and `ask_file`."""
    addresses = pasted_addresses(text)
    about: dict[str, Any] = {"actor": actor, "brand": brand, "channel": channel, "recipient_type": recipient_type}
    if addresses is not None and len(addresses) <= settings.REGISTRY["QUERY_AT_ONCE"]:
        return ask(**about, addresses=addresses, way=QueryWay.LIST)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "paste"
        if addresses is None:
            write_paste(text, path)
        else:
            write_list(addresses, path)
        about["layout"] = None if addresses is None else LIST_LAYOUT
        with path.open("rb") as file:
            return ask_file(**about, file=file, name=_("Pasted text"), way=QueryWay.LIST, look=look)


def ask_file(
    *,
    actor: Actor,
    brand: Brand,
    channel: Channel,
    recipient_type: RecipientType,
    file: IO[bytes],
    name: str,
    way: QueryWay = QueryWay.FILE,
    layout: Layout | None = None,
    column: int | None = None,
    look: bool = False,
    publish: bool = True,
) -> RecipientQuery:
    """Keep a file until it is answered, and start the job where its address column is known.

    Without a sure column the query waits for `choose_column`; `column` says it beforehand. With `look` its reader sees
    the column first, wherever there is one to choose from. Without `publish` the
    caller runs the job itself. Raises as `ask`, and `Invalid` (field "file") for a file that is refused as a whole;
    nothing is kept then.
    """
    _require(actor, brand, channel)
    size = checked_size(file)
    query = _new(actor, brand, channel, recipient_type, way, total=0)
    query.file_name, query.sha256 = shown_name(name), sha256_of(file)
    file.seek(0)
    with only_if_written() as drops:
        query.file.save("upload", File(file), save=False)
        drops.append(partial(default_storage.delete, str(query.file.name)))
        _recognise(query, layout)
        query.column = _checked(query, column) if column is not None else _sure_column(query, look=look)
        _reserve(query)
        query.save(force_insert=True)
        about = _about(query) | {"sha256": query.sha256, "size": size}
        audit.record("query.asked", query, actor=actor, new=about)
        if query.column is not None:
            _start(query, actor, publish=publish)
    return query


def choose_column(query: RecipientQuery, *, actor: Actor, column: int) -> RecipientQuery:
    """Say which column holds the addresses; the job starts. A second click finds it started."""
    _require(actor, query.brand, Channel(query.channel))
    with transaction.atomic():
        query = RecipientQuery.objects.select_for_update(of=("self",)).select_related("brand").get(pk=query.pk)
        if not query.waits_for_column:
            raise WrongMoment
        query.column = _checked(query, column)
        query.save(update_fields=["column"])
        remember_choice(query.provider_id, Channel(query.channel), Layout.from_json(query.layout), query.column)
        _start(query, actor, publish=True)
    return query


def stop(query: RecipientQuery, *, actor: Actor) -> None:
    """Stop a running query; nothing of it is kept but that it was asked."""
    _require(actor, query.brand, Channel(query.channel))
    if query.job is None:
        raise WrongMoment
    request_cancel(query.job)


def resume(query: RecipientQuery, *, actor: Actor) -> None:
    """Ask again what broke down or was stopped, from the kept file."""
    _require(actor, query.brand, Channel(query.channel))
    if query.job is None or query.answered or not query.file:
        raise WrongMoment
    restart_job(query.job)


def order_book(query: RecipientQuery, *, actor: Actor, publish: bool = True) -> RecipientQuery:
    """Have the result written as a workbook in the background; one that is there or on its way stays."""
    _require(actor, query.brand, Channel(query.channel))
    with transaction.atomic():
        query = (
            RecipientQuery.objects.select_for_update(of=("self",)).select_related("brand", "book_job").get(pk=query.pk)
        )
        if not query.answered or not query.result:
            raise WrongMoment
        if query.book_job is None:
            about: dict[str, Any] = {"provider_id": query.provider_id, "payload": {"query": query.pk}}
            title = _("Workbook of %(file)s") % {"file": query}
            query.book_job = start_job(BOOK_TASK, title=title, actor=actor, publish=publish, **about)
            query.save(update_fields=["book_job"])
        elif not query.book and not query.book_job.active:
            restart_job(query.book_job)
    return query


def address_column(query: RecipientQuery) -> AddressColumn:
    """The column that probably holds the channel's addresses."""
    channel = Channel(query.channel)
    known = chosen_before(query.provider_id, channel)
    return find_address_column(Layout.from_json(query.layout), channel, known)


def _sure_column(query: RecipientQuery, *, look: bool) -> int | None:
    found = address_column(query)
    return None if look and not found.plain else found.index


def settle(query: RecipientQuery, found: Answered, moment: Any) -> None:
    """Put what was found on the query, and sign it; the caller saves it with its file in place."""
    query.total = found.rows
    query.counts = {str(number): total for number, total in sorted(found.counts.items())}
    query.malformed = {str(number): total for number, total in sorted(found.malformed.items())}
    query.first_rows = found.first_rows
    query.moment, query.valid_until = moment, moment + settings.REGISTRY["QUERY_VALID"]
    query.result_sha256, query.result_size = found.sha256, found.size
    sign_query(query)


def note_answer(query: RecipientQuery, actor: Actor) -> None:
    """R-A3: that addresses were asked about, and what came of it; no address."""
    about = _about(query) | {"answers": query.counts, "malformed": query.malformed}
    audit.record("query.answered", query, actor=actor, new=about)


def _about(query: RecipientQuery) -> dict[str, Any]:
    return {
        "number": query.number,
        "brand": query.brand.brand_code,
        "channel": Channel(query.channel).name,
        "type": RecipientType(query.recipient_type).name,
        "way": str(query.way),
        "total": query.total,
    }


def _require(actor: Actor, brand: Brand, channel: Channel) -> None:
    actor.require(Permission.CONSENT_QUERY)
    if not actor.all_providers and brand.provider_id != actor.provider_id:
        raise NotFound
    if actor.bound is not None and (brand.pk, int(channel)) not in actor.bound.reads:  # R-P12
        raise NotFound
    if not brand.is_active:
        raise WrongMoment(_("The brand is no longer in use."), code="brand-closed")


def _new(
    actor: Actor, brand: Brand, channel: Channel, recipient_type: RecipientType, way: QueryWay, *, total: int
) -> RecipientQuery:
    return RecipientQuery(
        number=new_number(QUERY),
        provider=brand.provider,
        brand=brand,
        channel=channel,
        recipient_type=recipient_type,
        way=way,
        total=total,
        result=default_storage.get_available_name("queries/result"),
        actor_kind=actor.kind,
        actor_id=actor.id,
        actor_name=actor.name[:200],
        created_at=timezone.now(),
    )


def _recognise(query: RecipientQuery, layout: Layout | None) -> None:
    path = private_path(query.file.name)
    try:
        if layout is None:
            known = remembered(query.provider_id)
            layout = inspect_file(path, remembered=known, lenient=True)
        query.layout = layout.to_json()
        query.total = count_rows(path, layout, limit=settings.REGISTRY["IMPORT_MAX_ROWS"])
    except FileRefused as refusal:
        raise invalid(refusal) from refusal


def _checked(query: RecipientQuery, column: int) -> int:
    if not 0 <= column < len(Layout.from_json(query.layout).columns):
        raise Invalid(_("Choose one of the file's columns."), code="column", field="column")
    return column


def _reserve(query: RecipientQuery) -> None:
    """Count the addresses on the provider's day; the row's lock makes two questions at once wait for each other."""
    day = query.created_at.astimezone(ISTANBUL).date()
    (used,) = first_row(_RESERVE, {"provider": query.provider_id, "day": day, "more": query.total}) or (0,)
    limit = settings.REGISTRY["QUERY_ADDRESSES_A_DAY"]
    if used > limit:
        left = max(0, limit - (used - query.total))
        text = _(
            "You may ask about %(limit)s addresses a day; %(left)s are left today and you brought %(more)s."
            " Nothing was kept. Ask about fewer, or tomorrow."
        )
        raise WrongMoment(text % {"limit": limit, "left": left, "more": query.total}, code="quota")


def _start(query: RecipientQuery, actor: Actor, *, publish: bool) -> None:
    query.job = start_job(
        TASK,
        title=_("Query of %(file)s") % {"file": query.file_name},
        actor=actor,
        provider_id=query.provider_id,
        payload={"query": query.pk, "language": translation.get_language() or settings.LANGUAGE_CODE},
        publish=publish,
    )
    query.save(update_fields=["job"])


def _private_write(path: Path, content: bytes) -> None:
    path.touch(mode=0o600)
    path.write_bytes(content)
