"""Every address × every role (style 14), strangers (R-A1), and that looking changes nothing (style 17)."""

import re
import uuid
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from complaints.models import Complaint
from complaints.services import start_draft
from consents.enums import Channel, RecipientType, WishKind
from consents.models import ConsentEvent, ConsentPage, DayFile
from consents.selectors.wishes import Wanted
from consents.services import imports
from consents.services.consent_pages import create_page
from consents.services.evidence import keep_file
from consents.services.messages import create_message
from consents.services.own_data import start_own_data
from consents.services.proofs import issue_evidence
from consents.services.queries import ask
from consents.services.records import Entry, record_consents
from consents.services.texts import create_draft, publish
from consents.services.wishes import begin_wish
from consents.text_rules import BY_PERSON
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import SESSION_KEY, actor_for
from providers.models import Application, Brand
from providers.services import add_document, applicant_of
from providers.services.asking import ask_sub_brand
from providers.services.keys import make_key
from providers.services.profiles import keep_logo
from providers.views.door import HELD
from tests.consents.evidence.papers import pdf, picture
from tests.consents.exports.steps import a_file
from tests.factories import (
    ApplicationFactory,
    BrandFactory,
    IntegratorGrantFactory,
    IntegratorPersonFactory,
    MembershipFactory,
    RetailerFactory,
    UserFactory,
    actor_of,
    integrator_of,
    signed_agreement,
)

PROVIDER_ROLES = ("manager", "officer", "viewer", "integrator")
STAFF_ROLES = ("admin", "reviewer", "complaint_officer", "auditor")
EVERYBODY = {*PROVIDER_ROLES, *STAFF_ROLES}  # but citizens: the panel is not theirs
CITIZEN = "citizen"
DAY = timedelta(days=1)

