"""How the file of an import is read: its columns, what stands for missing ones, sheet, encoding, delimiter."""

from collections.abc import Mapping

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from consents.enums import Source
from consents.files.errors import FileRefused
from consents.files.inspect import inspect_file
from consents.files.layout import FIELD_LABELS, Layout, remap, to_remember
from consents.files.read import refuse_too_many
from consents.models import ConsentImport, ConsentText, RememberedColumn
from consents.normalise.reading import COMMON_FIELDS, LONG_FIELDS, STATUS_FIELDS, WIDE_FIELDS
from consents.policies import as_importer
from consents.transitions import IMPORT
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, WrongMoment
from iys_portal.core.refused_files import invalid
from iys_portal.core.storage import private_path

from .import_steps import forget_check, locked

CONSTANT_FIELDS = ("type", *COMMON_FIELDS)


def remembered(provider_id: int) -> dict[str, str | None]:
    """What the provider's headings meant the last time, as `inspect_file` takes it."""
    rows = RememberedColumn.objects.filter(provider_id=provider_id).values_list("heading", "field")
    return {heading: name or None for heading, name in rows}


def map_columns(
    item: ConsentImport,
    *,
    actor: Actor,
    columns: Mapping[int, str | None],
    constants: Mapping[str, str],
    wide_no: str = "",
    text_version_id: int | None = None,
) -> ConsentImport:
    """Say what each column is, what stands for missing ones, and what a "no" of a wide file means.

    A status is never a constant (R-C1). The consents of the file may name one published text of the brand (R-C18).
    Raises `Invalid` for two columns of one thing, for columns that do not go together, and for another text.
    """
    texts = ConsentText.objects.published().filter(brand=item.brand_id)
    if text_version_id is not None and not texts.filter(pk=text_version_id).exists():
        raise Invalid(_("This is no published consent text of the brand."), code="text", field="text_version")
    if not STATUS_FIELDS.isdisjoint(constants):
        raise Invalid(_("The status of a consent is never the same for a whole file by assumption."), field="status")
    if unknown := set(constants) - set(CONSTANT_FIELDS):
        raise Invalid(code=f"constant:{','.join(sorted(unknown))}")
    if source := constants.get("source"):
        known = Source.__members__.get(source)
        if known is None or known.is_registry:
            raise Invalid(_("Choose a source that a provider may record."), field="source")
    try:
        layout = fitted(remap(Layout.from_json(item.layout), columns))
    except FileRefused as refusal:
        raise invalid(refusal, field="columns") from refusal
    known_fields = LONG_FIELDS if layout.shape == "long" else WIDE_FIELDS
    with transaction.atomic():
        item = locked(item)
        IMPORT.move(item, "remap", as_importer(actor, item))
        forget_check(item)
        item.layout = layout.to_json()
        item.constants = {key: value for key, value in constants.items() if value and key in known_fields}
        item.wide_no = wide_no if layout.shape == "wide" else ""
        item.text_version_id = text_version_id
        item.save()
        for heading, name in to_remember(layout).items():
            RememberedColumn.objects.update_or_create(
                provider_id=item.provider_id, heading=heading[:100], defaults={"field": name or ""}
            )
    return item


def fitted(layout: Layout) -> Layout:
    """A lone phone or e-mail column beside a channel is the recipient.

    Raises `Invalid` for columns of the other shape, as where two columns of addresses stand beside a channel.
    """
    fields = layout.fields
    known = LONG_FIELDS if layout.shape == "long" else WIDE_FIELDS
    strange = [name for name in fields if name not in known]
    if layout.shape == "long" and "recipient" not in fields and len(strange) == 1:
        return remap(layout, {fields[strange[0]]: "recipient"})
    if strange:
        names = ", ".join(f"“{FIELD_LABELS[name]}”" for name in strange)
        if layout.shape == "wide":
            text = _("%(names)s: not in a file that has one column for each channel. Choose “not stored” there.")
        else:
            text = _("%(names)s: not in a file with one consent a row. The address column is “Recipient”.")
        raise Invalid(text % {"names": names}, code="mixed-shape", field="columns")
    return layout


def reinspect(
    item: ConsentImport,
    *,
    actor: Actor,
    sheet: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
) -> ConsentImport:
    """Look at the kept file again the way the user says it is built; a refusal leaves all as it was."""
    importer = as_importer(actor, item)
    if not item.file:
        raise WrongMoment(_("The file is no longer kept."), code="file-forgotten")
    path = private_path(item.file.name)
    try:
        layout = inspect_file(
            path,
            remembered=remembered(item.provider_id),
            sheet=sheet,
            encoding=encoding,
            delimiter=delimiter,
        )
        refuse_too_many(path, layout, limit=settings.REGISTRY["IMPORT_MAX_ROWS"])
    except FileRefused as refusal:
        raise invalid(refusal, field="reading") from refusal
    with transaction.atomic():
        item = locked(item)
        IMPORT.move(item, "remap", importer)
        forget_check(item)
        item.layout, item.constants, item.wide_no, item.text_version = layout.to_json(), {}, "", None
        item.save()
    return item


def missing_fields(item: ConsentImport) -> list[str]:
    """Fields that neither a column nor a constant fills and without which no row can be accepted."""
    layout = Layout.from_json(item.layout)
    known = set(layout.fields) | set(item.constants)
    if layout.shape == "wide":
        missing = [] if known & {"phone", "email"} else ["phone"]
        needed: tuple[str, ...] = ("source", "consent_date")
        missing += [] if known & {"allow_sms", "allow_call", "allow_email"} else ["allow_sms"]
    else:
        missing, needed = [], ("recipient", "type", "status", "source", "consent_date")
    return missing + [name for name in needed if name not in known]
