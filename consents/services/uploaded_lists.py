"""Lists that are uploaded: to be imported, asked about, or written to."""

from typing import IO

from django.conf import settings
from django.utils.translation import gettext as _

from iys_portal.core.errors import Invalid


def checked_size(file: IO[bytes]) -> int:
    """The size of a list, which is wound back. Raises `Invalid` (field "file") for one that is too large."""
    size, limit = file.seek(0, 2), settings.REGISTRY["IMPORT_MAX_BYTES"]
    if size > limit:
        text = _("The file is larger than %(limit)d MB.")
        raise Invalid(text % {"limit": limit // 1024**2}, code="too-large", field="file")
    file.seek(0)
    return size
