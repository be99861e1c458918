"""Heading words, Turkish and English, and the fields they stand for.

A heading is compared by its key: folded (`iys_portal.core.turkish`), letters and digits only.
"""

import re
from functools import lru_cache

from iys_portal.core.turkish import fold

STRONG, PLAIN, WEAK, LAST = 10.0, 9.0, 8.0, 7.0
"""How surely a word names its field: only it; usually; unless the content differs; as second meaning."""

_WORDS: dict[str, dict[float, str]] = {
    "recipient": {
        STRONG: "recipient alici alicibilgisi aliciadresi alicino alicitelefoneposta iletisimadresi"
        " iletisimbilgisi"
        " telefoneposta telefonveyaeposta telefonyadaeposta epostatelefon epostaveyatelefon gsmeposta"
        " epostagsm"
        " ceptelefonueposta phoneemail emailphone phoneoremail recipientaddress msisdnemail",
        PLAIN: "iletisim contact iletisimkanaladresi",
        WEAK: "adres address",
    },
    "type": {
        STRONG: "izintipi izinturu izinkanali kanal kanaltipi kanalturu iletisimkanali channel consenttype"
        " permissiontype iletitipi iletituru gonderimkanali",
        PLAIN: "type mesajtipi mesajturu",
        WEAK: "tip tur turu tipi",
    },
    "status": {
        STRONG: "status onayret retonay onay1ret0 ret0onay1 izindurumu onaydurumu izinonay consentstatus"
        " permissionstatus optinstatus onayretdurumu iletisimizni iletiizni iysizni iysdurumu ticariiletiizni"
        " ticariiletionayi ticarielektronikiletiizni ticarielektronikiletionayi",
        PLAIN: "onay izin durum durumu statu statusu consent permission optin onaybilgisi izinvarmi izinbilgisi",
    },
    "source": {
        STRONG: "source izinkaynagi izinkaynak onaykaynagi consentsource permissionsource izinalmakanali"
        " izinalmayontemi",
        PLAIN: "kaynak kaynagi",
    },
    "recipient_type": {
        STRONG: "recipienttype alicitipi alicituru bireyseltacir tacirbireysel bireyselmitacirmi",
        PLAIN: "kisitipi kisituru",
        WEAK: "musteritipi musterituru tip tur turu tipi",
    },
    "consent_date": {
        STRONG: "consentdate izintarihi onaytarihi izinzamani izintarihsaat izintarihisaati onayrettarihi"
        " izinonaytarihi izinverilmetarihi izinalmatarihi izinalinmatarihi permissiondate consenttime"
        " optindate",
        PLAIN: "tarih tarihi date tarihsaat datetime izintarihsaati",
        WEAK: "rettarihi zaman timestamp",
    },
    "retailer_code": {
        STRONG: "retailercode bayikodu bayino iznalindigibayikodu izninalindigibayikodu izinalinanbayikodu dealercode",
        PLAIN: "bayi retailer dealer",
    },
    "evidence": {
        STRONG: "evidence kanit kanitdosyasi evidencefile ispat delil ispatbelgesi imzalibelge imzaliform",
        WEAK: "belge belgeadi dosya dosyaadi evrak tarama form formadi",
    },
    "own_notice_at": {
        STRONG: "ownnoticedate ownnoticeat ownnoticetime ownnotice bildirimtarihi bildirimtarihisaati"
        " bildirimtarihvesaati bildirimzamani bilgilendirmetarihi bilgilendirmezamani bilgilendirmetarihisaati"
        " ownnoticewhen kendibildirimi kendibildirimtarihi kendibildirimimiz kendibildiriminizzaman hsbildirimtarihi"
        " hizmetsaglayicibildirimtarihi alicibildirimtarihi noticedate noticetime notificationdate"
        " notificationtime notifiedat",
        WEAK: "bildirim bilgilendirme notice notification",
    },
    "own_notice_means": {
        STRONG: "ownnoticechannel ownnoticemeans ownnoticehow kendibildirimikanali kendibildiriminizkanal"
        " bildirimkanali bildirimyontemi bildirimsekli bildirimaraci"
        " bilgilendirmekanali bilgilendirmeyontemi bilgilendirmesekli kendibildirimkanali hsbildirimkanali"
        " noticechannel notificationchannel notificationmethod",
    },
    "phone": {
        STRONG: "ceptelefonu ceptelefonuno ceptelefonunumarasi ceptelefon ceptelefonno ceptel ceptelno gsm"
        " gsmno"
        " gsmnumarasi cep cepno cepnumarasi mobile mobilephone mobilenumber mobil msisdn",
        PLAIN: "telefon telefonu telefonno telefonnumarasi tel telno phone phonenumber telephone",
    },
    "email": {
        STRONG: "eposta epostaadresi email emailaddress emailadresi elektronikposta elektronikpostaadresi",
        PLAIN: "mail mailadresi posta",
    },
    "allow_sms": {WEAK: "sms mesaj kisamesaj"},
    "allow_call": {WEAK: "arama cagri sesliarama call", LAST: "telefon phone tel"},
    "allow_email": {LAST: "eposta email mail elektronikposta"},
}