# Pages without an object: who gets them. Anonymous visitors are sent to the sign-in.
PAGES: dict[str, set[str]] = {
    "dashboard:overview": EVERYBODY,
    "dashboard:gallery": set(STAFF_ROLES),
    "dashboard:audit": {"admin", "auditor"},
    "dashboard:audit_person": {"admin", "auditor"},
    "dashboard:audit_force": {"admin", "auditor"},
    "dashboard:audit_verify": {"admin", "auditor"},
    "providers:people": {"manager"},
    "providers:keys": {"manager", "integrator"},
    "providers:key-new": {"manager", "integrator"},
    "providers:settings": {"manager", "officer", "viewer"},
    "providers:settings-contact": {"manager"},
    "providers:settings-company": {"manager"},
    "providers:settings-email": {"manager"},
    "providers:brands": {"manager", "officer", "viewer"},
    "providers:brand-new": {"manager"},
    "providers:dealers": {"manager", "officer", "viewer"},
    "providers:dealer-new": {"manager"},
    "providers:dealer-import": {"manager"},
    "providers:reviews": {"admin", "reviewer", "auditor"},
    "providers:review_requests": {"admin", "reviewer", "auditor"},
    "providers:integrators": {"manager"},
    "providers:integrator-register": set(STAFF_ROLES),
    "consents:list": {"manager", "officer", "viewer", "integrator", "admin", "auditor"},
    "consents:record": {"manager", "officer", "integrator"},
    "consents:evidence_missing": {"manager", "officer"},
    "consents:refusals": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:notices": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:exports": {"manager", "officer", "admin"},
    "consents:reports": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:day_files": {"manager", "officer", "admin", "auditor"},
    "consents:texts": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:text_new": {"manager"},
    "consents:pages": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:page_new": {"manager"},
    "consents:sample": EVERYBODY,
    "consents:messages": {"manager", "officer", "viewer", "admin", "auditor"},
    "consents:message_new": {"manager", "officer"},
    "consents:imports": {"manager", "officer", "integrator", "admin", "auditor"},
    "consents:import_new": {"manager", "officer", "integrator", "admin"},
    "consents:query_new": {"manager", "officer", "integrator"},
    "consents:queries": {"manager", "officer", "integrator", "admin", "auditor"},
    "consents:retention": {"admin", "auditor"},
    "consents:own": {CITIZEN},
    "consents:own-data": {CITIZEN},
    "accounts:own-account": {CITIZEN},
    "accounts:own-addresses": {CITIZEN},
    "accounts:own-passkey-add": {CITIZEN},
    "accounts:own-close": {CITIZEN},
    "consents:own-find": {CITIZEN},
    "consents:own-why": {CITIZEN},
    "consents:own-wishes": {CITIZEN},
    "consents:own-history": {CITIZEN},
    "consents:own-messages": {CITIZEN},
    "complaints:desk": {"admin", "complaint_officer", "auditor"},
    "complaints:inbox": {"manager", "officer", "viewer"},
    "complaints:own": {CITIZEN},
    "complaints:new": {CITIZEN},
}
# Pages about one object of a provider; a stranger gets 404.
OBJECTS = {
    "consents:detail": "GET",
    "consents:refuse": "POST",
    "consents:proof": "POST",
    "consents:proof_pdf": "POST",
    "consents:proof_pdf_address": "POST",
    "documents:document": "GET",
    "documents:download": "POST",
    "documents:again": "POST",
    "consents:evidence_complete": "POST",
    "consents:evidence_file": "GET",
    "consents:evidence_preview": "GET",
    "consents:day_file": "POST",
    "consents:export_file": "GET",
    "consents:export_take": "POST",
    "consents:export_remove": "POST",
    "consents:text": "GET",
    "consents:text_change": "GET",
    "consents:text_print": "GET",
    "consents:text_publish": "POST",
    "consents:text_retire": "POST",
    "consents:text_discard": "POST",
    "consents:page": "GET",
    "consents:page_qr": "GET",
    "consents:page_change": "GET",
    "consents:page_switch": "POST",
    "consents:query": "GET",
    "consents:query_progress": "GET",
    "consents:query_column": "POST",
    "consents:query_download": "POST",
    "consents:query_pdf": "POST",
    "consents:query_export": "POST",
    "consents:query_stop": "POST",
    "consents:query_resume": "POST",
    "consents:message": "GET",
    "consents:message_change": "GET",
    "consents:message_preview": "GET",
    "consents:message_document": "GET",
    "consents:message_progress": "GET",
    "consents:message_check_of": "POST",
    "consents:message_recipients": "POST",
    "consents:message_download": "POST",
    "consents:message_export": "POST",
    "consents:message_column": "POST",
    "consents:message_drop_list": "POST",
    "consents:message_wash_all": "POST",
    "consents:message_wash_again": "POST",
    "consents:message_resume": "POST",
    "consents:message_stop": "POST",
    "consents:message_release": "POST",
    "consents:message_cancel": "POST",
    "consents:message_version": "POST",
    "consents:import": "GET",
    "consents:import_columns": "GET",
    "consents:import_progress": "GET",
    "consents:import_problems": "GET",
    "consents:import_download": "POST",
    "consents:import_check": "POST",
    "consents:import_apply": "POST",
    "consents:import_undo": "POST",
    "consents:import_discard": "POST",
    "consents:import_resume": "POST",
    "consents:import_cancel": "POST",
    "dashboard:integrator_acts": "GET",
    "providers:grant-revoke": "POST",
    "providers:grants-revoke": "POST",
    "providers:key-revoke": "POST",
    "providers:member-role": "POST",
    "providers:member-remove": "POST",
    "providers:request-withdraw": "POST",
    "providers:request-paper": "GET",
    "providers:brand": "GET",
    "providers:brand-logo": "GET",
    "providers:brand-logo-remove": "POST",
    "providers:dealer": "GET",
    "providers:dealer-close": "POST",
    "providers:dealer-reopen": "POST",
    "providers:invitation-revoke": "POST",
    "providers:invitation-resend": "POST",
}
# What a citizen does to own rows, by POST only; another citizen gets 404, everybody else 403.
OWN_OBJECTS = {
    "consents:own-evidence",
    "consents:own-receipt",
    "consents:own-channel",
    "consents:own-denied",
    "consents:own-wish-end",
    "consents:own-wish-again",
    "consents:own-brand",
    "consents:own-address",
    "consents:own-newly-mine",
    "consents:own-data-file",
    "accounts:own-address-remove",
    "accounts:own-passkey",
    "accounts:own-passkey-remove",
}
# One complaint of a citizen: another citizen gets 404, everybody else 403.
OF_COMPLAINT = {
    "complaints:detail": "GET",
    "complaints:step": "GET",
    "complaints:withdraw": "POST",
    "complaints:discard": "POST",
    "complaints:information": "POST",
    "complaints:evidence_add": "POST",
}
# Acts of a citizen without an object.
OWN_ACTS = {
    "consents:own-everything",
    "consents:own-everywhere",
    "consents:own-take-back",
    "consents:own-newly-mine-back",
    "accounts:edevlet-unlink",
    "consents:own-give",  # of a brand, which is nobody's own
    "consents:own-never",
}
# Pages about a brand for every citizen; only what is shown beside it is one's own.
OF_ANY_BRAND = {"consents:own-one", "consents:own-logo"}
# Pages of applications that everybody gets, signed in or not: the answer.
OPEN_PAGES = {
    "providers:application-start": 200,
    "providers:application-checklist": 200,
    "providers:application-privacy": 200,
    "providers:application-new": 302,  # the privacy notice first
    "providers:application-resume": 200,
    "providers:tracker": 200,
    "providers:tracker-code": 302,  # the number first
    "providers:signing-guide": 200,
    "providers:districts": 405,  # by POST
}
# One application: for whoever's session holds it, and for nobody else whatever their role.
OF_APPLICATION = {
    "providers:application": "GET",
    "providers:application-step": "GET",
    "providers:application-document": "GET",
    "providers:application-document-page": "GET",
    "providers:application-agreement": "GET",
    "providers:application-agreement-file": "GET",
    "providers:application-agreement-prepare": "POST",
    "providers:application-agreement-signed": "POST",
    "providers:application-change": "POST",
    "providers:application-check": "POST",
    "providers:application-code": "POST",
    "providers:application-confirm": "POST",
    "providers:application-brand": "POST",
    "providers:application-brand-remove": "POST",
    "providers:application-upload": "POST",
    "providers:application-document-remove": "POST",
    "providers:application-submit": "POST",
    "providers:application-withdraw": "POST",
}
# One integrator of the register: staff's pages; everybody else is refused.
OF_REGISTER = {
    "providers:integrator": "GET",
    "providers:integrator-move": "POST",
    "providers:integrator-invite": "POST",
    "providers:integrator-invitation-revoke": "POST",
    "providers:integrator-invitation-resend": "POST",
    "providers:integrator-person-end": "POST",
}
# Held by tests of their own: sign-in and second factor (tests/accounts), parts of a page, exports, staff's "show",
# retention (see tests/consents/retention/test_page.py), initial-load windows (tests/consents/test_windows.py),
# the audit trail's export (tests/dashboard/test_audit.py), the mailbox, texts that come in, links of notices
# (tests/consents/notices/test_links.py), consent pages' public side and the maker's preview (tests/consents/pages),
# a citizen's documents and messages (tests/consents/citizen), public seals (tests/consents/proof/), the review of
# applications (tests/providers/applications/test_review.py) and of requests, a signatory's place, the confirmation
# of an e-mail, files of dealers (tests/providers/settings/test_pages.py), files and receipt of a complaint
# (tests/complaints/test_pages.py), one complaint for its sender (tests/complaints/test_inbox.py), the API,
# which has no session (tests/api/).
ELSEWHERE = re.compile(
    r"^(providers:(review(_\w+)?|settings-(signatory|email-confirm)|dealer-(apply|export))$|api:|account_|mfa_|usersessions_|accounts:(switch|end-session|invitation|accept|citizen-|edevlet-(begin|callback)|own-(address|close)-code)|admin:|core:|set_language$|dashboard:audit_(export|verify_now)$"
    r"|consents:(hint|query_show|queries_export|messages_export|message_check|export|show|inbound|link(_\w+)?|page-\w[\w-]*|page_preview|own-document(-\w+)?|own-message|seals?|seal_stamp|verify|exports_refusals|report_pdf|report_csv|refusals_export|refusals_acknowledge|retention_\w+|hold_\w+|initial_window)$|complaints:(inbox_(case|answer|time|paper)|new_from|evidence|evidence_remove|receipt|decision|desk_\w+)$)"
)

