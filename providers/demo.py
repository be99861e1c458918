"""Applications and the integrator of the demonstration; numbers, names and papers are plainly made up."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from io import BytesIO

from django.db import transaction
from PIL import Image, ImageDraw

from iys_portal.accounts.demo import ACCOUNTS, BOOKSHOP, INTEGRATOR, STORE
from iys_portal.accounts.enums import NoticeAudience, ProviderRole, StaffRole
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import actor_for
from iys_portal.accounts.selectors import has_second_factor, needs_second_factor, privacy_notice
from iys_portal.accounts.services import enrol_totp
from iys_portal.core.actors import SYSTEM
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.turkish import fold

from . import services
from .enums import ApplicationDocumentKind as D
from .enums import GrantChannel, GrantLevel, ProviderKind, SigningWay
from .missing import SIGNED_PAPERS, missing_for, whole
from .models import Application, Brand, Integrator, IntegratorGrant, Membership
from .services import SignatoryValues

LEGAL, NATURAL = ProviderKind.LEGAL_ENTITY, ProviderKind.NATURAL_PERSON
PAPERS = (D.SIGNATURE_CIRCULAR, D.GAZETTE)


@dataclass(frozen=True)
class Sample:
    """One application: who applies, how many days ago, and how far it came."""

    title: str
    kind: ProviderKind
    email: str
    tax_number: str
    tckn: str
    province: str
    district: str
    days_ago: int
    moves: tuple[str, ...] = ()
    complete: bool = True
    brands: tuple[tuple[str, bool], ...] = ()
    second_tckn: str = ""

    @property
    def mersis(self) -> str:
        return f"{self.tax_number:0>11}00015"


SAMPLES = (
    Sample(
        "Hayalî Gıda A.Ş.",
        LEGAL,
        "izin@hayali-gida.example",
        "9990000013",
        "99000000110",
        "Bursa",
        "Nilüfer",
        2,
        complete=False,
    ),
    Sample(
        "Uydurma Teknoloji Ltd. Şti.",
        LEGAL,
        "iletisim@uydurma-tek.example",
        "9990000021",
        "99000000288",
        "Ankara",
        "Çankaya",
        4,
        ("submit",),
        brands=(("Uydurma Bulut", True), ("Uydurma Kart", False)),
        second_tckn="99000000356",
    ),
    Sample(
        "Masal Çiçekçilik",
        NATURAL,
        "merhaba@masal-cicek.example",
        "99000000424",
        "99000000424",
        "İzmir",
        "Karşıyaka",
        5,
        ("submit",),
    ),
    Sample(
        "Varsayım Turizm A.Ş.",
        LEGAL,
        "izin@varsayim-turizm.example",
        "9990000039",
        "99000000592",
        "Antalya",
        "Muratpaşa",
        8,
        ("submit", "take"),
    ),
    Sample(
        "Kurmaca Mobilya A.Ş.",
        LEGAL,
        "izin@kurmaca-mobilya.example",
        "9990000046",
        "99000000660",
        "Kayseri",
        "Melikgazi",
        12,
        ("submit", "take", "return"),
    ),
    Sample(
        "Hayal Oyuncak",
        NATURAL,
        "bilgi@hayal-oyuncak.example",
        "99000000738",
        "99000000738",
        "Trabzon",
        "Ortahisar",
        15,
        ("submit", "withdraw"),
    ),
)
C = GrantChannel
GRANTS = (
    (BOOKSHOP, (C.EPOSTA, C.MESAJ), GrantLevel.WRITE),
    (STORE, (C.EPOSTA,), GrantLevel.READ),
)
"""Brand's number, channels, access."""
REASON = "Ticaret sicil gazetesinin tarihi okunmuyor; lütfen sayfayı yeniden tarayın."


def load_integrators(*, now: datetime) -> int:
    """The integrator of the demonstration, its person, and what providers opened to it; the number of new grants.

    Idempotent: an integrator that is there stays as it is, with its grants.
    """
    person = User.objects.filter(email__in=[one.email for one in ACCOUNTS if one.integrator]).first()
    if person is None or Integrator.objects.filter(title=INTEGRATOR).exists():
        return 0
    today = now.astimezone(ISTANBUL).date()
    with transaction.atomic():
        integrator = services.open_integrator(
            actor=SYSTEM,
            title=INTEGRATOR,
            tax_number="9990000053",
            authorisation_number="DENEME-2026/001",
            authorised_from=today - timedelta(days=120),
            authorised_until=today + timedelta(days=610),
            email="iletisim@deneme-entegrasyon.example",
            is_demo=True,
        )
        services.add_person(integrator_id=integrator.pk, user=person, actor=SYSTEM)
        if needs_second_factor(person) and not has_second_factor(person):
            enrol_totp(person)
        return sum(len(_open(integrator, *part)) for part in GRANTS)


def _open(integrator: Integrator, code: int, channels: tuple[int, ...], level: str) -> list[IntegratorGrant]:
    """What the brand's manager opens."""
    brand = Brand.objects.select_related("provider").filter(brand_code=code).first()
    if brand is None:
        return []
    manager = Membership.objects.filter(provider=brand.provider_id, role=ProviderRole.MANAGER).first()
    if manager is None:
        return []
    actor = actor_for(manager.user, provider_id=brand.provider_id, way="command")
    return services.grant(integrator=integrator, brands=[brand], channels=channels, level=level, actor=actor)


