"""A frozen dictionary and a template become a PDF/A (design 6). Nothing is fetched: fonts and style are our own files.

Archive form PDF/A-3u: fonts inside, text that can be searched and copied, files may be attached (ISO 19005-3);
tagged besides, for screen readers.
"""

import mimetypes
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pydyf
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils import translation
from fontTools.ttLib import woff2
from weasyprint import HTML, Attachment
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

VARIANT = "pdf/a-3u"
SCHEME = "own"
"""Templates and styles name our own files as `own:///css/pdf.css`; `data:` holds what a document brings."""


class ResourceRefused(Exception):
    """A template asked for something that is not ours, or not there: no PDF is made."""


class OwnFiles(URLFetcher):
    """Gives static files of the project and `data:`; everything else ends the rendering."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        parts = urlsplit(url)
        if parts.scheme == "data":
            return super().fetch(url, headers)
        path = finders.find(unquote(parts.path).lstrip("/")) if parts.scheme == SCHEME and not parts.netloc else None
        if not isinstance(path, str):
            raise FatalURLFetchingError(f"not a file of the project: {parts.scheme}:{parts.path}")
        if path.endswith(".woff2"):
            return URLFetcherResponse(url, _unpacked_font(path), {"Content-Type": "font/ttf"})
        content_type = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return URLFetcherResponse(url, Path(path).read_bytes(), {"Content-Type": content_type})


@lru_cache(maxsize=8)
def _unpacked_font(path: str) -> bytes:
    """A WOFF2 file as TrueType, once a process: unpacking took nearly half of the time of a short PDF."""
    out = BytesIO()
    woff2.decompress(path, out)
    return out.getvalue()


_own = threading.local()


def _fonts() -> FontConfiguration:
    """Our fonts as Pango knows them, once a thread: a set for each document was never wholly given back (0.3 MB)."""
    if not hasattr(_own, "fonts"):
        _own.fonts = FontConfiguration()
    fonts: FontConfiguration = _own.fonts
    return fonts


@dataclass(frozen=True)
class Enclosure:
    """A file inside the PDF."""

    name: str
    content: bytes
    description: str


def render_pdf(
    template: str,
    context: Mapping[str, Any],
    *,
    language: str,
    made_at: datetime,
    identifier: str,
    enclosures: Sequence[Enclosure] = (),
    plain_objects: bool = False,
) -> bytes:
    """Render a template that extends `pdf/base.html`. The same arguments give the same pages.

    `identifier` becomes the file's own id and tells editions apart. `plain_objects`: no object streams, for files that
    are signed; readers that look for changes open each object by itself, and a packed one costs its whole stream (a
    tagged contract took 2 s). Raises `ResourceRefused`.
    """
    with translation.override(language):
        html = render_to_string(template, {**context, "language": language, "site_name": settings.SITE_NAME})
    document = HTML(string=html, base_url=f"{SCHEME}:///", url_fetcher=OwnFiles(fail_on_errors=True))
    attachments = [_attachment(one, made_at) for one in enclosures]
    try:
        return document.write_pdf(
            font_config=_fonts(),
            finisher=_pack_streams if plain_objects else None,
            pdf_variant=VARIANT,
            pdf_tags=True,
            pdf_identifier=identifier.encode(),
            attachments=attachments,
            uncompressed_pdf=plain_objects,
        )
    except FatalURLFetchingError as error:
        raise ResourceRefused(str(error)) from error


def _pack_streams(_document: Any, pdf: pydyf.PDF) -> None:
    """Pages, fonts and pictures are packed one by one; WeasyPrint's switch is for these and for object streams."""
    for one in pdf.objects:
        if isinstance(one, pydyf.Stream) and "Filter" not in one.extra:
            one.compress = True


def _attachment(one: Enclosure, made_at: datetime) -> Attachment:
    return Attachment(
        string=one.content,
        name=one.name,
        description=one.description,
        relationship="Data",
        created=made_at,
        modified=made_at,
    )