WRITING = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM|TRUNCATE|COPY)\b\s*\"?(\w+)?", re.IGNORECASE)
NOTED = {"core_auditentry", "django_session", "usersessions_usersession"}  # what a reader may leave behind


def names(resolver: URLResolver | Any, space: tuple[str, ...] = ()) -> Iterator[str]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from names(pattern, (*space, *([pattern.namespace] if pattern.namespace else [])))
        elif isinstance(pattern, URLPattern) and pattern.name:
            yield ":".join((*space, pattern.name))


def test_every_address_stands_in_the_matrix() -> None:
    unknown = {name for name in names(get_resolver()) if not ELSEWHERE.match(name)} - set(PAGES) - set(OBJECTS)
    assert (
        not unknown
        - OWN_OBJECTS
        - OWN_ACTS
        - OF_ANY_BRAND
        - set(OPEN_PAGES)
        - set(OF_APPLICATION)
        - set(OF_REGISTER)
        - set(OF_COMPLAINT)
    )


def browser_of(user: User, brand: Brand | None = None) -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = client.session
    session["second_factor_given"] = True
    if brand is not None:
        session[SESSION_KEY] = brand.provider_id
    session.save()
    return client


def a_citizen(address: str) -> User:
    user = User.objects.create_citizen(language="tr")
    ProvenAddress.objects.create(user=user, address=address, proven_at=timezone.now())
    return user


