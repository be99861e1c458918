"""What the help says: topics by reader, the pages that each explains, and the rules that it puts in plain words."""

from dataclasses import dataclass

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .articles import Article, article


class Group(TextChoices):
    """For whom and about what topics are, in the order of the help's first page."""

    COMPANY = "company", _("Companies: joining and settings")
    RECORDS = "records", _("Companies: recording consents")
    SENDING = "sending", _("Companies: before and after a send")
    CITIZENS = "citizens", _("Citizens")
    STAFF = "staff", _("Staff of the registry")
    TRUST = "trust", _("For everybody")


@dataclass(frozen=True)
class Topic:
    """One topic. `pages` are beginnings of view names; the longest that fits a page explains it."""

    slug: str
    group: Group
    rules: tuple[str, ...]
    pages: tuple[str, ...] = ()
    companies_only: bool = False
    """Explains its pages to providers' people only; staff see the same pages over everybody."""

    @property
    def text(self) -> Article:
        return article("help_texts", self.slug)


TOPICS = (
    Topic("ilk-adimlar", Group.COMPANY, ("R-A4", "R-L6", "R-R2"), ("dashboard:overview",), companies_only=True),
    Topic("basvuru", Group.COMPANY, ("R-P1", "R-P3", "R-P5", "R-P8"), ("providers:application", "providers:tracker")),
    Topic("sozlesme-imza", Group.COMPANY, ("R-P4",), ("providers:application-agreement", "providers:signing")),
    Topic(
        "sirket-ve-markalar", Group.COMPANY, ("R-P11", "R-R4"),
        ("providers:settings", "providers:brand", "providers:dealer", "providers:request"),
    ),
    Topic("kullanicilar-ve-roller", Group.COMPANY, ("R-A1", "R-A2"), ("providers:people", "providers:member")),
    Topic("entegratorler", Group.COMPANY, ("R-P12",), ("providers:integrator", "dashboard:integrator")),
    Topic(
        "api-ve-webhook", Group.COMPANY, ("R-S1", "R-R2"),
        ("providers:key", "consents:webhook", "dashboard:developer"),
    ),
    Topic("onay-ve-ret", Group.RECORDS, ("R-C1", "R-C15", "R-C17", "R-C19"), ("consents:list", "consents:detail")),
    Topic("kayit-suresi", Group.RECORDS, ("R-C5", "R-C6", "R-C7", "R-C8", "R-D1"), ("consents:record",)),
    Topic("adres-yazimi", Group.RECORDS, ("R-C2", "R-C3", "R-C4")),
    Topic("toplu-aktarim", Group.RECORDS, ("R-C10", "R-C14", "R-L6"), ("consents:import",)),
    Topic("kanit", Group.RECORDS, ("R-C16",), ("consents:evidence",)),
    Topic("onay-metinleri", Group.RECORDS, ("R-C18",), ("consents:text",)),
    Topic("onay-sayfalari", Group.RECORDS, ("R-M7",), ("consents:page",)),
    Topic("bildirimler", Group.RECORDS, ("R-M1", "R-M3", "R-M4", "R-M5"), ("consents:notices",)),
    Topic("ilk-yukleme", Group.RECORDS, ("R-D2",), ("consents:initial_window",)),
    Topic("retleri-islemek", Group.SENDING, ("R-R1", "R-R2", "R-K8"), ("consents:refusals",)),
    Topic("gonderim-oncesi-sorgu", Group.SENDING, ("R-S1", "R-S4"), ("consents:quer",)),
    Topic("iletiler", Group.SENDING, ("R-S2", "R-S3"), ("consents:message",)),
    Topic("disa-aktarma-ve-raporlar", Group.SENDING, ("R-G3",), ("consents:export", "consents:report")),
    Topic("gunluk-dosyalar", Group.SENDING, ("R-L2",), ("consents:day_file",)),
    Topic("sikayete-cevap", Group.SENDING, ("R-K6",), ("complaints:inbox", "complaints:statistics")),
    Topic("kim-ulasabilir", Group.CITIZENS, ("R-Z3", "R-R1", "R-R4"), ("consents:own",)),
    Topic("giris-kodu", Group.CITIZENS, ("R-Z1", "R-Z2"), ("accounts:own-address", "accounts:citizen")),
    Topic("neden-geldi", Group.CITIZENS, ("R-S3", "R-S4"), ("consents:own-why", "consents:own-message")),
    Topic("dilekler", Group.CITIZENS, ("R-Z8",), ("consents:own-wish",)),
    Topic(
        "sikayet-etmek", Group.CITIZENS, ("R-K1", "R-K2", "R-K3", "R-K4"),
        ("complaints:own", "complaints:new", "complaints:detail", "complaints:step"),
    ),
    Topic(
        "verilerim", Group.CITIZENS, ("R-Z4", "R-Z6", "R-L5"),
        ("consents:own-data", "consents:own-history", "accounts:own-account", "accounts:own-close"),
    ),
    Topic("basvuru-incelemek", Group.STAFF, ("R-P1", "R-P6", "R-P10"), ("providers:review",)),
    Topic("sikayet-karari", Group.STAFF, ("R-K7", "R-K8", "R-K9"), ("complaints:desk", "complaints:decision")),
    Topic(
        "denetim-ve-saklama", Group.STAFF, ("R-A3", "R-G2", "R-L5"),
        ("dashboard:audit", "consents:retention", "consents:hold"),
    ),
    Topic("kanit-ve-muhurler", Group.TRUST, ("R-L1", "R-L2", "R-L3", "R-L4"), ("consents:seal", "consents:verify")),
)  # fmt: skip
BY_SLUG = {topic.slug: topic for topic in TOPICS}


def topic_of(view: str, *, over_all: bool = False) -> Topic | None:
    """The topic that explains a page; None where none does. `over_all`: for staff."""
    fitting = [
        (len(page), topic)
        for topic in TOPICS
        for page in topic.pages
        if view.startswith(page) and not (over_all and topic.companies_only)
    ]
    return max(fitting, key=lambda one: one[0])[1] if fitting else None
