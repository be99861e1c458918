"""R-C18, R-M3: records, files, histories and notices name the version that was agreed to."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from consents.enums import Channel, Lane
from consents.models import Consent, ConsentEvent, ConsentImport, Notice
from consents.services import import_columns, import_runs, imports, texts
from consents.services.deadlines import announce_deadline
from consents.services.notices import send_lane
from consents.services.records import Entry, record_consents
from iys_portal.core import mailbox
from iys_portal.core.enums import Means
from iys_portal.core.errors import Invalid
from iys_portal.core.models import AuditEntry
from tests.factories import BrandFactory, MembershipFactory, officer_of, staff

from .conftest import words

MAIL, PHONE = "ayse@firma.example", "+905321234567"


@pytest.fixture
def panel(sign_in, brand) -> Client:
    return sign_in(MembershipFactory(provider=brand.provider, role="officer").user, brand.provider)


@pytest.fixture(autouse=True)
def to_the_mailbox(settings):
    settings.EMAIL_BACKEND = "iys_portal.core.mailbox.MailboxBackend"
    settings.PORTAL_URL = "https://portal.example"
    settings.REGISTRY = {**settings.REGISTRY, "NOTICE_MAILS_PER_SECOND": 1e9, "NOTICE_TEXTS_PER_SECOND": 1e9}


def fields(brand, *channels, **changes):
    return {
        "brand": brand.pk,
        "recipient": MAIL if channels in ((), ("EPOSTA",)) else PHONE,
        "channels": list(channels) or ["EPOSTA"],
        "status": "ONAY",
        "source": "HS_WEB",
        "consent_date": "2026-11-24T12:00",
        "recipient_type": "BIREYSEL",
        "text_version": "",
    } | changes


def post(panel, *args, **changes):
    return panel.post(reverse("consents:record"), fields(*args, **changes))


def stored():
    return {Channel(row.channel): row.text_version_id for row in Consent.objects.all()}


@pytest.mark.parametrize(
    "source, evidence",
    [("HS_WEB", ""), ("HS_CAGRI_MERKEZI", ""), ("HS_FIZIKSEL_ORTAM", "Klasör 7"), ("HS_ETKINLIK", "")],
)
def test_r_c18_a_record_points_to_the_brands_present_text(panel, brand, text_of, source, evidence):
    text_of()
    text = text_of()
    assert post(panel, brand, source=source, evidence=evidence).status_code == 302
    assert stored() == {Channel.EPOSTA: text.pk}
    assert ConsentEvent.objects.get().text_version_id == text.pk


@pytest.mark.parametrize(
    "changes",
    [
        {"text_version": "unknown"},
        {"source": "HS_2015", "consent_date": "2015-05-01T00:00"},
        {"status": "RET"},
        {"status": "RET", "source": "HS_CAGRI_MERKEZI"},
        {"consent_date": "2026-11-23T12:00"},  # the day before the text's first
    ],
)
def test_r_c18_unknown_stays_possible_and_refusals_and_declarations_name_no_text(panel, brand, text_of, changes):
    text_of(valid_from=date(2026, 11, 24))
    if changes.get("source") == "HS_2015":  # only an open initial load takes it
        announce_deadline(
            actor=staff("admin"), announced_on=date(2026, 11, 1), until=date(2026, 12, 1), reference="Duyuru"
        )
    assert post(panel, brand, **changes).status_code == 302
    assert stored() == {Channel.EPOSTA: None}


def test_r_c18_a_brand_without_texts_is_asked_nothing(panel, brand, draft_of):
    draft_of()
    assert 'name="text_version"' not in panel.get(reverse("consents:record")).content.decode()
    assert post(panel, brand).status_code == 302
    assert stored() == {Channel.EPOSTA: None}


def test_r_c18_a_text_can_be_named_and_is_kept_for_the_next_record(panel, brand, text_of):
    old, _new = text_of(), text_of()
    answer = post(panel, brand, text_version=str(old.pk))
    assert stored() == {Channel.EPOSTA: old.pk}
    page = panel.get(answer.url).content.decode()
    assert re.search(rf'<option value="{old.pk}" selected>', page)


def test_r_c18_channels_with_different_texts_are_asked_for_one_by_one(panel, brand, text_of):
    text_of(Channel.ARAMA)
    message = text_of(Channel.MESAJ)
    answer = post(panel, brand, "ARAMA", "MESAJ")
    assert answer.status_code == 422
    assert answer.context["form"].errors["text_version"]
    assert not Consent.objects.exists()
    assert post(panel, brand, "MESAJ").status_code == 302
    assert stored() == {Channel.MESAJ: message.pk}


def test_r_c18_a_channel_that_the_text_is_not_for_stays_without(panel, brand, text_of):
    text = text_of(Channel.MESAJ)
    assert post(panel, brand, "ARAMA", "MESAJ").status_code == 302
    assert stored() == {Channel.ARAMA: None, Channel.MESAJ: text.pk}


def test_r_c18_a_text_of_another_channel_day_or_brand_is_refused_at_its_field(panel, brand, text_of, manager):
    wrong = [text_of(Channel.ARAMA), text_of(valid_until=date(2026, 11, 1))]
    second = BrandFactory(provider=brand.provider)
    for text in wrong:
        answer = post(panel, brand, text_version=str(text.pk))
        assert answer.context["form"].errors["text_version"]
    answer = post(panel, second, "ARAMA", text_version=str(wrong[0].pk))
    assert answer.context["form"].errors["text_version"]
    assert not Consent.objects.exists()
    assert not Notice.objects.exists()
    assert not AuditEntry.objects.filter(verb__startswith="consent").exists()


def test_r_c18_the_engine_itself_takes_no_draft_and_no_text_of_another_brand(brand, draft_of, text_of):
    draft, text = draft_of(), text_of()
    other = BrandFactory()
    entry = Entry(MAIL, "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", "2026-11-24 12:00:00")
    for where, number in ((brand, draft.pk), (other, text.pk), (brand, 987654)):
        with pytest.raises(Invalid):
            record_consents(actor=officer_of(where), brand=where, entries=[entry], text_version_id=number)
    assert not ConsentEvent.objects.exists()
    assert not Notice.objects.exists()


FILE = """recipient,type,status,source,consentDate
ayse@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-24 10:00:00
veli@firma.example,EPOSTA,ONAY,HS_WEB,2026-11-23 10:00:00
zeki@firma.example,EPOSTA,RET,HS_WEB,2026-11-24 10:00:00
+905321234567,MESAJ,ONAY,HS_WEB,2026-11-24 10:00:00
"""


def load(brand, actor, text):
    item = imports.upload_paste(actor=actor, brand=brand, text=FILE)
    item = import_columns.map_columns(item, actor=actor, columns={}, constants={}, text_version_id=text.pk)
    return import_runs.run_here(item, actor=actor)


def test_r_c18_a_file_names_one_text_and_only_its_own_channels_and_days_point_to_it(brand, manager, text_of):
    text = text_of(valid_from=date(2026, 11, 24))
    item = load(brand, manager, text)
    assert item.counts["verdicts"]["new"] == 4
    found = dict(Consent.objects.values_list("recipient", "text_version_id"))
    assert found == {MAIL: text.pk, "veli@firma.example": None, "zeki@firma.example": None, PHONE: None}
    assert dict(ConsentEvent.objects.values_list("recipient", "text_version_id")) == found


def test_r_c18_a_file_cannot_name_a_text_of_another_brand_or_a_draft(brand, manager, draft_of):
    item = imports.upload_paste(actor=manager, brand=brand, text=FILE)
    for number in (draft_of().pk, 987654):
        with pytest.raises(Invalid):
            import_columns.map_columns(item, actor=manager, columns={}, constants={}, text_version_id=number)
    assert ConsentImport.objects.get().text_version_id is None


def test_r_c18_the_columns_page_offers_the_texts(sign_in, brand, manager, text_of):
    text = text_of()
    client = sign_in(MembershipFactory(provider=brand.provider, role="officer").user, brand.provider)
    item = imports.upload_paste(actor=manager, brand=brand, text=FILE)
    url = reverse("consents:import_columns", args=[item.public_id])
    page = client.get(url)
    form = page.context["form"]
    data = {name: form[name].value() or "" for name in form.fields}
    assert f'<option value="{text.pk}">' in page.content.decode()
    assert client.post(url, data | {"text_version": str(text.pk)}).status_code == 302
    item.refresh_from_db()
    assert item.text_version_id == text.pk
    assert text.title in str(item.text_version)


def test_r_c18_the_history_shows_the_words_of_each_version(panel, brand, text_of, now):
    text_of(text=words(Channel.EPOSTA) + "\n\nBirinci sürüm.")
    post(panel, brand)
    text_of(text=words(Channel.EPOSTA) + "\n\nİkinci <b>sürüm</b>.")
    now.shift(timedelta(hours=1))
    post(panel, brand, consent_date="2026-11-24T15:30")
    event = ConsentEvent.objects.latest("version")
    page = panel.get(reverse("consents:detail", args=[event.event_id])).content.decode()
    assert "Birinci sürüm." in page
    assert "İkinci &lt;b&gt;sürüm&lt;/b&gt;." in page


def letter():
    return mailbox.letters()[0]


def send(lane=Lane.SINGLE, *, at):
    with time_machine.travel(at + timedelta(minutes=1), tick=False):
        return sum(send_lane(lane, means) for means in Means)


def test_r_m3_the_mail_and_its_page_show_the_agreed_text(panel, brand, text_of, as_of):
    text_of(text=words(Channel.EPOSTA) + "\n\nA & B <i>")
    post(panel, brand)
    assert send(at=as_of) == 1
    mail = letter()
    assert "onay veriyorum" in mail.text
    assert "A & B <i>" in mail.text
    assert "A &amp; B &lt;i&gt;" in mail.html
    path = re.search(r"/i/[\w-]{22}/", mail.text)[0]
    page = Client().get(path).content.decode()
    assert "A &amp; B &lt;i&gt;" in page
    assert "onay veriyorum" in page


def test_r_m3_a_long_text_is_shortened_in_the_mail_and_whole_on_the_page(panel, brand, text_of, as_of):
    text_of(text=words(Channel.EPOSTA) + "\n\n" + "uzun " * 400 + "sonsöz")
    post(panel, brand)
    send(at=as_of)
    mail = letter()
    for shown in (mail.text, mail.html):
        assert "onay veriyorum" in shown
        assert "sonsöz" not in shown
        assert "…" in shown
    path = re.search(r"/i/[\w-]{22}/", mail.text)[0]
    assert "sonsöz" in Client().get(path).content.decode()


def test_r_m3_without_a_known_text_the_mail_says_nothing_of_one(panel, brand, text_of, as_of):
    text_of()
    post(panel, brand, text_version="unknown")
    send(at=as_of)
    assert "onay veriyorum" not in letter().text


def test_r_m3_mails_of_one_run_show_each_recipient_the_own_text(brand, manager, text_of, as_of):
    """Mails of one run are printed from a common frame; the text belongs to it."""
    first = text_of(text=words(Channel.EPOSTA) + " Birinci.")
    second = text_of(text=words(Channel.EPOSTA) + " İkinci.")
    officer = officer_of(brand)
    for number, text in enumerate([first, second, None, first]):
        entry = Entry(f"kisi{number}@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", "2026-11-24 12:00:00")
        record_consents(actor=officer, brand=brand, entries=[entry], text_version_id=text.pk if text else None)
    assert send(at=as_of) == 4
    found = {mail.to: [word for word in ("Birinci.", "İkinci.") if word in mail.text] for mail in mailbox.letters()}
    assert found == {
        "kisi0@firma.example": ["Birinci."],
        "kisi1@firma.example": ["İkinci."],
        "kisi2@firma.example": [],
        "kisi3@firma.example": ["Birinci."],
    }


def test_r_c18_an_ended_text_stays_with_its_consents(panel, brand, manager, text_of):
    text = text_of()
    post(panel, brand)
    texts.retire(actor=manager, text_id=text.pk)
    event = ConsentEvent.objects.get()
    assert event.text_version_id == text.pk
    assert "onay veriyorum" in panel.get(reverse("consents:detail", args=[event.event_id])).content.decode()
