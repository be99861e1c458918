"""A consent's history tells its notices (R-M5), the recipient's answers (R-M3) and what the provider did (R-R2)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from consents.engine.acts import Asked, confirm
from consents.enums import Channel, NoticeKind, NoticeState, RecipientType, Source, WayIn
from consents.models import Consent, ConsentEvent, Notice, NoticeBatch
from consents.selectors import history
from consents.services import import_runs
from consents.services.notice_queue import unfold_all
from consents.services.recipients import ANYBODY, refuse, take_back
from consents.services.records import Entry, record_consents
from consents.services.refusals import acknowledge
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, actor_of, officer_of, staff

PHONE = "+905321234567"
ADDRESS = "ayse@firma.example"
pytestmark = pytest.mark.django_db


@pytest.fixture
def brand() -> Brand:
    return BrandFactory(is_main=True)


def at(moment: datetime, hours: float = 1) -> str:
    return f"{(moment - timedelta(hours=hours)).astimezone(ISTANBUL):%Y-%m-%d %H:%M:%S}"


def record(brand: Brand, moment: datetime, *entries: Entry) -> None:
    outcomes = record_consents(actor=officer_of(brand), brand=brand, entries=entries, moment=moment)
    assert all(outcome.accepted for outcome in outcomes), outcomes


def lines(
    brand: Brand,
    moment: datetime,
    to: str,
    channel: Channel,
    kind: int = RecipientType.BIREYSEL,
    actor: Actor | None = None,
) -> list[history.Line]:
    consent = Consent.objects.get(recipient=to, brand_id=brand.pk, channel=channel, recipient_type=kind)
    return history.record_of(actor or officer_of(brand), consent, brand, now=moment).lines


def test_r_m5_a_waiting_notice_is_told_then_what_became_of_it(brand: Brand, as_of: datetime) -> None:
    record(brand, as_of, Entry(ADDRESS, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at(as_of)))
    (line,) = lines(brand, as_of, ADDRESS, Channel.EPOSTA)
    (told,) = line.told
    assert (told.kind, told.waiting, told.sent_at) == (NoticeKind.CONFIRMATION, True, None)
    sent = as_of + timedelta(seconds=3)
    Notice.objects.update(
        state=NoticeState.ON_TIME, sent_at=sent, message_id="<n.1@iys>", answer=f"250 ok for {ADDRESS}", attempts=1
    )
    (told,) = lines(brand, as_of, ADDRESS, Channel.EPOSTA)[0].told
    assert (told.state, told.sent_at, told.message_id) == (NoticeState.ON_TIME, sent, "<n.1@iys>")
    assert ADDRESS in told.answer
    (masked,) = lines(brand, as_of, ADDRESS, Channel.EPOSTA, actor=staff("auditor"))[0].told
    assert masked.answer == "250 ok for a***@firma.example", "R-G2"


def test_r_m2_one_text_stands_in_the_history_of_every_channel_that_it_names(brand: Brand, as_of: datetime) -> None:
    record(
        brand,
        as_of,
        Entry(PHONE, "ARAMA", "ONAY", "HS_WEB", "BIREYSEL", at(as_of)),
        Entry(PHONE, "MESAJ", "ONAY", "HS_WEB", "BIREYSEL", at(as_of)),
        Entry(PHONE, "MESAJ", "RET", "HS_WEB", "TACIR", at(as_of)),
    )
    assert Notice.objects.count() == 1
    assert len(lines(brand, as_of, PHONE, Channel.ARAMA)[0].told) == 1
    assert len(lines(brand, as_of, PHONE, Channel.MESAJ)[0].told) == 1
    assert lines(brand, as_of, PHONE, Channel.MESAJ, RecipientType.TACIR)[0].told == []


def test_each_intake_has_its_own_notice(brand: Brand, as_of: datetime) -> None:
    earlier = as_of - timedelta(days=1)
    record(brand, earlier, Entry(ADDRESS, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at(earlier)))
    record(brand, as_of, Entry(ADDRESS, "EPOSTA", "RET", "HS_WEB", "BIREYSEL", at(as_of)))
    newest, oldest = lines(brand, as_of, ADDRESS, Channel.EPOSTA)
    assert (newest.told, len(oldest.told)) == ([], 1)
    other = BrandFactory()
    record(
        other, earlier, Entry(ADDRESS, "EPOSTA", "ONAY", "HS_FIZIKSEL_ORTAM", "BIREYSEL", at(earlier), "", "Arşiv 1")
    )
    assert lines(other, as_of, ADDRESS, Channel.EPOSTA)[0].told == []


def test_r_m5_a_file_s_notice_waits_in_its_chunk_s_row(brand: Brand, as_of: datetime, tmp_path) -> None:
    path = tmp_path / "liste.csv"
    rows = [f"kisi{n}@firma.example,EPOSTA,{'RET' if n == 2 else 'ONAY'},HS_WEB,{at(as_of)}" for n in range(5)]
    path.write_text("\n".join(["recipient,type,status,source,consentDate", *rows]))
    actor = actor_of(MembershipFactory(provider=brand.provider).user, brand.provider)
    item = import_runs.load_file(actor=actor, brand=brand, path=path, name=path.name, moment=as_of, apply_it=True)
    assert NoticeBatch.objects.get().total == 4
    assert not Notice.objects.exists()
    (told,) = lines(brand, as_of, "kisi1@firma.example", Channel.EPOSTA)[0].told
    assert told.waiting
    assert lines(brand, as_of, "kisi2@firma.example", Channel.EPOSTA)[0].told == []
    unfold_all(item.apply_job_id)
    (told,) = lines(brand, as_of, "kisi1@firma.example", Channel.EPOSTA)[0].told
    assert told.waiting
    Notice.objects.update(state=NoticeState.CANCELLED)
    (told,) = lines(brand, as_of, "kisi1@firma.example", Channel.EPOSTA)[0].told
    assert told.state is NoticeState.CANCELLED


def test_r_m3_a_denial_and_the_acknowledgement_are_told(
    brand: Brand, as_of: datetime, sign_in: Callable[..., Client]
) -> None:
    for kind in ("BIREYSEL", "TACIR"):
        record(brand, as_of, Entry(ADDRESS, "EPOSTA", "ONAY", "HS_WEB", kind, at(as_of)))
    later = as_of + timedelta(minutes=5)
    refuse(
        actor=ANYBODY, recipient=ADDRESS, wanted={brand.pk: [Channel.EPOSTA]}, source=Source.IYS_EPOSTA,
        way=WayIn.MAIL_LINK, denied=True, moment=later,
    )  # fmt: skip
    for kind in RecipientType:
        newest, oldest = lines(brand, later, ADDRESS, Channel.EPOSTA, kind)
        assert newest.alert is not None, "one alert stands for both types"
        assert newest.alert.denied
        assert oldest.alert is None
    member = MembershipFactory(provider=brand.provider)
    actor = actor_of(member.user, brand.provider)
    client = sign_in(member.user, brand.provider)
    page = f"/izinler/{newest.alert.event_id}/"
    assert "#flag" in client.get(page).content.decode()
    assert str(member.user) not in client.get(page).context["record"].lines[0].alert.acknowledged_name
    acknowledge(actor=actor, alerts=[newest.alert.pk])
    assert client.get(page).context["record"].lines[0].alert.acknowledged_name == str(member.user)


def test_r_m4_a_confirmation_is_told_as_what_the_recipient_did(as_of: datetime) -> None:
    notes = []
    for double in (True, False):
        brand = BrandFactory(double_opt_in=double)
        record(brand, as_of, Entry(ADDRESS, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at(as_of)))
        event = ConsentEvent.objects.get(brand_id=brand.pk)
        asked = [Asked(event.recipient, event.channel, event.recipient_type, event.version)]
        confirm(brand.pk, asked, actor=ANYBODY, way=WayIn.MAIL_LINK, moment=as_of + timedelta(minutes=1))
        newest = lines(brand, as_of, ADDRESS, Channel.EPOSTA)[0]
        assert (newest.tone, newest.icon) == ("success", "check-circle")
        assert newest.note
        notes.append(newest.note)
    assert notes[0] != notes[1], "with double opt-in the consent was waiting for it"


def test_r_z3_a_refusal_that_was_taken_back_is_no_undone_import(brand: Brand, as_of: datetime) -> None:
    record(brand, as_of, Entry(ADDRESS, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", at(as_of)))
    refuse(
        actor=ANYBODY, recipient=ADDRESS, wanted={brand.pk: [Channel.EPOSTA]}, source=Source.IYS_WEB,
        way=WayIn.CITIZEN, moment=as_of,
    )  # fmt: skip
    take_back(
        actor=ANYBODY, recipient=ADDRESS, refusals=[(brand.pk, Channel.EPOSTA)], way=WayIn.CITIZEN,
        moment=as_of + timedelta(minutes=1),
    )  # fmt: skip
    newest, refused, _first = lines(brand, as_of, ADDRESS, Channel.EPOSTA)
    assert newest.icon == "undo"
    assert "import" not in newest.title.lower()
    assert "aktarım" not in newest.title.lower()
    assert refused.alert is not None
    assert refused.alert.taken_back_at is not None