def browser_in_role(role: str, brand: Brand) -> Client:
    if role == CITIZEN:
        return browser_of(a_citizen("ali@firma.example"))
    if role in STAFF_ROLES:
        return browser_of(UserFactory(staff_roles=[role]))
    if role == "integrator":
        return browser_of(integrator_of(brand).user, brand)
    return browser_of(MembershipFactory(provider=brand.provider, role=role).user, brand)


@pytest.mark.django_db
@pytest.mark.parametrize("role", sorted({*EVERYBODY, CITIZEN}))
def test_r_a1_each_role_gets_its_pages_and_no_other(role: str) -> None:
    client = browser_in_role(role, BrandFactory(is_main=True))
    for name, allowed in PAGES.items():
        expected = 200 if role in allowed else 403
        if (role, name) == (CITIZEN, "dashboard:overview"):
            expected = 302  # the site's own address leads to the citizen's page
        assert client.get(reverse(name)).status_code == expected, name


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(PAGES))
def test_nobody_sees_a_page_without_signing_in(client: Client, name: str) -> None:
    response = client.get(reverse(name))
    assert response.status_code == 302
    door = "/vatandas/giris/" if PAGES[name] == {CITIZEN} else "/accounts/login/"
    assert door in response.url  # type: ignore[attr-defined]


