"""Good files of every kind, to be spoiled."""

import io
from collections.abc import Sequence
from functools import cache

from openpyxl import Workbook

from providers.signatures import SignatoryFacts
from tests.complaints.conftest import eml
from tests.complaints.test_evidence import m4a, mp3, nested
from tests.consents.evidence.papers import pdf, picture
from tests.providers.signatures.conftest import AYSE, make_agreement

LIST = (
    "recipient;type;status;source;recipientType;consentDate\r\n"
    "ayse@deneme.example;EPOSTA;ONAY;HS_WEB;BIREYSEL;2026-11-20 10:00:00\r\n"
    "+905321234567;MESAJ;RET;HS_CAGRI_MERKEZI;BIREYSEL;21.11.2026 09:30\r\n"
    '"ÇİĞDEM@Deneme.example";"EPOSTA";"onay";"HS_WEB";"TACIR";"20/11/2026"\r\n'
)
WIDE = "Telefon\tE-posta\tSMS İzni\tArama İzni\n0532 123 45 67\tali@deneme.example\tEvet\tHayır\n"


@cache
def tables() -> Sequence[bytes]:
    book = Workbook()
    for line in LIST.splitlines():
        book.active.append([cell.strip('"') for cell in line.split(";")])
    workbook = io.BytesIO()
    book.save(workbook)
    encoded = [LIST.encode(), LIST.encode("cp1254"), LIST.encode("utf-16"), b"\xef\xbb\xbf" + WIDE.encode()]
    return [*encoded, workbook.getvalue(), b"sep=;\r\n" + LIST.encode()]


def rows() -> Sequence[bytes]:
    return [LIST.replace(";", "\t").encode(), b"\t\t\t\t\t\n0500 000 00 00\tMESAJ\tRET\t\t\t1.1.0001"]


def mails() -> Sequence[bytes]:
    html = eml(
        kind="text/html; charset=iso-8859-9", body="<p>İndirim</p><script>x()</script><a href='http://a.example'>"
    )
    return [eml(), html, eml(Subject="=?utf-8?B?xLBuZGlyaW0=?=", Date="yarın"), nested(3)]


@cache
def scans() -> Sequence[bytes]:
    return [pdf(), picture(kind="JPEG"), picture()]


@cache
def agreement() -> tuple[bytes, tuple[SignatoryFacts, ...]]:
    """An agreement as it is issued, and who signs it."""
    return make_agreement(), (AYSE,)


def signed() -> Sequence[bytes]:
    issued, _people = agreement()
    return [issued, issued + b"\n1 0 obj\n<< /Type /Sig /ByteRange [0 10 20 30] /Contents <00> >>\nendobj\n%%EOF\n"]


def recordings() -> Sequence[bytes]:
    return [mp3(), m4a()]


def words() -> Sequence[bytes]:
    said = [
        "RET 650001",
        "ret deneme moda",
        "IPTAL",
        "Deneme Moda: %50 indirim! moda.example/x Ret için 3450'ye RET yazın B001",
    ]
    return [text.encode() for text in said]
