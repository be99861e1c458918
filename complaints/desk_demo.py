"""The officers' desk of the demonstration: two il, cases in several states, joined ones, a contested decision."""

from datetime import datetime, timedelta

from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import actor_for
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand, Membership

from .demo import DISTRICT, IDENTITY, PROVINCE
from .enums import ContestKind
from .models import Complaint, ReasonTemplate
from .services import (
    MessageValues,
    answer_complaint,
    ask_defence,
    ask_information,
    begin_decision,
    confirm_decision,
    create_reason,
    file_complaint,
    join_complaints,
    open_contest,
    propose_decision,
    save_identity,
    save_message,
    save_topics,
    start_draft,
    take_case,
    watch_clocks,
)

FAR, FAR_DISTRICT = "İzmir", "Konak"
REASONS = (
    (
        "Onay yok",
        "violation",
        "{gonderici} tarafından {ileti_zamani} tarihinde {kanal} yoluyla gönderilen ileti için geçerli bir onay "
        "bulunmamaktadır.",
    ),
    (
        "Onay geçerli",
        "no_violation",
        "{ileti_zamani} tarihinde {gonderici} için geçerli bir onay kayıtlıydı; ileti bu onaya dayanmaktadır.",
    ),
    ("Ticari ileti değil", "out_of_scope", "Şikâyet edilen ileti ticari elektronik ileti değildir."),
    (
        "Süresinde değil",
        "too_late",
        "{basvuru_gunu} tarihli başvuru, ileti tarihinden sonraki üç aylık süre içinde yapılmamıştır.",
    ),
)


def load_desk(*, officers: list[User], brand: Brand, now: datetime) -> int:
    """File the cases where nobody of them filed yet; returns how many. Officers: two of one il, one of another."""
    for title, outcome, text in REASONS:
        if not ReasonTemplate.objects.filter(title=title).exists():
            create_reason(actor=SYSTEM, title=title, outcome=outcome, text=text, now=now)
    for officer, province in zip(officers, (PROVINCE, PROVINCE, FAR), strict=True):
        if not officer.province:
            officer.province = province
            officer.save(update_fields=["province"])
    people = [_citizen(number, now) for number in range(1, 4)]
    if Complaint.objects.filter(citizen__in=people).exists():
        return 0
    first, second, _far = (actor_for(officer) for officer in officers)
    sent = now - timedelta(days=2)
    alike = [_file(citizen, sent, brand, "Yeni sezonda yüzde elli indirim başladı.") for citizen in people[:2]]
    join_complaints(complaint=alike[0], tracking_number=alike[1].tracking_number, actor=first, now=now)
    _file(people[2], sent + timedelta(hours=1), brand, "Yeni sezonda yüzde elli indirim başladı.")
    _file(people[2], sent, brand, "Mağazamızın açılışına bekliyoruz.", province=FAR)
    lacking = _file(people[0], now - timedelta(days=5), brand, "Size özel kampanya")
    ask_information(complaint=lacking, actor=first, text="Aramanın saatini yazar mısınız?", now=now - timedelta(days=4))
    late = _file(people[1], now - timedelta(days=33), brand, "Son gün: her şey yarı fiyatına")
    take_case(complaint=late, actor=second, now=now - timedelta(days=32))
    ask_defence(complaint=late, actor=second, now=now - timedelta(days=32))
    _decided(people[0], brand, first, second, now)
    watch_clocks(now=now)
    return 7


def _decided(citizen: User, brand: Brand, first: Actor, second: Actor, now: datetime) -> None:
    case = _file(citizen, now - timedelta(days=20), brand, "Puanlarınız siliniyor, hemen alışveriş yapın")
    ask_defence(complaint=case, actor=first, now=now - timedelta(days=18))
    member = Membership.objects.filter(provider=brand.provider, role="officer").select_related("user").first()
    if member is None:
        return
    case.refresh_from_db()
    provider = actor_for(member.user, provider_id=brand.provider_id)
    answer_complaint(complaint=case, text="Müşterimizin onayı vardı.", actor=provider, now=now - timedelta(days=12))
    begin_decision(complaint=case, actor=first, now=now - timedelta(days=10))
    proposal = propose_decision(
        complaint=case, outcome="violation", reason="Geçerli bir onay bulunamadı.", actor=first,
        now=now - timedelta(days=9),
    )  # fmt: skip
    confirm_decision(complaint=case, proposal_id=proposal.pk, actor=second, now=now - timedelta(days=8))
    open_contest(
        complaint=case, kind=ContestKind.OBJECTION, side="provider", reference="2026/15",
        reason="Karara itiraz ediyoruz.",
        raised_on=(now - timedelta(days=3)).astimezone(ISTANBUL).date(), actor=first, now=now - timedelta(days=3),
    )  # fmt: skip


def _citizen(number: int, now: datetime) -> User:
    address = f"sikayetci{number}@iys-demo.example"
    proven = ProvenAddress.objects.select_related("user").filter(address=address).first()
    if proven is None:
        user = User.objects.create_citizen(language="tr")
        proven = ProvenAddress.objects.create(user=user, address=address, proven_at=now)
    return proven.user


def _file(citizen: User, at: datetime, brand: Brand, text: str, *, province: str = PROVINCE) -> Complaint:
    actor, address = actor_for(citizen), ProvenAddress.objects.get(user=citizen)
    place = {"province": province, "district": FAR_DISTRICT if province == FAR else DISTRICT}
    identity = IDENTITY | place | {"full_name": f"Örnek Şikâyetçi {citizen.pk}"}
    values = MessageValues(
        address_id=address.pk, channel=3, brand_id=brand.pk, sender="", subject="Fırsat", text=text, operator="",
        message_at=at - timedelta(hours=5),
    )  # fmt: skip
    draft = start_draft(actor=actor, language="tr", now=at)
    save_message(complaint=draft, values=values, actor=actor, now=at)
    save_identity(complaint=draft, values=identity, remember=False, actor=actor, now=at)
    save_topics(complaint=draft, topics=["no_consent"], actor=actor, now=at)
    return file_complaint(complaint=draft, declared=True, actor=actor, now=at)