@pytest.fixture
def filled(db: None) -> dict[str, Any]:
    """A brand with a consent, an import and people; and the arguments that lead to each of them."""
    brand = BrandFactory(is_main=True)
    manager = MembershipFactory(provider=brand.provider, role="manager")
    actor = actor_of(manager.user, brand.provider)
    now = timezone.localtime().strftime("%Y-%m-%d %H:%M:%S")
    record_consents(
        actor=actor, brand=brand, entries=[Entry("ali@firma.example", "EPOSTA", "ONAY", "HS_WEB", "BIREYSEL", now)]
    )
    text = f"recipient,type,status,source,consentDate\nveli@firma.example,EPOSTA,ONAY,HS_WEB,{now}\n"
    item = imports.upload_paste(actor=actor, brand=brand, text=text)
    event = ConsentEvent.objects.get()
    scan = keep_file(actor=actor, brand=brand, file=BytesIO(pdf()), name="form.pdf")
    other = MembershipFactory(provider=brand.provider, role="viewer")
    draft = create_draft(
        actor=actor, brand=brand, channels=[3], title="Üyelik", text="Metin", valid_from=timezone.localdate()
    )
    keep_logo(actor=actor, brand=brand, file=BytesIO(picture()))
    day_file = DayFile.objects.create(
        brand=brand, day=timezone.localdate(), rows=1, size=1, sha384="0" * 96, first_sha384="0" * 96,
        file="day_files/0", made_at=timezone.now(), first_event=1, last_event=1,
    )  # fmt: skip
    return {
        "brand": brand,
        "manager": manager.user,
        "query": ask(
            actor=actor,
            brand=brand,
            channel=Channel.EPOSTA,
            recipient_type=RecipientType.BIREYSEL,
            addresses=["ali@firma.example"],
        ).public_id,
        "event": event.event_id,
        "import": item.public_id,
        "scan": scan.pk,
        "text": draft.pk,
        "page": a_page(actor, brand).public_id,
        "message": create_message(
            actor=actor,
            brand=brand,
            channel=3,
            subject="Kampanya",
            text="Metin",
            planned_at=timezone.now() + DAY,
            html="<p>Metin</p>",
        ).public_id,
        "document": issue_evidence(actor=actor, event_id=event.event_id, whole=False, now=timezone.now()).public_id,
        "day_file": day_file.pk,
        "export": a_file(actor).public_id,
        "member": other.pk,
        "dealer": RetailerFactory(brand=brand).pk,
        "key": make_key(actor=actor, name="Deneme", scopes=["query"]).key.public_id,
        "request": ask_sub_brand(
            actor=actor, name="Alt", files=[("a.pdf", BytesIO(pdf()))], now=timezone.now()
        ).public_id,
        "grant": IntegratorGrantFactory(brand=brand),
    }


def a_page(actor: Any, brand: Brand) -> ConsentPage:
    """A consent page of the brand."""
    draft = create_draft(
        actor=actor, brand=brand, channels=[3], title="Sayfa", text=page_words(brand), valid_from=timezone.localdate()
    )
    text = publish(actor=actor, text_id=draft.pk, ticked=[check.name for check in BY_PERSON])
    return create_page(actor=actor, text=text, channels=[3], languages=["tr"], title="Haberler")


def page_words(brand: Brand) -> str:
    return (
        f"{brand.name} bana e-posta yoluyla ticari elektronik ileti gönderebilir; onay veriyorum. "
        "Dilediğim zaman, gerekçe göstermeden reddedebilirim."
    )


