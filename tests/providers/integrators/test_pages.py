"""From the register to the last day: an integrator is opened, granted one channel, uses it, is revoked and is out."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from consents.enums import Channel
from consents.models import Consent, ConsentEvent, ConsentImport
from consents.services import import_runs, imports
from consents.services.records import Entry, record_consents
from iys_portal.accounts.models import User
from iys_portal.accounts.scopes import SESSION_KEY
from iys_portal.core import mailbox, outbox
from iys_portal.core.models import AuditEntry
from providers.models import Brand, Integrator, IntegratorGrant
from tests.factories import (
    BrandFactory,
    IntegratorFactory,
    IntegratorGrantFactory,
    MembershipFactory,
    UserFactory,
    actor_of,
    integrator_of,
    officer_of,
)

pytestmark = pytest.mark.django_db
PASSWORD = "ikinci-uydurma-parola-2"
GRANTS, REGISTER = "/entegratorler/", "/entegrator-sicili/"


@pytest.fixture(autouse=True)
def mails(settings: pytest.FixtureRequest) -> None:
    settings.EMAIL_BACKEND = "iys_portal.core.mailbox.MailboxBackend"
    cache.clear()


def entered(user: User, brand: Brand | None = None) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_given"] = True
    if brand is not None:
        session[SESSION_KEY] = brand.provider_id
    session.save()
    return client


def now() -> str:
    return f"{timezone.localtime() - timedelta(minutes=2):%Y-%m-%d %H:%M:%S}"


def register(admin: Client) -> Integrator:
    today = timezone.localdate()
    data = {
        "title": "Deneme Entegrasyon A.Ş.",
        "tax_number": "9990000061",
        "authorisation_number": "DENE-1",
        "authorised_from": today.isoformat(),
        "authorised_until": (today + timedelta(days=90)).isoformat(),
        "email": "iletisim@entegrator.example",
    }
    answer = admin.post(REGISTER, data)
    integrator = Integrator.objects.get()
    assert answer.headers["Location"] == f"{REGISTER}{integrator.public_id}/"
    return integrator


def join(admin: Client, integrator: Integrator) -> tuple[Client, User]:
    """Invited by mail, with a new account."""
    url = f"{REGISTER}{integrator.public_id}/davet/"
    assert admin.post(url, {"email": "kisi@entegrator.example", "full_name": "Kurgu Kişi"}).status_code == 302
    outbox.send_due()
    found = re.search(r"/kullanici/davet/#(\S+)", mailbox.letters()[0].text)
    assert found is not None
    client, token = Client(), found[1]
    assert "Deneme Entegrasyon" in client.post("/kullanici/davet/", {"token": token}).content.decode()
    client.post("/kullanici/davet/kabul/", {"token": token, "full_name": "Kurgu Kişi", "password": PASSWORD})
    return client, User.objects.get(email="kisi@entegrator.example")


def test_r_p12_granted_one_channel_used_it_revoked_and_out() -> None:
    brand = BrandFactory(is_main=True)
    record_consents(
        actor=officer_of(brand),
        brand=brand,
        entries=[
            Entry("ali@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", now()),
            Entry("+905320000000", "MESAJ", "ONAY", "HS_WEB", "BIREYSEL", now()),
        ],
    )
    phone = ConsentEvent.objects.get(channel=2).event_id
    admin = entered(UserFactory(staff_roles=["admin"]))
    manager = entered(MembershipFactory(provider=brand.provider, role="manager").user, brand)
    integrator = register(admin)
    fresh, user = join(admin, integrator)
    assert "/accounts/2fa/" in fresh.get("/").headers["Location"], "R-A2: the second factor first"

    person = entered(user)
    before = person.get("/")
    assert "overview" not in before.context
    assert person.get(reverse("consents:list")).status_code == 403

    found = manager.get(GRANTS, {"ara": "entegrasyon"}).content.decode()
    assert f"?entegrator={integrator.public_id}" in found
    form = {"integrator": str(integrator.public_id), "brands": [brand.pk], "channels": [3], "level": "write"}
    assert manager.post(GRANTS, form).status_code == 302

    assert person.get("/").context["granted"] == [(brand, [(Channel.EPOSTA, True)])]
    consents = person.get(reverse("consents:list"))
    assert consents.status_code == 200
    assert "ali@firma.example" in consents.content.decode()
    assert "+905320000000" not in consents.content.decode()
    mail = ConsentEvent.objects.get(channel=3).event_id
    assert person.get(reverse("consents:detail", args=[mail])).status_code == 200
    assert person.get(reverse("consents:detail", args=[phone])).status_code == 404

    refusal = {"source": "HS_CAGRI_MERKEZI", "consent_date": now().replace(" ", "T")}
    assert person.post(reverse("consents:refuse", args=[phone]), refusal).status_code == 404
    assert person.post(reverse("consents:refuse", args=[mail]), refusal).status_code == 302
    stands = Consent.objects.get(channel=3)
    assert stands.status == 2
    assert Consent.objects.get(channel=2).status == 1

    done = manager.get(f"{GRANTS}{integrator.public_id}/").content.decode()
    assert f"Kurgu Kişi · {integrator.title}" in done
    assert reverse("consents:detail", args=[stands.event_id]) in done
    detail = manager.get(reverse("consents:detail", args=[stands.event_id])).content.decode()
    assert f"Kurgu Kişi · {integrator.title}" in detail

    grant = IntegratorGrant.objects.get()
    assert manager.post(f"{GRANTS}izin/{grant.public_id}/kaldir/").status_code == 302
    assert person.get(reverse("consents:list")).status_code == 403
    assert person.get(reverse("consents:detail", args=[mail])).status_code == 403
    assert person.post(reverse("consents:refuse", args=[mail]), refusal).status_code == 403
    assert person.get("/").status_code == 200
    assert "ali@firma.example" not in person.get("/").content.decode()
    assert "ali" not in manager.get(GRANTS).content.decode().partition("<main")[2].partition("</main")[0]
    assert manager.get(f"{GRANTS}{integrator.public_id}/").status_code == 200, "what they did stays to be seen"


def test_r_p12_a_form_with_a_foreign_channel_says_so_at_the_channel() -> None:
    brand = BrandFactory(is_main=True)
    person = integrator_of(brand, 3)
    client, before = entered(person.user, brand), ConsentEvent.objects.count()
    data = {
        "brand": brand.pk, "recipient": "0532 000 00 01", "channels": ["MESAJ"], "status": "ONAY", "source": "HS_WEB",
        "recipient_type": "BIREYSEL", "consent_date": now().replace(" ", "T"),
    }  # fmt: skip
    answer = client.post(reverse("consents:record"), data)
    assert answer.status_code == 422
    assert ConsentEvent.objects.count() == before


def test_r_p12_the_form_offers_what_may_be_written() -> None:
    brand = BrandFactory(is_main=True, name="Yazılan")
    person, read = integrator_of(brand, 3), BrandFactory(provider=brand.provider, name="Okunan")
    IntegratorGrantFactory(integrator=person.integrator, brand=read, level="read")
    client = entered(person.user, brand)
    for url in (reverse("consents:record"), reverse("consents:import_new")):
        page = client.get(url).content.decode().partition("<main")[2]
        assert "Yazılan" in page
        assert "Okunan" not in page


def test_r_a1_the_acts_of_an_integrator_are_shown_by_provider() -> None:
    brand, other = BrandFactory(is_main=True), BrandFactory(is_main=True)
    person = integrator_of(brand, 3)
    IntegratorGrantFactory(integrator=person.integrator, brand=other)
    for one, address in ((brand, "bir@firma.example"), (other, "iki@firma.example")):
        item = imports.upload_paste(
            actor=actor_of(person.user, one.provider),
            brand=one,
            text=f"recipient,type,status,source,consentDate\n{address},EPOSTA,ONAY,HS_WEB,{now()}\n",
        )
        import_runs.run_here(item, actor=actor_of(person.user, one.provider))
    manager = entered(MembershipFactory(provider=brand.provider, role="manager").user, brand)
    page = manager.get(f"{GRANTS}{person.integrator.public_id}/").content.decode()
    own, foreign = (ConsentImport.objects.get(brand=one) for one in (brand, other))
    assert str(own.public_id) in page
    assert str(foreign.public_id) not in page
    assert other.provider.title not in page


def test_r_p12_staff_see_integrators_with_their_grants_and_move_them() -> None:
    person = integrator_of(BrandFactory(is_main=True, name="Deneme Moda"))
    admin, url = entered(UserFactory(staff_roles=["admin"])), f"{REGISTER}{person.integrator.public_id}/"
    assert person.integrator.title in admin.get(REGISTER).content.decode()
    assert "Deneme Moda" in admin.get(url).content.decode()
    assert admin.post(f"{url}suspend/", {"reason": "Denetim"}).status_code == 302
    person.integrator.refresh_from_db()
    assert person.integrator.state == "suspended"
    assert AuditEntry.objects.filter(verb="integrator.suspended").count() == 1
    assert admin.post(f"{url}kisi/{person.pk}/cikar/").status_code == 302
    person.refresh_from_db()
    assert person.ended_at is not None


def test_a_taken_number_is_said_at_its_field() -> None:
    integrator = IntegratorFactory()
    admin, today = entered(UserFactory(staff_roles=["admin"])), timezone.localdate().isoformat()
    data = {
        "title": "X", "tax_number": integrator.tax_number, "authorisation_number": "DENE-9", "email": "a@b.example",
        "authorised_from": today, "authorised_until": today,
    }  # fmt: skip
    answer = admin.post(REGISTER, data)
    assert answer.status_code == 422
    assert "Bu vergi numarasıyla kayıtlı bir entegratör zaten var." in answer.content.decode()
    assert Integrator.objects.count() == 1


def test_r_p12_a_click_on_a_stale_form_grants_nothing() -> None:
    brand, integrator = BrandFactory(is_main=True), IntegratorFactory(state="suspended")
    manager = entered(MembershipFactory(provider=brand.provider, role="manager").user, brand)
    form = {"integrator": str(integrator.public_id), "brands": [brand.pk], "channels": [3], "level": "write"}
    manager.post(GRANTS, form)
    other = BrandFactory()
    form |= {"integrator": str(IntegratorFactory().public_id), "brands": [other.pk]}
    assert manager.post(GRANTS, form).status_code == 422
    assert not IntegratorGrant.objects.exists()
