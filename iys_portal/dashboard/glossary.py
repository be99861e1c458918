"""The field's words as the portal uses them (domain 2): the Turkish word, the English one, and what it means.

In the order of the Turkish alphabet, by the Turkish word.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Term:
    """One word. Both languages are shown, because law and forms are Turkish and interfaces often English."""

    slug: str
    turkish: str
    english: str
    meaning: str | Promise


TERMS = (
    Term("alici", "alıcı", "recipient", _("Whoever receives a message: a phone number or an e-mail address.")),
    Term("alici-denetimi", "alıcı denetimi", "wash", _("Taking every address off a list that may not be written to.")),
    Term("alici-tipi", "alıcı tipi", "recipient type", _("Consumer (bireysel), or merchant or tradesman (tacir, esnaf). The law asks for a consent from consumers first; merchants may refuse.")),
    Term("araci-hizmet-saglayici", "aracı hizmet sağlayıcı", "intermediary", _("Sends messages on a provider's instruction and asks before each send.")),
    Term("aydinlatma-metni", "aydınlatma metni", "privacy notice", _("Says which personal data is taken, what for, and how long it is kept. It is read, not agreed to, and has nothing to do with a consent to messages.")),
    Term("basvuru", "başvuru", "application", _("A company's request to join the registry, with its documents and a signed agreement.")),
    Term("bayi", "bayi", "retailer", _("A dealer that collected the consent for a brand.")),
    Term("bildirim", "bildirim", "notice", _("The registry's own message that tells a recipient of a consent on the same day. It is no advertising.")),
    Term("cift-onay", "çift onay", "double opt-in", _("The consent counts only after the recipient confirmed it by the link in the notice.")),
    Term("entegrator", "entegratör", "integrator", _("An authorised company that writes consents and asks in the name of many providers.")),
    Term("erteleme", "erteleme", "postponement", _("An announced later last day for loading old consents.")),
    Term("etkin-durum", "etkin durum", "effective status", _("Whether a message may be sent now. A consent that waits for confirmation or evidence stands, but may not be used.")),
    Term("gonderici-adi", "gönderici adı (başlık)", "sender name", _("The name that a text message shows instead of a number.")),
    Term("hizmet-saglayici", "hizmet sağlayıcı (HS)", "service provider", _("The company or person in whose name commercial messages are sent.")),
    Term("imza-sirkuleri", "imza sirküleri", "signature circular", _("A notary's document that shows who signs for a company, and how the signatures look.")),
    Term("iptal", "iptal", "cancelled", _("A record that was loaded by mistake and undone: neither consent nor refusal. It stays visible in the history.")),
    Term("isgunu", "iş günü", "business day", _("A day without Saturdays, Sundays and public holidays; half days count as business days.")),
    Term("iys-numarasi", "İYS numarası", "İYS number", _("The public number of a provider or brand.")),
    Term("izin", "izin", "permission", _("What stands for a recipient, a brand, a recipient type and a channel: a consent or a refusal.")),
    Term("izin-kaynagi", "izin kaynağı", "source", _("How the consent or refusal was obtained: paper form, web site, call centre, text message and others.")),
    Term("izin-tarihi", "izin tarihi", "consent date", _("When the recipient gave or refused the consent.")),
    Term("kanal", "kanal (izin tipi)", "channel", _("The way of a message: call, text message or e-mail.")),
    Term("kanit", "kanıt", "evidence", _("What proves a consent: a signed form, a recording, the text that was agreed to.")),
    Term("kayit-tarihi", "kayıt tarihi", "registered at", _("When the registry wrote the record.")),
    Term("marka", "marka", "brand", _("The name under which a provider sends. Each provider has a main brand and may have sub-brands.")),
    Term("mersis", "MERSİS numarası", "MERSİS number", _("The 16-digit number of a company in the central trade registry.")),
    Term("mutabakat", "mutabakat", "reconciliation", _("Comparing the day's records with one's own system.")),
    Term("muhur", "mühür", "seal", _("A signed hash over many records. It shows that none was changed, removed or put in afterwards.")),
    Term("onay", "onay", "consent", _("The recipient agreed to commercial messages of one brand on one channel.")),
    Term("onay-metni", "onay metni", "consent text", _("The text that the person agreed to, kept by version.")),
    Term("ret", "ret", "refusal", _("The recipient wants no messages of the brand on that channel. Needs no reason and never expires.")),
    Term("savunma", "savunma", "defence", _("The provider's answer to a complaint, with its documents.")),
    Term("sikayet", "şikâyet", "complaint", _("A recipient's report of a message that should not have come.")),
    Term("taahhutname", "taahhütname", "letter of commitment", _("The paper by which a provider promises to keep the rules; it is signed with the service agreement.")),
    Term("takip-numarasi", "takip numarası", "tracking number", _("The number by which a complaint is found again.")),
    Term("ticari-ileti", "ticari elektronik ileti", "commercial message", _("A call, text message or e-mail that advertises. Notices of a delivery, debt or warranty are none.")),
    Term("uyum-sorumlusu", "uyum sorumlusu", "compliance officer", _("Records and asks for a provider, and answers complaints.")),
    Term("zaman-damgasi", "zaman damgası", "time stamp", _("An authority's signed statement that a hash existed at a moment.")),
)  # fmt: skip