def address(name: str, filled: dict[str, Any]) -> str:
    if name in ("consents:evidence_file", "consents:evidence_preview"):
        return reverse(name, args=[filled["scan"]])
    if name.startswith("documents:"):
        return reverse(name, args=[filled["document"]])
    if name.startswith(("consents:detail", "consents:refuse", "consents:proof", "consents:evidence_complete")):
        return reverse(name, args=[filled["event"]])
    if name.startswith("consents:export_"):
        return reverse(name, args=[filled["export"]])
    if name == "consents:day_file":
        return reverse(name, args=[filled["day_file"]])
    if name.startswith("consents:page"):
        return reverse(name, args=[filled["page"], *(["svg"] if name.endswith("qr") else [])])
    if name.startswith("consents:text"):
        return reverse(name, args=[filled["text"]])
    if name.startswith("providers:invitation"):
        return reverse(name, args=[uuid.uuid4()])
    if name.startswith("providers:request"):
        return reverse(name, args=[filled["request"]])
    if name.startswith("providers:brand"):
        return reverse(name, args=[filled["brand"].brand_code])
    if name.startswith("providers:dealer"):
        return reverse(name, args=[filled["dealer"]])
    if name == "providers:key-revoke":
        return reverse(name, args=[filled["key"]])
    if name == "providers:grant-revoke":
        return reverse(name, args=[filled["grant"].public_id])
    if name in ("dashboard:integrator_acts", "providers:grants-revoke"):
        return reverse(name, args=[filled["grant"].integrator.public_id])
    if name.startswith("providers:member"):
        return reverse(name, args=[filled["member"]])
    if name.startswith("consents:query"):
        return reverse(name, args=[filled["query"], *(["csv"] if name.endswith(("download", "export")) else [])])
    if name == "consents:message_download":
        return reverse(name, args=[filled["message"], "allowed"])
    if name == "consents:message_export":
        return reverse(name, args=[filled["message"], "csv"])
    if name.startswith("consents:message"):
        return reverse(name, args=[filled["message"]])
    if name == "consents:import_download":
        return reverse(name, args=[filled["import"], "result.csv"])
    return reverse(name, args=[filled["import"]])


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_r_a1_another_providers_object_is_not_found(filled: dict[str, Any], name: str) -> None:
    stranger = browser_in_role("manager", BrandFactory(is_main=True))
    ask = stranger.get if OBJECTS[name] == "GET" else stranger.post
    before = ConsentEvent.objects.count()
    assert ask(address(name, filled)).status_code == 404
    assert ConsentEvent.objects.count() == before


@pytest.mark.parametrize("name", sorted(OBJECTS))
def test_r_p12_an_integrator_without_grants_there_finds_nothing(filled: dict[str, Any], name: str) -> None:
    """The one of the provider's other brand: what is not opened is not there, or not its to do."""
    stranger = browser_of(integrator_of(BrandFactory(provider=filled["brand"].provider)).user, filled["brand"])
    ask = stranger.get if OBJECTS[name] == "GET" else stranger.post
    before = ConsentEvent.objects.count()
    answer = ask(address(name, filled))
    assert answer.status_code in ((404,) if name.startswith(("consents:detail", "consents:import")) else (403, 404))
    assert ConsentEvent.objects.count() == before


@pytest.mark.django_db
@pytest.mark.parametrize("role", [*PROVIDER_ROLES, "reviewer", "complaint_officer", "auditor"])
def test_r_p12_the_register_is_kept_by_registry_admins_alone(role: str) -> None:
    brand, person = BrandFactory(is_main=True), IntegratorPersonFactory()
    client = browser_in_role(role, brand)
    for name, method in OF_REGISTER.items():
        more: list[Any] = []
        if "invitation-" in name:
            more = [uuid.uuid4()]
        elif name.endswith(("person-end", "move")):
            more = [person.pk] if name.endswith("end") else ["suspend"]
        url = reverse(name, args=[person.integrator.public_id, *more])
        reads = method == "GET" and role in STAFF_ROLES
        assert (client.get if method == "GET" else client.post)(url).status_code == (200 if reads else 403), name
    person.refresh_from_db()
    assert (person.ended_at, person.integrator.state) == (None, "active")


def a_passkey(citizen: User) -> Authenticator:
    data = {"name": "Telefon", "credential": {}}
    return Authenticator.objects.create(user=citizen, type=Authenticator.Type.WEBAUTHN, data=data)


