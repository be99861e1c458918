"""What no link of the demonstration leads to: things are made here, and the addresses that open them are noted."""

import re
from datetime import date, timedelta

from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.contrib.admin import site
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from complaints.services import start_draft
from consents.enums import Lane, Source
from consents.models import Consent, ConsentPage, ConsentPageAnswer
from consents.services.messages import create_message
from consents.services.notices import send_lane
from consents.services.proofs import issue_evidence
from consents.services.records import Entry, record_consents
from consents.services.texts import create_draft
from iys_portal.accounts.demo import PASSWORD, STORE
from iys_portal.accounts.models import ProvenAddress
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.accounts.services import invite
from iys_portal.core import mailbox
from iys_portal.core.enums import Means
from iys_portal.core.models import Holiday
from providers.models import Application, Brand
from providers.views.door import HELD
from tests.accounts import passkeys
from tests.accounts.steps import give_address
from tests.consents.pages.conftest import Visitor
from tests.factories import ApplicationFactory, UserFactory, actor_of
from tests.urls.steps import a_webhook

from .people import Person, signed_in

STAFF = ("admin", "reviewer", "complaint_officer", "auditor")
WANTED = "yeni.kisi@firma.example"


def open_all(people: dict[str, Person]) -> None:
    """Note every door, by role; more people come for what only they see."""
    store = Brand.objects.select_related("provider").get(brand_code=STORE)
    _of_manager(people["manager"], store)
    _of_citizen(people["citizen"], store)
    _of_visitor(people["visitor"], store)
    _of_new_citizen(people["new_citizen"])
    people["applicant"] = _applicant()
    people["half_in"] = _half_in()
    people["with_passkey"] = _with_passkey()
    Holiday.objects.create(day=date(2027, 1, 4), name="Kurum günü")
    now = timezone.now()
    approved = ApplicationFactory(
        provider=store.provider, state="approved", email_confirmed_at=now, submitted_at=now, decided_at=now
    )
    people["reviewer"].doors.append(reverse("consents:initial_window", args=[approved.public_id]))
    people["complaint_officer"].doors.append(reverse("complaints:statistics_brand", args=[STORE]))
    for role in STAFF:
        people[role].doors += list(_rows_of_admin())


def _of_manager(manager: Person, brand: Brand) -> None:
    actor = actor_of(manager.user, brand.provider)  # type: ignore[arg-type]
    webhook = a_webhook(brand).webhook
    manager.doors += [reverse(f"consents:{name}", args=[webhook.public_id]) for name in ("webhook", "webhook_change")]
    draft = create_draft(
        actor=actor,
        brand=brand,
        channels=[3],
        title="Kış metni",
        text="Size kış boyunca yazarız",
        valid_from=timezone.localdate(),
    )
    manager.doors.append(reverse("consents:text_change", args=[draft.pk]))
    given = Consent.objects.filter(brand_id=brand.pk, status=1).order_by("event_id")[0]
    paper = issue_evidence(actor=actor, event_id=given.event_id, whole=False, now=timezone.now())
    manager.doors.append(reverse("documents:document", args=[paper.public_id]))
    at = timezone.now() + timedelta(days=2)
    message = create_message(
        actor=actor,
        brand=brand,
        channel=3,
        subject="Kampanya",
        text="Kış geldi",
        planned_at=at,
        html="<p>Kış geldi</p>",
    )
    manager.doors.append(reverse("consents:message_preview", args=[message.public_id]))
    invite(
        email=WANTED, full_name="Yeni Kişi", provider_id=brand.provider_id, provider_name=brand.provider.title,
        provider_role="viewer", actor=actor,
    )  # fmt: skip


def _of_citizen(citizen: Person, brand: Brand) -> None:
    """A second address, to which the store's registered message goes; a receipt; a draft; codes that are waited for."""
    told = Consent.objects.filter(brand_id=brand.pk, channel=3, status=1, source=Source.HS_WEB).order_by("event_id")[0]
    ProvenAddress.objects.create(user=citizen.user, address=told.recipient, proven_at=timezone.now())
    receipt = citizen.client.post(reverse("consents:own-receipt", args=[told.event_id]))
    draft = start_draft(actor=citizen_actor(citizen.user.pk), language="tr")  # type: ignore[union-attr]
    steps = ("ileti", "kimlik", "konu", "belge", "onizleme")
    citizen.client.post(reverse("accounts:own-addresses"), {"address": "ikinci@firma.example"})
    citizen.doors += [
        receipt.url,
        *(reverse("complaints:step", args=[draft.public_id, step]) for step in steps),
        reverse("accounts:own-address-code"),
    ]


