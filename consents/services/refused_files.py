"""Files that are refused as a whole, as forms and programs are told."""

from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from consents.files.errors import FileRefused
from iys_portal.core.errors import Invalid


def invalid(refusal: FileRefused, *, field: str | None = "file") -> Invalid:
    """The refusal with its reason and its advice, at a form's field."""
    return Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field=field)


def checked_size(file: IO[bytes]) -> int:
    """The size of an uploaded list, which is wound back. Raises `Invalid` (field "file") for one that is too large."""
    size, limit = file.seek(0, 2), settings.REGISTRY["IMPORT_MAX_BYTES"]
    if size > limit:
        text = _("The file is larger than %(limit)d MB.")
        raise Invalid(text % {"limit": limit // 1024**2}, code="too-large", field="file")
    file.seek(0)
    return size