def own_address(name: str, filled: dict[str, Any], citizen: User) -> str:
    numbers = {
        "consents:own-channel": filled["event"],
        "consents:own-denied": filled["event"],
        "consents:own-everywhere": "EPOSTA",
        "consents:own-give": filled["brand"].pk,
        "consents:own-never": filled["brand"].pk,
        "consents:own-brand": filled["brand"].pk,
        "consents:own-address": citizen.addresses.get().pk,
        "consents:own-newly-mine": citizen.addresses.get().pk,
        "accounts:own-address-remove": citizen.addresses.get().pk,
        "accounts:own-passkey": a_passkey(citizen).pk,
        "accounts:own-passkey-remove": a_passkey(citizen).pk,
        "consents:own-evidence": filled["event"],
        "consents:own-receipt": filled["event"],
    }
    if name == "consents:own-data-file":
        return reverse(name, args=[start_own_data(actor=actor_for(citizen)).public_id, "json"])
    if name.startswith("consents:own-wish"):
        (wish,) = begin_wish(actor=actor_of(citizen), wanted=Wanted(WishKind.PAUSE, days=7))
        return reverse(name, args=[wish.made_together])
    return reverse(name, args=[numbers[name]] if name in numbers else [])


@pytest.mark.parametrize("name", sorted(OF_ANY_BRAND))
def test_a_brand_and_me_is_every_citizens_and_nobody_elses_page(filled: dict[str, Any], name: str) -> None:
    url = reverse(name, args=[filled["brand"].pk])
    citizen = browser_of(a_citizen("veli@firma.example"))
    answer = citizen.get(url)
    assert answer.status_code == 200
    assert b"ali@firma.example" not in (answer.getvalue() if answer.streaming else answer.content)
    assert citizen.post(url).status_code == 405
    for role in ("manager", "admin"):
        assert browser_in_role(role, filled["brand"]).get(url).status_code == 403
    assert Client().get(url).status_code == 302


@pytest.mark.parametrize("name", sorted(OWN_OBJECTS | OWN_ACTS))
def test_r_a1_own_rows_are_the_citizens_alone(filled: dict[str, Any], name: str) -> None:
    url = own_address(name, filled, a_citizen("ali@firma.example"))
    before = ConsentEvent.objects.count()
    if name in OWN_OBJECTS:
        stranger = browser_of(a_citizen("veli@firma.example"))
        assert stranger.post(url, {"name": "x"}).status_code == 404
    for role in ("manager", "admin"):
        assert browser_in_role(role, filled["brand"]).post(url).status_code == 403
    assert Client().post(url).status_code == 302
    assert ConsentEvent.objects.count() == before


@pytest.mark.parametrize("name", sorted(OWN_OBJECTS | OWN_ACTS))
def test_own_acts_are_made_by_post_only(filled: dict[str, Any], name: str) -> None:
    citizen = a_citizen("ali@firma.example")
    assert browser_of(citizen).get(own_address(name, filled, citizen)).status_code == 405


def complaint_address(name: str, complaint: Complaint) -> str:
    return reverse(name, args=[complaint.public_id, *(["ileti"] if name.endswith("step") else [])])


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(OF_COMPLAINT))
def test_r_a1_a_complaint_is_its_citizens_alone(name: str) -> None:
    citizen, brand = a_citizen("ali@firma.example"), BrandFactory(is_main=True)
    complaint = start_draft(actor=actor_of(citizen), language="tr")
    url, gets = complaint_address(name, complaint), OF_COMPLAINT[name] == "GET"
    stranger = browser_of(a_citizen("veli@firma.example"))
    assert (stranger.get if gets else stranger.post)(url).status_code == 404
    for role in (*PROVIDER_ROLES, *STAFF_ROLES):
        client = browser_in_role(role, brand)
        assert (client.get if gets else client.post)(url).status_code == 403, role
    assert Client().get(url).status_code == 302
    assert browser_of(citizen).get(url).status_code in ((200, 302) if gets else (405,))
    assert Complaint.objects.get().state == "draft"