def _of_new_citizen(citizen: Person) -> None:
    citizen.client.post(reverse("accounts:own-close"))
    citizen.doors.append(reverse("accounts:own-close-code"))


def _of_visitor(visitor: Person, brand: Brand) -> None:
    client = visitor.client
    give_address(client, "ziyaretci@firma.example")
    client.post(reverse("providers:tracker"), {"number": Application.objects.order_by("pk")[0].number})
    privacy = client.get(reverse("providers:application-privacy"))
    client.post(reverse("providers:application-privacy"), {"notice": privacy.context["notice"].pk})
    user = UserFactory()
    key = f"{user_pk_to_url_str(user)}-{_reset_token(user)}"
    visitor.doors += [
        f"/accounts/password/reset/key/{key}/",
        f"/accounts/password/reset/key/{user_pk_to_url_str(user)}-set-password/",
        f"/i/{_link_of_notice(brand)}/",
        *_consent_page(brand),
        *(reverse("core:mailbox_html", args=[letter.name]) for letter in mailbox.letters() if letter.html),
    ]


def _reset_token(user: object) -> str:
    from allauth.account import app_settings

    return str(app_settings.PASSWORD_RESET_TOKEN_GENERATOR().make_token(user))


def _link_of_notice(brand: Brand) -> str:
    """The token in the mail that tells somebody of a consent recorded a minute ago."""
    at = timezone.localtime() - timedelta(minutes=1)
    entry = Entry("haberli@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", f"{at:%Y-%m-%d %H:%M:%S}")
    manager = brand.provider.memberships.filter(role="manager").select_related("user")[0]
    record_consents(actor=actor_of(manager.user, brand.provider), brand=brand, entries=[entry])
    for means in Means:
        send_lane(Lane.SINGLE, means, seconds=5)
    texts = [letter.text for letter in mailbox.letters() if "haberli@firma.example" in letter.to]
    return re.findall(r"/i/([\w-]{22})/", texts[0])[0]


def _consent_page(brand: Brand) -> list[str]:
    """The demonstration's page and its frame, and the receipts of somebody who agreed on each."""
    page = ConsentPage.objects.get(brand=brand)
    receipts = []
    for embedded in (False, True):
        guest = Visitor(page, embedded=embedded)
        address = f"okur{embedded:d}@firma.example"
        guest.prove(address)
        guest.give("EPOSTA")
        receipts.append(guest.answer.url)
    assert ConsentPageAnswer.objects.filter(page=page).count() == 2
    return [f"/onay/{page.public_id}/", f"/onay/{page.public_id}/gomulu/", *receipts]


def _applicant() -> Person:
    """Whoever came by the mailed links of all applications."""
    person = Person("applicant", signed_in(None), within="/basvuru/")
    applications = list(Application.objects.order_by("pk"))
    session = person.client.session
    session[HELD] = [str(one.public_id) for one in applications]
    session.save()
    person.client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    person.doors = [reverse("providers:application", args=[one.public_id]) for one in applications]
    return person


def _half_in() -> Person:
    """Gave the password and is asked for the code."""
    person = Person("half_in", signed_in(None), within="/accounts/2fa/authenticate/")
    person.client.post(reverse("account_login"), {"login": "denetci@iys-demo.example", "password": PASSWORD})
    person.doors = [reverse("mfa_authenticate")]
    return person


def _with_passkey() -> Person:
    """Passkeys are the only factors."""
    user = UserFactory(staff_roles=["reviewer"])
    person = Person("with_passkey", signed_in(user), user, within="/accounts/2fa/")
    with override_settings(PORTAL_URL="http://localhost:8000"):
        passkeys.add(person.client, passkeys.Passkey())
        passkeys.add(person.client, passkeys.Passkey(), "Ev")
    person.doors = [reverse("mfa_index"), reverse("mfa_reauthenticate_webauthn")]
    return person


def _rows_of_admin() -> list[str]:
    """The pages about the newest row of each of the admin's models."""
    found = []
    for model in site._registry:
        row = model._default_manager.order_by("-pk").first()
        label = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        for page in ("change", "history") if row else ():
            found.append(reverse(f"{label}_{page}", args=[row.pk]))  # type: ignore[union-attr]
    return found
