"""Made-up consent files for the demonstration: same seed and moment, same bytes.

Nobody real is in them: addresses lie in reserved `.example` domains, phones run upwards in +90 500 000 00 01,
a range that no operator was given, and landlines in +90 212 999.
"""

import csv
import io
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.turkish import upper_tr

FIRST = (
    "ada",
    "deniz",
    "efe",
    "ekin",
    "elif",
    "eren",
    "kaya",
    "mavi",
    "nehir",
    "ozan",
    "rüzgar",
    "toprak",
    "umut",
    "yaz",
)
LAST = ("deneme", "kurgu", "misal", "numune", "örnek", "tasvir", "temsil", "uydurma")
DOMAINS = ("posta.example", "ornek-posta.example", "deneme.com.example", "firma.example")
_ASCII = str.maketrans("çğıöşü", "cgiosu")

ELECTRONIC = ("HS_WEB", "HS_MOBIL", "HS_EORTAM", "HS_CAGRI_MERKEZI", "HS_SOSYAL_MEDYA")
PAPER = ("HS_FIZIKSEL_ORTAM", "HS_ISLAK_IMZA", "HS_ETKINLIK")
LANDLINE = 11  # of 24 people
CHANNELS = ("EPOSTA", "EPOSTA", "EPOSTA", "MESAJ", "MESAJ", "ARAMA")

OFFICIAL = ("recipient", "type", "status", "source", "recipientType", "consentDate", "retailerCode")
TURKISH = ("Alıcı", "İzin Tipi", "Onay/Ret", "İzin Kaynağı", "Alıcı Tipi", "İzin Tarihi", "Bayi Kodu", "Kanıt")
WIDE = ("Müşteri No", "Ad Soyad", "Cep Telefonu", "E-posta", "SMS İzni", "Arama İzni", "E-posta İzni", "İzin Tarihi")
WORDS = {
    "EPOSTA": "E-posta",
    "MESAJ": "Kısa Mesaj",
    "ARAMA": "Arama",
    "ONAY": "Onay",
    "RET": "Ret",
    "BIREYSEL": "Bireysel",
    "TACIR": "Tacir",
    "HS_WEB": "İnternet sitesi",
    "HS_MOBIL": "Mobil uygulama",
    "HS_EORTAM": "Elektronik ortam",
    "HS_CAGRI_MERKEZI": "Çağrı merkezi",
    "HS_SOSYAL_MEDYA": "Sosyal medya",
    "HS_FIZIKSEL_ORTAM": "Fiziksel ortam",
    "HS_ISLAK_IMZA": "Islak imza",
    "HS_ETKINLIK": "Etkinlik",
}


@dataclass(frozen=True)
class Row:
    """One consent as a company would write it down."""

    recipient: str
    channel: str
    status: str
    source: str
    recipient_type: str
    at: datetime
    retailer: str = ""
    evidence: str = ""