@pytest.mark.parametrize("name", sorted(name for name, method in OBJECTS.items() if method == "POST"))
def test_changes_are_made_by_post_only(filled: dict[str, Any], name: str) -> None:
    client = browser_of(filled["manager"], filled["brand"])
    assert client.get(address(name, filled)).status_code in (405, 302)


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(filled: dict[str, Any], method: str) -> None:
    client = browser_of(filled["manager"], filled["brand"])
    citizen = browser_of(a_citizen("ali@firma.example"))
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITING.match(sql)) and found[2] not in NOTED:
            written.append(sql[:120])
        return execute(sql, params, many, context)

    urls = [reverse(name) for name in PAGES] + [address(name, filled) for name, how in OBJECTS.items() if how == "GET"]
    with connection.execute_wrapper(watch):
        for url in urls:
            if method == "head" and url.endswith(("/logo/", "/belge/")):
                continue  # the test client drops the open file unclosed
            answer = getattr(client, method)(url)
            if answer.streaming:
                assert b"".join(answer.streaming_content)  # and closes the file
            assert answer.status_code in (200, 204, 302, 403, 405), url
        for name in sorted(name for name, allowed in PAGES.items() if allowed == {CITIZEN}):
            assert getattr(citizen, method)(reverse(name)).status_code == 200
        assert getattr(citizen, method)(reverse("consents:own-one", args=[filled["brand"].pk])).status_code == 200
        assert getattr(citizen, method)(reverse("consents:own-wishes") + "?wish=PAUSE-7").status_code == 200
    assert not written


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["", *sorted({*EVERYBODY, CITIZEN})])
def test_the_door_to_applications_is_open_to_everybody(role: str) -> None:
    client = browser_in_role(role, BrandFactory(is_main=True)) if role else Client()
    for name, status in OPEN_PAGES.items():
        args = ["legal_entity"] if name.endswith("checklist") else []
        assert client.get(reverse(name, args=args)).status_code == status, name


@pytest.fixture
def application(db: None) -> Application:
    row = ApplicationFactory()
    brand = row.brands.create(name="Deneme")
    actor = applicant_of(row)
    add_document(application=row, actor=actor, kind="gazette", files=[("a.pdf", BytesIO(pdf()))])
    row.brand_pk = brand.pk
    row.signed_id = signed_agreement(row).public_id
    return row


def application_address(name: str, row: Application) -> str:
    more: dict[str, list[Any]] = {
        "step": ["sirket"],
        "document": [row.documents.get().public_id],
        "document-page": [row.documents.get().public_id, 1],
        "document-remove": [row.documents.get().public_id],
        "brand-remove": [row.brand_pk],
        "agreement-file": [row.signed_id],
    }
    return reverse(name, args=[row.public_id, *more.get(name.partition("application-")[2], [])])


@pytest.mark.parametrize("role", ["", *sorted({*EVERYBODY, CITIZEN})])
def test_r_a1_an_application_is_nobodys_without_its_link(application: Application, role: str) -> None:
    client = browser_in_role(role, BrandFactory(is_main=True)) if role else Client()
    for name, method in OF_APPLICATION.items():
        ask = client.get if method == "GET" else client.post
        assert ask(application_address(name, application)).status_code == 404, name
    application.refresh_from_db()
    assert application.state == "draft"


def test_an_application_is_looked_at_by_get_and_changed_by_post_only(application: Application) -> None:
    client = Client()
    session = client.session
    session[HELD] = [str(application.public_id)]
    session.save()
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITING.match(sql)) and found[2] not in NOTED:
            written.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        for name, method in OF_APPLICATION.items():
            expected = 200 if method == "GET" else 405
            for ask in (client.get, client.head):
                if name.endswith(("-document", "-agreement", "-agreement-file")) and ask == client.head:
                    continue  # the test client drops the open file unclosed
                answer = ask(application_address(name, application))
                if answer.streaming:
                    assert b"".join(answer.streaming_content)  # and closes the file
                assert answer.status_code == expected, name
    assert not written
