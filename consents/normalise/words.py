"""Words of files for channel, status, recipient type and source (R-C1).

A column is mapped over its distinct values, so the tables may be as generous as they like. They hold words
that are clear beyond doubt only: an unclear word ("belki", "iptal", "Y") is a problem and never a guess.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum

import polars as pl

from consents.enums import Channel, RecipientType, Source, Status
from iys_portal.core.enums import Means
from iys_portal.core.turkish import BLANKS, fold

from .columns import FEW, number

MISSING = 0
UNKNOWN = -1

_NUMERIC = re.compile(r"[^A-Za-zÇĞİÖŞÜçğıöşü]*")
_SPREADSHEET_INTEGER = re.compile(r"([0-9]+)[.,]0+")


@dataclass(frozen=True)
class Vocabulary:
    """Official codes, exact, and their spellings, folded."""

    official: Mapping[str, int]
    spellings: Mapping[str, int]
    numerals: Mapping[str, int]
    missing: int = MISSING

    def code(self, text: str | None, *, strict: bool) -> int:
        """The stored number of a cell; `missing` for an empty one, `UNKNOWN` for any other word.

        Strict readings take the official code and nothing else.
        """
        stripped = (text or "").strip(BLANKS)
        if not stripped:
            return self.missing
        if strict:
            return self.official.get(text or "", UNKNOWN)
        if _NUMERIC.fullmatch(stripped):
            integer = _SPREADSHEET_INTEGER.fullmatch(stripped)
            return self.numerals.get(integer[1] if integer else stripped, UNKNOWN)
        return self.spellings.get(fold(stripped), UNKNOWN)

    def read(self, cells: pl.Series, *, strict: bool) -> pl.Expr:
        """The codes of a text column, Int16, as an expression on the frame that holds it."""
        distinct = cells.unique() if len(cells) > FEW else cells
        codes = {text: self.code(text, strict=strict) for text in distinct.to_list()}
        if len(codes) == 1:
            return number(next(iter(codes.values())))
        known = {text: code for text, code in codes.items() if code != UNKNOWN}
        if not known:  # nothing to map, or no row at all
            return number(UNKNOWN)
        return pl.col(cells.name).replace_strict(known, default=UNKNOWN, return_dtype=pl.Int16)


def _vocabulary(
    members: Iterable[IntEnum],
    words: Mapping[IntEnum, str],
    *,
    numerals: Mapping[str, int] | None = None,
    missing: int = MISSING,
) -> Vocabulary:
    """Build the tables from `words`: spellings of one member, separated by `|`."""
    official = {member.name: int(member) for member in members}
    spellings = {fold(name): code for name, code in official.items()}
    for member, text in words.items():
        for word in text.split("|"):
            if spellings.setdefault(fold(word), int(member)) != member:
                raise ValueError(f"{word} has two meanings")
    return Vocabulary(official, spellings, numerals or {}, missing)


CHANNELS = _vocabulary(
    Channel,
    {
        Channel.ARAMA: (
            "Çağrı|Telefon|Telefon araması|Telefonla arama|Sesli arama|Sesli çağrı|Sesli|Tel"
            "|Call|Calls|Phone|Phone call|Voice|Voice call"
        ),
        Channel.MESAJ: (
            "SMS|Kısa mesaj|Kısa mesaj (SMS)|SMS (Kısa mesaj)|Kısa ileti|Mesaj (SMS)|Cep mesajı"
            "|Message|Text|Text message|Short message|MMS"
        ),
        Channel.EPOSTA: (
            "E-posta|E-mail|Mail|Elektronik posta|E-posta adresi|E-posta izni|Elektronik mail|E-mail address"
        ),
    },
)

MEANS = Vocabulary(
    official={Channel.EPOSTA.name: int(Means.MAIL), Channel.MESAJ.name: int(Means.TEXT)},
    spellings={
        word: {Channel.EPOSTA: int(Means.MAIL), Channel.MESAJ: int(Means.TEXT)}[Channel(code)]
        for word, code in CHANNELS.spellings.items()
        if code != Channel.ARAMA
    },
    numerals={},
)
"""How a provider told a recipient (R-M1), in the words for the channels."""

STATUSES = _vocabulary(
    (Status.ONAY, Status.RET),
    {
        Status.ONAY: (
            "Onaylı|Onaylandı|Onayladı|Onay verdi|Onay var|Evet|E|İzinli|İzin var|İzin verdi|İzin verildi|Var"
            "|Kabul|Kabul etti|Kabul edildi|Kabul ediyor|Verdi|Doğru"
            "|True|Yes|Approved|Approve|Accept|Accepted|Allow|Allowed|Granted|Opt-in|Opted in|Consent given"
        ),
        Status.RET: (
            "Red|Reddetti|Reddedildi|Hayır|H|İzinsiz|İzin yok|İzin vermedi|İzin verilmedi|Onaysız|Onay yok"
            "|Onay vermedi|Onaylamadı|Onaylanmadı|Yok|Kabul etmedi|Kabul edilmedi|Kabul etmiyor"
            "|Vermedi|İstemiyor|Yanlış|False|No|Reject|Rejected|Refuse|Refused|Refusal|Deny|Denied|Declined"
            "|Opt-out|Opted out|Unsubscribed"
        ),
    },
    numerals={"1": Status.ONAY, "0": Status.RET},
)

RECIPIENT_TYPES = _vocabulary(
    RecipientType,
    {
        RecipientType.BIREYSEL: "Birey|Tüketici|Şahıs|Gerçek kişi|Individual|Consumer|Person",
        RecipientType.TACIR: (
            "Esnaf|Tacir-Esnaf|Tacir ve esnaf|Tacir veya esnaf|Esnaf/Tacir|Tüccar|Merchant|Tradesman"
            "|Merchant or tradesman|Merchant/tradesman"
        ),
    },
    missing=RecipientType.BIREYSEL,
)

_SOURCE_WORDS: dict[IntEnum, str] = {
    Source.HS_FIZIKSEL_ORTAM: (
        "Fiziksel ortam|Fiziki ortam|Fiziksel|Kâğıt form|Physical medium|Physical|On paper|Paper"
    ),
    Source.HS_ISLAK_IMZA: "Islak imza|Islak imzalı|Islak imzalı form|Wet signature|Wet ink",
    Source.HS_ETKINLIK: "Etkinlik|Fuar|Etkinlik/Fuar|Event|Fair",
    Source.HS_ATM: "ATM|Bankamatik|Cash machine",
    Source.HS_WEB: (
        "İnternet sitesi|Web sitesi|Web sayfası|İnternet|Web|Site|Websitesi"
        "|Web site|Website|Web page|Online|HS_INTERNET"
    ),
    Source.HS_MOBIL: "Mobil uygulama|Mobil|Uygulama|Mobile application|Mobile app|Mobile|App",
    Source.HS_EORTAM: "Elektronik ortam|E-ortam|Electronic medium|Electronic",
    Source.HS_EPOSTA: "E-posta|E-mail|Mail|Elektronik posta|E-mail from the recipient",
    Source.HS_MESAJ: ("Mesaj|SMS|Kısa mesaj|Kısa mesaj (SMS)|Text message|Message|Text message from the recipient"),
    Source.HS_CAGRI_MERKEZI: "Çağrı merkezi|Müşteri hizmetleri|Call centre|Call center",
    Source.HS_SOSYAL_MEDYA: "Sosyal medya|Social media",
    Source.HS_2015: (
        "1 Mayıs 2015 öncesi|01.05.2015 öncesi|1.5.2015 öncesi|2015 öncesi|Mayıs 2015 öncesi"
        "|Before 1 May 2015|Before May 2015|Before 2015"
    ),
    Source.HS_KARAR: (
        "Hizmet sağlayıcı kararı|Hizmet sağlayıcının kararı|HS kararı|Firma kararı"
        "|Provider's decision|Provider decision"
    ),
}

PROVIDER_SOURCES = _vocabulary(Source.of_providers(), _SOURCE_WORDS)
ALL_SOURCES = _vocabulary(Source, _SOURCE_WORDS)