def load_applications(*, now: datetime) -> int:
    """Load the samples that are not there yet; the number of new ones."""
    known = set(Application.objects.filter(is_demo=True).values_list("email", flat=True))
    missing = [sample for sample in SAMPLES if sample.email not in known]
    for sample in missing:
        with transaction.atomic():
            _load(sample, now - timedelta(days=sample.days_ago))
    return len(missing)


def _load(sample: Sample, begun: datetime) -> None:
    notice = privacy_notice(NoticeAudience.APPLICANT, "tr")
    application = services.start_application(
        kind=sample.kind,
        email=sample.email,
        language="tr",
        ip="127.0.0.1",
        notice_id=notice.pk,
        notice_read_at=begun,
        is_demo=True,
        now=begun,
    )
    _save_company(application, sample, begun)
    if not sample.complete:
        return
    _save_people(application, sample, begun)
    Application.objects.filter(pk=application.pk).update(email_confirmed_at=begun + timedelta(minutes=12))
    _save_papers(application, sample, begun + timedelta(minutes=20))
    for number, name in enumerate(sample.moves):
        _move(application, name, begun + timedelta(minutes=40) + timedelta(hours=20 * number))


def _save_company(application: Application, sample: Sample, begun: datetime) -> None:
    services.save_company(
        application=application,
        actor=services.applicant_of(application),
        title=sample.title,
        mersis=sample.mersis,
        tax_office="Deneme",
        tax_number=sample.tax_number,
        address="Deneme Mah. Uydurma Sok. No: 1",
        province=sample.province,
        district=sample.district,
        declared_consents=12_000,
        now=begun + timedelta(minutes=5),
    )


def _person(sample: Sample, tckn: str, name: str) -> SignatoryValues:
    birth = date(1980, 5, 17) if sample.kind == NATURAL else None
    address = f"{fold(name)}@{sample.email.partition('@')[2]}"
    return SignatoryValues(name, "Örnek", "0532 000 00 00", address, tckn, birth)


def _save_people(application: Application, sample: Sample, begun: datetime) -> None:
    second = _person(sample, sample.second_tckn, "Defne") if sample.second_tckn else None
    services.save_signatories(
        application=application,
        actor=services.applicant_of(application),
        first=_person(sample, sample.tckn, "Deniz"),
        second=second,
        manager=None,
        now=begun + timedelta(minutes=10),
    )


def _save_papers(application: Application, sample: Sample, moment: datetime) -> None:
    row = Application.objects.get(pk=application.pk)
    actor = services.applicant_of(row)
    services.save_brands(application=row, actor=actor, brands=sample.brands, now=moment)
    _upload(row, sample, PAPERS, moment)
    for brand in row.brands.filter(has_certificate=True):
        kind = D.BRAND_CERTIFICATE
        files = [("marka.png", BytesIO(paper(sample.title, kind.value)))]
        services.add_document(application=row, actor=actor, kind=kind, files=files, brand_id=brand.pk, now=moment)
    services.prepare_agreement(application=row, actor=actor, way=SigningWay.WET_INK, now=moment)
    _upload(Application.objects.get(pk=row.pk), sample, SIGNED_PAPERS, moment)


def _upload(row: Application, sample: Sample, kinds: tuple[D, ...], moment: datetime) -> None:
    for kind in kinds:
        files = [(f"{kind.value}.png", BytesIO(paper(sample.title, kind.value)))]
        services.add_document(application=row, actor=services.applicant_of(row), kind=kind, files=files, now=moment)


def _move(application: Application, name: str, moment: datetime) -> None:
    row = whole(Application.objects.filter(pk=application.pk)).get()
    actor = services.applicant_of(row)
    if name == "submit":
        assert not missing_for(row)
        services.submit(application=row, actor=actor, now=moment)
    elif name == "withdraw":
        services.withdraw(application=row, actor=actor, reason="Başka bir unvanla başvuracağız", now=moment)
    else:
        reviewer = User.objects.filter(staff_roles__contains=[StaffRole.REVIEWER]).order_by("pk").first()
        if reviewer is None:
            return
        row = Application.objects.select_for_update(of=("self",)).get(pk=row.pk)
        services.make_move(
            row,
            name,
            actor=actor_for(reviewer, way="command"),
            now=moment,
            reason=REASON if name == "return" else "",
            asked=[D.GAZETTE.value] if name == "return" else [],
            columns={"reviewer": reviewer},
        )


def paper(title: str, kind: str) -> bytes:
    """A page that says that it is none."""
    page = Image.new("L", (620, 877), 250)
    pen = ImageDraw.Draw(page)
    pen.rectangle((40, 40, 580, 837), outline=120, width=3)
    pen.text((70, 80), "ORNEK BELGE - GECERSIZDIR", fill=40)
    pen.text((70, 120), kind.replace("_", " ").upper(), fill=40)
    pen.text((70, 160), fold(title), fill=40)
    for line in range(220, 760, 30):
        pen.line((70, line, 550, line), fill=200)
    out = BytesIO()
    page.save(out, "PNG")
    return out.getvalue()
