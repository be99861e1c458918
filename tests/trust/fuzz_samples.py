"""Whole files of every kind, to be spoiled."""

import zipfile
from email.message import EmailMessage
from io import BytesIO

import xlsxwriter

from tests.consents.evidence.papers import pdf, picture

HEAD = "recipient;type;status;source;recipientType;consentDate\n"
ROWS = (
    "ayse@firma.example;EPOSTA;ONAY;HS_WEB;BIREYSEL;2026-11-24 10:00:00\n0532 000 00 00;MESAJ;RET;HS_WEB;;24.11.2026\n"
)
TEXTS = [
    (HEAD + ROWS * 3).encode(),
    ("\ufeff" + HEAD + ROWS).encode(),
    (HEAD + ROWS).replace(";", "\t").encode("utf-16"),
    ("sep=,\n" + (HEAD + ROWS).replace(";", ",")).encode("cp1254"),
    'telefon,e-posta,sms izni\n"532\n0000000","a@b.example","evet"\n5321234567.0,c@d.example,hayır\n'.encode(),
]


def sheet() -> bytes:
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        page = book.add_worksheet("İzinler")
        for number, row in enumerate([*HEAD.split(";"), *ROWS.split(";")]):
            page.write_row(number, 0, [row, number, True])
    return out.getvalue()


def mail() -> bytes:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "Ünlü <a@firma.example>", "b@kisi.example", "İndirim ğ"
    made["Date"] = "Tue, 24 Nov 2026 10:00:00 +0300"
    made["List-Unsubscribe"] = "<https://firma.example/cik>"
    made.set_content("Merhaba ş")
    made.add_alternative("<p>Merhaba <b>ş</b><script>x</script></p>", subtype="html")
    made.add_attachment(b"x" * 50, maintype="image", subtype="png", filename="r.png")
    return made.as_bytes()


def archive() -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("ayşe.png", picture())
        made.writestr("klasör/ali.pdf", pdf())
    return out.getvalue()
