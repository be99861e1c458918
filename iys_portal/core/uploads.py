"""What may be uploaded (R-P5, R-C16): a scan or a picture, judged by its content and never by its name.

Evidence of consents keeps the uploaded bytes, because their hash stands in the ledger. Papers of applications become
one PDF per document (`joined`): pictures are converted, HEIC among them.
"""

import hashlib
import logging
import re
import threading
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import Any

import pi_heif
import pypdfium2
from PIL import Image, ImageFile, ImageOps
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject

from .refused_files import FileRefused
from .virus import require_clean

MAX_BYTES = 20 * 1024**2
MAX_PAGES = 200
MAX_OBJECTS = 50_000
"""Objects of a PDF that are looked through; a scan has some dozens a page."""
MIN_SIDE, MAX_SIDE = 16, 20_000
MAX_PIXELS = 60_000_000
"""An A3 page at 400 dots an inch has half of it."""
MAX_POINTS = 14_400
"""Longest side of a PDF page: what Acrobat itself draws, 200 inches."""

MAX_FILES = 10
"""Files that become one document."""
PAGE_PIXELS = 3_508
"""Longer side of A4 at 300 dots an inch."""
A4_INCHES = 11.69
CONTAINERS = (".p7s", ".p7m", ".imz")
"""Signatures that stand beside a document or around it."""
ACCEPTED = ".pdf,.jpg,.jpeg,.png,.heic"

PDF, JPEG, PNG, HEIC = "application/pdf", "image/jpeg", "image/png", "image/heic"
ENDINGS = {PDF: ".pdf", JPEG: ".jpg", PNG: ".png", HEIC: ".heic"}
_FORMATS = {JPEG: ("JPEG", "MPO"), PNG: ("PNG",), HEIC: ("HEIF",)}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1", b"hevc"}

# Names in a PDF that run something, fetch something or carry another file.
_ACTIVE = {
    "/JS", "/JavaScript", "/Launch", "/EmbeddedFile", "/EmbeddedFiles", "/RichMedia", "/XFA", "/SubmitForm",
    "/ImportData", "/GoToE", "/GoToR", "/Sound", "/Movie", "/Rendition", "/3D",
}  # fmt: skip
# The same where a repaired file might still find it; short names would stand in packed pictures by chance.
_ACTIVE_BYTES = re.compile(rb"/(JavaScript|EmbeddedFiles?|RichMedia|SubmitForm|ImportData)\b")
_MARKUP = re.compile(rb"<\s*(!doctype\s+html|html|script|svg|iframe|body|head|\?php)", re.IGNORECASE)
_AFTER_END = 1024
"""Bytes that may follow the end mark of a PDF: some scanners add padding."""

# PDFium works in one thread at a time.
_drawing = threading.Lock()
# Pillow's switch below is the process's.
_loading = threading.Lock()

# What the reader says of a damaged file quotes from it, and may quote a person's data (R-G4).
logging.getLogger("pypdf").setLevel(logging.CRITICAL)
pi_heif.register_heif_opener(thumbnails=False)  # type: ignore[no-untyped-call]


@dataclass(frozen=True)
class Scan:
    """What a judged file is."""

    content_type: str
    size: int
    sha256: bytes