_STEMS = {
    "allow_sms": r"(?:kisa)?mesaj|sms|metinmesaji?|msj|textmessages?|text",
    "allow_call": r"arama|cagri|(?:telefonla|sesli)arama|telefon|calls?|voice|phonecalls?|ses",
    "allow_email": r"e?postal?|e?mails?|elektronikposta",
}
_AFFIX = (
    r"izni?|izin|onayi?|izindurumu|onaydurumu|izinonayi?|iznivarmi|izinvarmi|izinlimi|izinli|onaylimi"
    r"|permission|permitted|consent|optin|allowed|istiyor|istiyormu|gonderimizni|gonderimonayi|iletisimizni"
    r"|almakistiyor|almakistiyormu|tercihi|ok"
)
_BEFORE = r"allow|izin|onay|optin|consent|permission|can|izni|send"
_ANSWERS = r"(?:eh|evethayir|10|1evet0hayir|varyok|truefalse|yesno|yn|onayret)?"
_ALLOW = {
    name: re.compile(rf"(?:{_BEFORE})(?:by|for|via)?(?:{stem})|(?:{stem})(?:{_AFFIX}){_ANSWERS}")
    for name, stem in _STEMS.items()
}

_OTHER_PHONES = re.compile(r"(?:ev|is|sabit|home|work|office|ofis|fax|faks|santral|dahili)")
_NUMBERED = re.compile(r"(.+?)([1-9])")
_ADDRESS_SUFFIX = re.compile(r".+?(ceptelefonu|telefonu?|telefonno|gsm|gsmno|eposta|epostaadresi|email|mailadresi)")

NEVER_BY_CONTENT = re.compile(
    r"dogum|birth|kayit|guncel|created|updated|olustur|kimlik|tckn|tcno|vkn|vergi|musterino|uyeno|sicil|fax|faks"
    r"|satir|line|aciklama|explanation|unvan|isim|adsoyad|(?:^|[^a-z])(?:id|no|kod|kodu|code)$"
)
"""Keys of headings whose column is never taken for a field because of what it holds."""

GENERIC = re.compile(r"(?:sutun|kolon|column|field|alan|unnamed|col|f|c)?\d*")
"""Keys of headings that say nothing, as programs give them to columns without one."""


def heading_key(text: str) -> str:
    """One spelling of a heading, for comparing and remembering: `"İzin Tarihi *"` gives `"izintarihi"`."""
    return "".join(char for char in fold(text) if char.isalnum())


@lru_cache(maxsize=4096)
def fields_of(key: str) -> dict[str, float]:
    """Fields that a heading of this key may be for, and how surely (`STRONG` … `LAST`, less when near)."""
    if not key:
        return {}
    found = _exact(key)
    if found:
        return found
    for name, pattern in _ALLOW.items():
        if pattern.fullmatch(key):
            return {name: STRONG}
    return _near(key)


def _exact(key: str) -> dict[str, float]:
    return dict(_LEXICON.get(key, {}))


def _near(key: str) -> dict[str, float]:
    """Known words with a number behind, as the beginning, or (addresses only) as the end of the heading."""
    if match := _NUMBERED.fullmatch(key):
        found = _exact(match[1])
        if found:
            return {name: value - 2 - int(match[2]) / 10 for name, value in found.items()}
    if match := _ADDRESS_SUFFIX.fullmatch(key):
        name = "email" if "mail" in match[1] or "posta" in match[1] else "phone"
        return {name: LAST - 1 if _OTHER_PHONES.match(key) else LAST}
    for word in _PREFIXES:
        if key.startswith(word):
            return {name: value - 2 for name, value in _LEXICON[word].items()}
    return {}


_LEXICON: dict[str, dict[str, float]] = {}
for _name, _tiers in _WORDS.items():
    for _tier, _words in _tiers.items():
        for _word in _words.split():
            _LEXICON.setdefault(_word, {})[_name] = _tier
_PREFIXES = sorted((word for word in _LEXICON if len(word) >= 9), key=len, reverse=True)
