"""Scans as companies bring them, and as nobody should: made in memory, plainly made up."""

import zipfile
from base64 import b64decode
from io import BytesIO
from typing import IO

from PIL import Image
from pypdf import PdfWriter
from pypdf.generic import ArrayObject, DictionaryObject, NameObject, NumberObject, TextStringObject

from consents.models import Evidence
from consents.services.evidence import read_file, store
from iys_portal.core.actors import Actor
from iys_portal.core.storage import only_if_written
from providers.models import Brand


def picture(width: int = 60, height: int = 80, *, kind: str = "PNG", shade: int = 200) -> bytes:
    out = BytesIO()
    Image.new("L", (width, height), shade).save(out, kind)
    return out.getvalue()


def pdf(*, pages: int = 1, width: float = 595, height: float = 842, note: str = "") -> bytes:
    writer = PdfWriter()
    for _page in range(pages):
        writer.add_blank_page(width, height)
    writer.add_metadata({"/Title": note})
    return _bytes(writer)


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.encrypt("gizli", algorithm="RC4-128")
    return _bytes(writer)


def scripted_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    script = {NameObject("/S"): NameObject("/JavaScript"), NameObject("/JS"): TextStringObject("app.alert('merhaba');")}
    writer.root_object[NameObject("/OpenAction")] = writer._add_object(DictionaryObject(script))
    return _bytes(writer)


def hidden_script_pdf() -> bytes:
    """The name of the action is written with an escape, so that its letters stand nowhere in the file."""
    return _with_action("/JS").replace(b"/JS ", b"/#4aS ")


def opening_pdf() -> bytes:
    return _with_action("/Launch")


def _with_action(key: str) -> bytes:
    writer = PdfWriter()
    page = writer.add_blank_page(595, 842)
    action = DictionaryObject({NameObject("/S"): NameObject("/URI"), NameObject(key): TextStringObject("x")})
    link = DictionaryObject(
        {
            NameObject("/Type"): NameObject("/Annot"),
            NameObject("/Subtype"): NameObject("/Link"),
            NameObject("/Rect"): ArrayObject([NumberObject(n) for n in (0, 0, 9, 9)]),
            NameObject("/A"): writer._add_object(action),
        }
    )
    page[NameObject("/Annots")] = ArrayObject([writer._add_object(link)])
    return _bytes(writer)


def carrying_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(595, 842)
    writer.add_attachment("liste.csv", b"a,b")
    return _bytes(writer)


def packed(files: dict[str, bytes], *, compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def packed_as(name: str, code_page: str, data: bytes) -> bytes:
    """A ZIP whose one name stands in an old code page, without the flag that says UTF-8."""
    raw = name.encode(code_page)
    stand_in = "x" * len(raw)
    return packed({stand_in: data}).replace(stand_in.encode(), raw)


def _bytes(writer: PdfWriter) -> bytes:
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


# 64 × 64 grey pixels: nothing at hand writes HEIC, so one stands here.
_HEIC = (
    "AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAA"
    "ACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAABMAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAAAA5waXRt"
    "AAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNwAAADAJAAAAMA"
    "AAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHBcrAiQAAAABNjb2xy"
    "bmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAAAAABAAEEgQIDBAAAABtt"
    "ZGF0AAAADygBrwQY/B3XPpuxG9xxgA=="
)


def heic() -> bytes:
    return b64decode(_HEIC)


def keep_file(*, actor: Actor, brand: Brand, file: IO[bytes], name: str) -> Evidence:
    """A scan that is kept for a brand before anything names it."""
    data, scan = read_file(file)
    with only_if_written() as drops:
        return store(actor=actor, brand=brand, data=data, scan=scan, name=name, drops=drops).evidence