def judge_scan(data: bytes) -> Scan:
    """Judge one file, and have it looked through for viruses where a scanner is set.

    Raises `FileRefused` with a sentence for whoever uploaded it, also where the scanner does not answer.
    """
    if not data:
        raise FileRefused("scan-empty")
    if len(data) > MAX_BYTES:
        raise FileRefused("scan-too-large", limit=MAX_BYTES // 1024**2)
    content_type = _content_type(data)
    if zipfile.is_zipfile(BytesIO(data)):
        raise FileRefused("scan-two-kinds")
    if content_type == PDF:
        _judge_pdf(data)
    else:
        _judge_picture(data, content_type)
    require_clean(data)
    return Scan(content_type, len(data), hashlib.sha256(data).digest())


def _content_type(data: bytes) -> str:
    if data.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(b"%PDF-"):
        return PDF
    if data.startswith(b"\xff\xd8\xff"):
        return JPEG
    if data.startswith(b"\x89PNG\r\n\x1a\n"):
        return PNG
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS:
        return HEIC
    raise FileRefused("scan-two-kinds" if b"%PDF-" in data[:1024] else "scan-unknown")


def _judge_picture(data: bytes, content_type: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = Image.open(BytesIO(data), formats=_FORMATS[content_type])
        _require_size(*picture.size)
        picture.draft("RGB", (max(1, picture.width // 8), max(1, picture.height // 8)))
        with _no_truncated_pictures():
            picture.load()
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise FileRefused("scan-measures", smallest=MIN_SIDE, largest=MAX_SIDE) from error
    except FileRefused:
        raise
    except Exception as error:  # whatever a decoder says about a damaged picture
        raise FileRefused("scan-broken") from error


@contextmanager
def _no_truncated_pictures() -> Iterator[None]:
    """The library that draws our PDFs makes Pillow take half a picture for a whole one, for the whole process."""
    with _loading:
        former = ImageFile.LOAD_TRUNCATED_IMAGES
        ImageFile.LOAD_TRUNCATED_IMAGES = False
        try:
            yield
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = former


def _require_size(width: int, height: int) -> None:
    if min(width, height) < MIN_SIDE or max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise FileRefused("scan-measures", smallest=MIN_SIDE, largest=MAX_SIDE)


def _judge_pdf(data: bytes) -> None:
    start, _mark, end = data.rpartition(b"%%EOF")
    if _MARKUP.search(data[:2048]) or _MARKUP.search(end) or (start and len(end.strip()) > _AFTER_END):
        raise FileRefused("scan-two-kinds")
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted:
            raise FileRefused("scan-encrypted")
        pages = len(reader.pages)
        if not pages:
            raise FileRefused("scan-broken")
        if pages > MAX_PAGES:
            raise FileRefused("scan-pages", limit=MAX_PAGES)
        if _ACTIVE_BYTES.search(data) or _is_active(reader):
            raise FileRefused("scan-active")
        for page in reader.pages:
            width, height = float(page.mediabox.width), float(page.mediabox.height)
            if not (1 < width <= MAX_POINTS and 1 < height <= MAX_POINTS):
                raise FileRefused("scan-page-measures")
        if _drawable_pages(data) != pages:
            raise FileRefused("scan-broken")
    except FileRefused:
        raise
    except Exception as error:  # whatever the reader says about a damaged file
        raise FileRefused("scan-broken") from error


def _drawable_pages(data: bytes) -> int:
    """Pages that can be shown: whoever decides sees what was judged, so two readers have to agree on a damaged file."""
    with _drawing:
        document = pypdfium2.PdfDocument(data)
        try:
            for page in document:
                page.close()
            return len(document)
        finally:
            document.close()


def _is_active(reader: PdfReader) -> bool:
    """Whether any object runs, fetches or carries something; names are compared after their escapes are undone."""
    numbers = {number for table in reader.xref.values() for number in table} | set(reader.xref_objStm)
    if len(numbers) > MAX_OBJECTS:
        raise FileRefused("scan-broken")
    return _holds_active(reader.trailer) or any(
        _holds_active(reader.get_object(number)) for number in numbers if number
    )


def _holds_active(value: Any) -> bool:
    """Looks into one object without following its references: they are objects of their own."""
    waiting = [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, DictionaryObject):
            for name, inner in part.items():
                if name in _ACTIVE or (name in ("/S", "/Subtype", "/Type") and inner in _ACTIVE):
                    return True
                waiting.append(inner)
        elif isinstance(part, ArrayObject):
            waiting.extend(part)
    return False


@dataclass(frozen=True)
class Part:
    """One judged file of a document, as it was uploaded, and the number of pages that it became."""

    name: str
    scan: Scan
    pages: int


@dataclass(frozen=True)
class Joined:
    """A document: all its files as one PDF."""

    data: bytes
    pages: int
    parts: tuple[Part, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def joined(files: Sequence[tuple[str, bytes]], *, former: bytes = b"") -> Joined:
    """Judge each file (name, bytes) and make one PDF of them all, in this order, behind the pages of `former`.

    A single PDF stays as it is, byte for byte: a signature in it stays whole. Raises `FileRefused`.
    """
    if not files:
        raise FileRefused("files-none")
    if len(files) > MAX_FILES:
        raise FileRefused("files-many", limit=MAX_FILES)
    pdfs: list[bytes] = [former] if former else []
    parts = []
    for name, data in files:
        if name.lower().endswith(CONTAINERS):  # ASCII endings
            raise FileRefused("signature-container")
        scan = judge_scan(data)
        pdf = data if scan.content_type == PDF else _as_page(data, scan.content_type)
        pdfs.append(pdf)
        parts.append(Part(name, scan, len(PdfReader(BytesIO(pdf)).pages)))
    whole = pdfs[0] if len(pdfs) == 1 else _one_after_another(pdfs)
    pages = len(PdfReader(BytesIO(whole)).pages)
    if pages > MAX_PAGES:
        raise FileRefused("scan-pages", limit=MAX_PAGES)
    return Joined(whole, pages, tuple(parts))


def _as_page(data: bytes, content_type: str) -> bytes:
    """A picture as one PDF page whose longer side is that of A4; HEIC and PNG become JPEG on the way."""
    picture = _picture(data, content_type, PAGE_PIXELS)
    picture.thumbnail((PAGE_PIXELS, PAGE_PIXELS))
    flat = Image.new("RGB", picture.size, "white")
    whole = picture.convert("RGBA")
    flat.paste(whole, mask=whole.getchannel("A"))
    out = BytesIO()
    flat.save(out, "PDF", resolution=max(flat.size) / A4_INCHES, quality=85)
    return out.getvalue()


def _one_after_another(pdfs: Sequence[bytes]) -> bytes:
    writer = PdfWriter()
    try:
        for pdf in pdfs:
            writer.append(BytesIO(pdf), import_outline=False)
        out = BytesIO()
        writer.write(out)
    except Exception as error:  # whatever the reader says about pages that it cannot copy
        raise FileRefused("scan-broken") from error
    return out.getvalue()


def page_count(data: bytes) -> int:
    """Pages of a judged PDF."""
    with _drawing:
        document = pypdfium2.PdfDocument(data)
        try:
            return len(document)
        finally:
            document.close()


def draw_page(data: bytes, number: int, *, side: int = 900) -> bytes:
    """One page (from 1) of a judged PDF as JPEG. Raises `IndexError` where there is no such page."""
    picture = _drawn(data, number - 1, side)
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def draw_small(data: bytes, content_type: str, *, side: int = 480) -> bytes:
    """A small JPEG of a judged file: the picture, or the first page of the PDF."""
    picture = _drawn(data, 0, side) if content_type == PDF else _picture(data, content_type, side)
    picture.thumbnail((side, side))
    out = BytesIO()
    picture.convert("RGB").save(out, "JPEG", quality=80)
    return out.getvalue()


def draw_logo(data: bytes, content_type: str, *, side: int = 512) -> bytes:
    """A judged picture drawn anew as PNG, see-through where it was: no metadata and no second content survives."""
    picture = _picture(data, content_type, side).convert("RGBA")
    picture.thumbnail((side, side))
    out = BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue()


def _picture(data: bytes, content_type: str, side: int) -> Image.Image:
    picture: Image.Image = Image.open(BytesIO(data), formats=_FORMATS[content_type])
    picture.draft("RGB", (side, side))
    return _upright(picture)


def _upright(picture: Image.Image) -> Image.Image:
    """Read to its end as it was judged, and turned as its camera says."""
    with _no_truncated_pictures():
        picture.load()
        return ImageOps.exif_transpose(picture)


def _drawn(data: bytes, place: int, side: int) -> Image.Image:
    with _drawing:
        document = pypdfium2.PdfDocument(data)
        try:
            if not 0 <= place < len(document):
                raise IndexError(place)
            document.init_forms()  # fields are drawn too: the pictures of signatures are fields
            page = document[place]
            scale = side / max(page.get_width(), page.get_height(), 1)
            return page.render(scale=scale).to_pil().copy()
        finally:
            document.close()


def without_metadata(data: bytes, content_type: str) -> tuple[bytes, str]:
    """A judged picture drawn anew at its size, upright, with nothing but its pixels: no place, no device (R-G1).

    PNG stays PNG; JPEG and HEIC become JPEG.
    """
    picture = _upright(Image.open(BytesIO(data), formats=_FORMATS[content_type]))
    out = BytesIO()
    if content_type == PNG:
        mode = "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
        bare = Image.new(mode, picture.size)
        bare.paste(picture.convert(mode))
        bare.save(out, "PNG")
        return out.getvalue(), PNG
    bare = Image.new("RGB", picture.size)
    bare.paste(picture.convert("RGB"))
    bare.save(out, "JPEG", quality=90)
    return out.getvalue(), JPEG
