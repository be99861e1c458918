"""Files of a complaint (R-K2), judged by their content: pictures, PDF, recordings, e-mail files; 10 MB each.

Pictures are drawn anew, so that where and with what they were taken is gone (R-G1); everything else stays as it came.
"""

import hashlib
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from iys_portal.core import uploads
from iys_portal.core.eml import ReadMail, is_mail, read_mail
from iys_portal.core.refused_files import FileRefused, Words, add_words
from iys_portal.core.virus import require_clean

from .enums import PaperKind
from .recordings import judge_recording, kind_of

MAX_BYTES = 10 * 1024**2
MAX_FILES = 10
EML = "message/rfc822"
ACCEPTED = ".jpg,.jpeg,.png,.heic,.pdf,.mp3,.m4a,.eml"
LIMITS = {"accept": ACCEPTED, "max_bytes": MAX_BYTES, "max_files": MAX_FILES, "max_mb": MAX_BYTES // 1024**2}
"""What a page says of the limits where files are chosen."""
ZIP = "application/zip"
"""Never accepted from anybody: bundles that the portal makes are kept with it."""
ENDINGS = {**uploads.ENDINGS, EML: ".eml", "audio/mpeg": ".mp3", "audio/mp4": ".m4a", ZIP: ".zip"}

add_words(
    {
        "evidence-too-large": Words(
            _("The file is larger than {limit} MB."),
            _("Send a smaller one: a screenshot instead of a photograph, or the part of the call that matters."),
        ),
        "evidence-many": Words(
            _("A complaint takes at most {limit} files."),
            _("Choose those that show the message, its sender and its time best."),
        ),
        "evidence-unknown": Words(
            _("This is no picture, PDF, recording (MP3, M4A) or e-mail file (EML), whatever its name says."),
            _("Send a screenshot, or the e-mail saved as an EML file."),
        ),
        "evidence-again": Words(
            _("This file is among yours already."),
            _("Choose another one."),
        ),
        "recording-unknown": Words(
            _("This is no recording as MP3 or M4A."),
            _("Save the recording as MP3 or M4A."),
        ),
        "recording-broken": Words(
            _("The recording is damaged: it cannot be played to its end."),
            _("Save the recording anew and send that file."),
        ),
    }
)


def neutral_name(kind: str, number: int, content_type: str) -> str:
    """A name for a file that tells nothing of who sent it: people name scans after people (R-K6)."""
    return f"{kind}-{number}{ENDINGS.get(content_type, '')}"


@dataclass(frozen=True)
class Judged:
    """A file as it is kept."""

    name: str
    kind: PaperKind
    content_type: str
    data: bytes
    mail: ReadMail | None = None

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def judge_evidence(name: str, data: bytes, *, kind: PaperKind | None = None) -> Judged:
    """Judge one file. `kind` is what its sender says of a picture or PDF. Raises `FileRefused` in words."""
    if not data:
        raise FileRefused("scan-empty")
    if len(data) > MAX_BYTES:
        raise FileRefused("evidence-too-large", limit=MAX_BYTES // 1024**2)
    name = " ".join(name.replace("\\", "/").rpartition("/")[2].split())[-200:] or "dosya"
    if name.endswith((".eml", ".EML", ".msg", ".MSG")) or is_mail(data):
        require_clean(data)
        return Judged(name, PaperKind.MAIL, EML, data, read_mail(data))
    if name.endswith((".mp3", ".MP3", ".m4a", ".M4A")) or kind_of(data):
        content_type = judge_recording(data)
        require_clean(data)
        return Judged(name, PaperKind.RECORDING, content_type, data)
    try:
        scan = uploads.judge_scan(data)
    except FileRefused as error:
        if error.code == "scan-unknown":
            raise FileRefused("evidence-unknown") from error
        raise
    if scan.content_type == uploads.PDF:
        return Judged(name, PaperKind.PAPER, scan.content_type, data)
    clean, content_type = uploads.without_metadata(data, scan.content_type)
    shown = kind if kind in (PaperKind.PICTURE, PaperKind.CALL_LIST) else PaperKind.PICTURE
    return Judged(name, shown, content_type, clean)
