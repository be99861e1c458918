"""Why a file is refused as a whole, in words for the person who uploaded it.

Apps add the words of their own kinds of files with `add_words`.
"""

from collections import defaultdict
from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .errors import Invalid


class Words(NamedTuple):
    """What is wrong with a file, and what to do about it."""

    reason: Promise | str
    advice: Promise | str


REFUSALS: dict[str, Words] = {
    "scan-empty": Words(
        _("The file is empty (0 bytes)."),
        _("Scan the document again and upload that file."),
    ),
    "scan-too-large": Words(
        _("The file is larger than {limit} MB."),
        _("Scan it with fewer dots an inch; 200 are plenty for a form."),
    ),
    "scan-unknown": Words(
        _("This is neither a PDF nor a picture (JPEG, PNG or HEIC), whatever its name says."),
        _("Upload the scan as PDF, JPEG, PNG or HEIC."),
    ),
    "scan-broken": Words(
        _("The file is damaged and cannot be opened."),
        _("Scan the document again, or save it anew, and upload that file."),
    ),
    "scan-encrypted": Words(
        _("The PDF is locked with a password."),
        _("Remove the password, so that the document can be read years from now."),
    ),
    "scan-active": Words(
        _("The PDF runs a script, opens something else or carries another file inside."),
        _("Print it to a new PDF, or scan the paper, and upload that file."),
    ),
    "scan-two-kinds": Words(
        _("The file is two things in one: another kind of file hides in it."),
        _("Print it to a new PDF, or scan the paper, and upload that file."),
    ),
    "scan-measures": Words(
        _("The picture is too small or too large: each side has from {smallest} to {largest} pixels."),
        _("Scan the document again with about 200 dots an inch."),
    ),
    "scan-page-measures": Words(
        _("A page of the PDF has measures that no paper has."),
        _("Print it to a new PDF on A4 and upload that file."),
    ),
    "scan-pages": Words(
        _("The PDF has more than {limit} pages."),
        _("Upload the pages that carry the signature."),
    ),
    "scan-virus": Words(
        _("The virus scanner found something harmful in the file."),
        _("Clean your computer, scan the paper again and upload that file."),
    ),
    "scan-unchecked": Words(
        _("The virus scanner does not answer, so the file was not taken and nothing of it was kept."),
        _("Please try again in a few minutes."),
    ),
    "signature-container": Words(
        _("This is a signature container (.p7s, .imz), not a document."),
        _("Sign inside the PDF with Adobe Acrobat Reader and upload the PDF."),
    ),
    "files-many": Words(
        _("These are more than {limit} files for one document."),
        _("Scan all its pages into one PDF and upload that file."),
    ),
    "files-none": Words(
        _("No file was chosen."),
        _("Choose the scan of the document."),
    ),
}


def add_words(words: Mapping[str, Words]) -> None:
    """Called when the module that refuses such files is loaded."""
    REFUSALS.update(words)


class FileRefused(Exception):
    """The file cannot be taken as it is; nothing was read from it.

    `code` is a key of `REFUSALS`, `params` the values its sentence names (`line` is 1-based).
    """

    def __init__(self, code: str, **params: object) -> None:
        self.code = code
        self.params = params
        super().__init__(code, params)

    def __reduce__(self) -> tuple[object, ...]:
        return _rebuild, (self.code, self.params)

    @property
    def message(self) -> str:
        """What is wrong, in the active language."""
        return self._filled(REFUSALS[self.code].reason)

    @property
    def advice(self) -> str:
        """What to do about it, in the active language."""
        return self._filled(REFUSALS[self.code].advice)

    def _filled(self, sentence: Promise | str) -> str:
        return str(sentence).format_map(defaultdict(str, {key: str(value) for key, value in self.params.items()}))


def _rebuild(code: str, params: dict[str, object]) -> FileRefused:
    return FileRefused(code, **params)


def invalid(refusal: FileRefused, *, field: str | None = "file") -> Invalid:
    """The refusal with its reason and its advice, as a form or a program is told at its field."""
    return Invalid(f"{refusal.message} {refusal.advice}", code=refusal.code, field=field)