def email_of(person: int) -> str:
    first, last = FIRST[person % len(FIRST)], LAST[person // len(FIRST) % len(LAST)]
    return f"{first}.{last}{person}@{DOMAINS[person % len(DOMAINS)]}".translate(_ASCII)


def phone_of(person: int) -> str:
    return f"+90500{person:07d}"


def name_of(person: int) -> str:
    first, last = FIRST[person % len(FIRST)], LAST[person // len(FIRST) % len(LAST)]
    return " ".join(upper_tr(word[0]) + word[1:] for word in (first, last))


def address_of(person: int, channel: str) -> str:
    """Some of those who agreed to calls have a landline, which cannot be told by text (R-M1)."""
    if channel == "ARAMA" and person % 24 == LANDLINE:
        return f"+90212999{person % 10_000:04d}"
    return email_of(person) if channel == "EPOSTA" else phone_of(person)


class Generator:
    """Rows of one file: `seed` names it, `moment` is when it would have been loaded."""

    def __init__(self, seed: str, moment: datetime, *, retailers: Sequence[str] = ()) -> None:
        self.random = random.Random(seed)  # noqa: S311 (made-up data)
        self.moment = moment.astimezone(ISTANBUL)
        self.retailers = retailers

    def before(self, hours: float = 20) -> datetime:
        """A moment in time for R-C8: within the last hours."""
        return (self.moment - timedelta(seconds=self.random.randrange(60, int(hours * 3600)))).replace(microsecond=0)

    def consents(self, people: Iterable[int]) -> list[Row]:
        """First consents, and some refusals, of people who are new to the brand."""
        return [self._consent(person) for person in people]

    def _consent(self, person: int) -> Row:
        # Each person keeps one channel, so that a later file finds the same consent again.
        channel = CHANNELS[person % len(CHANNELS)]
        refused = self.random.random() < 0.06
        return Row(
            recipient=address_of(person, channel),
            channel=channel,
            status="RET" if refused else "ONAY",
            source=self.random.choice(ELECTRONIC),
            recipient_type="TACIR" if person % 11 == 0 else "BIREYSEL",
            at=self.before(),
            retailer=self.random.choice(self.retailers) if self.retailers and self.random.random() < 0.3 else "",
        )

    def again(self, people: Iterable[int], *, refusals: float) -> list[Row]:
        """The same people some days later: renewed, or refused now."""
        rows = []
        for row in self.consents(people):
            status = "RET" if self.random.random() < refusals else "ONAY"
            source = "HS_KARAR" if status == "RET" and self.random.random() < 0.2 else row.source
            rows.append(replace(row, status=status, source=source, retailer=""))
        return rows

    def paper(self, people: Iterable[int]) -> list[Row]:
        """Signed consents; most say where the original is kept, some do not (R-C16)."""
        rows = []
        for number, row in enumerate(self.consents(people), start=1):
            evidence = f"Arşiv 2026, klasör {number // 25 + 1}, sıra {number}" if self.random.random() < 0.75 else ""
            rows.append(replace(row, status="ONAY", source=self.random.choice(PAPER), evidence=evidence))
        return rows

    def messy(self, people: Sequence[int]) -> list[list[str]]:
        """Lines with the mistakes that companies really make, between good ones."""
        lines = _turkish_cells(self.consents(people))
        late = (self.moment - timedelta(days=40)).strftime("%d.%m.%Y %H:%M")
        ahead = (self.moment + timedelta(days=3)).strftime("%d.%m.%Y %H:%M")
        # (column, what stands there); the columns are those of TURKISH
        mistakes = [
            (0, "5,00E+09"), (0, "bozuk.adres@"), (0, ""), (0, "çağrı@örnek.example"), (0, "+90500123"),
            (1, "Faks"), (1, ""), (2, "Belki"), (3, "Dükkan"), (3, ""), (4, "Kurumsal"),
            (5, late), (5, late), (5, late), (5, ahead), (5, "31.02.2026 10:00"), (5, "dün akşam"), (6, "YOK-99"),
        ]  # fmt: skip
        for place, (column, text) in zip(self.random.sample(range(len(lines)), len(mistakes)), mistakes, strict=True):
            lines[place][column] = text
        return lines

    def wide(self, people: Iterable[int]) -> list[list[str]]:
        """A customer list: one person a row, a yes or no per channel."""
        return [
            [
                f"M{person:06d}",
                name_of(person),
                local_phone(person),
                email_of(person) if self.random.random() < 0.85 else "",
                *("Evet" if self.random.random() < 0.75 else "Hayır" for _ in range(3)),
                self.before().strftime("%d.%m.%Y %H:%M"),
            ]
            for person in people
        ]


def local_phone(person: int) -> str:
    """A phone as people write it."""
    digits = phone_of(person)[3:]
    return f"0{digits[:3]} {digits[3:6]} {digits[6:8]} {digits[8:]}"


def _turkish_cells(rows: Iterable[Row]) -> list[list[str]]:
    return [
        [
            row.recipient,
            WORDS[row.channel],
            WORDS[row.status],
            WORDS.get(row.source, row.source),
            WORDS[row.recipient_type],
            row.at.strftime("%d.%m.%Y %H:%M:%S"),
            row.retailer,
            row.evidence,
        ]
        for row in rows
    ]


def _csv(headings: Sequence[str], lines: Iterable[Sequence[str]], *, delimiter: str, encoding: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(headings)
    writer.writerows(lines)
    return text.getvalue().encode(encoding)


def official_file(rows: Iterable[Row]) -> bytes:
    """UTF-8, comma, official field names."""
    lines = [
        (
            row.recipient,
            row.channel,
            row.status,
            row.source,
            row.recipient_type,
            f"{row.at:%Y-%m-%d %H:%M:%S}",
            row.retailer,
        )
        for row in rows
    ]
    return _csv(OFFICIAL, lines, delimiter=",", encoding="utf-8")


def turkish_file(rows: Iterable[Row]) -> bytes:
    """Windows-1254, semicolon, Turkish headings and words, as a Turkish Excel saves it."""
    return _csv(TURKISH, _turkish_cells(rows), delimiter=";", encoding="cp1254")


def messy_file(lines: Iterable[Sequence[str]]) -> bytes:
    return _csv(TURKISH, lines, delimiter=";", encoding="cp1254")


def wide_file(lines: Iterable[Sequence[str]]) -> bytes:
    return _csv(WIDE, lines, delimiter=";", encoding="cp1254")
