"""Admin pages of providers, brands, dealers and deadlines: read-only unless a service stands behind."""

import io

import openpyxl
import pytest
from django.contrib.admin.models import LogEntry
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from consents.models import DeadlineExtension
from iys_portal.accounts.models import User
from iys_portal.core.models import AuditEntry
from providers.enums import ProviderState
from providers.models import Brand, Membership, Provider, Retailer
from tests.factories import BrandFactory, MembershipFactory, ProviderFactory, RetailerFactory, UserFactory

pytestmark = pytest.mark.django_db

MODELS = ["providers_provider", "providers_brand", "providers_retailer", "consents_deadlineextension"]


def staff_user(*roles):
    return UserFactory(staff_roles=list(roles))


@pytest.fixture
def admin(sign_in):
    return sign_in(staff_user("admin"))


@pytest.fixture
def auditor(sign_in):
    return sign_in(staff_user("auditor"))


def url(model, page, *args):
    return reverse(f"admin:{model}_{page}", args=args)


@pytest.mark.parametrize("model", [*MODELS, "providers_membership"])
def test_readers_see_lists_and_rows_but_no_form(auditor, model):
    MembershipFactory(provider=RetailerFactory().brand.provider)
    assert auditor.get(url(model, "changelist")).status_code == 200
    row = {
        "providers_provider": Provider,
        "providers_brand": Brand,
        "providers_retailer": Retailer,
        "providers_membership": Membership,
        "consents_deadlineextension": DeadlineExtension,
    }[model].objects.first()
    page = auditor.get(url(model, "change", row.pk))
    assert page.status_code == 200
    assert b'name="_save"' not in page.content
    assert auditor.get(url(model, "add")).status_code == 403
    assert auditor.post(url(model, "change", row.pk), {}).status_code == 403
    assert auditor.post(url(model, "delete", row.pk), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", MODELS)
def test_readers_export_but_do_not_import(auditor, model):
    assert auditor.get(url(model, "import")).status_code == 403
    assert auditor.post(url(model, "process_import")).status_code == 403
    assert auditor.get(url(model, "export")).status_code == 200


def test_columns_to_export_are_named_in_the_readers_language(auditor):
    page = url("providers_retailer", "export")
    assert "Bayi kodu (retailerCode)" in auditor.get(page).content.decode()
    User.objects.update(language="en")
    assert "Code (retailerCode)" in auditor.get(page).content.decode()


@pytest.mark.parametrize("model", [*MODELS, "providers_membership"])
def test_nobody_deletes(admin, model):
    RetailerFactory()
    MembershipFactory()
    row = DeadlineExtension.objects.first() if model == MODELS[3] else None
    pk = row.pk if row else 1
    assert admin.post(url(model, "delete", pk), {"post": "yes"}).status_code in (302, 403)
    assert b"delete_selected" not in admin.get(url(model, "changelist")).content


@pytest.mark.parametrize("role", ["manager", "officer", "viewer", "integrator"])
def test_providers_people_do_not_enter(sign_in, role):
    membership = MembershipFactory(role=role)
    client = sign_in(membership.user, membership.provider)
    assert client.get(url("providers_provider", "changelist")).status_code in (302, 403)


def test_a_new_provider_is_made_by_its_service(admin):
    fields = {
        "title": "Uydurma A.Ş.",
        "iys_code": "765001",
        "kind": "legal_entity",
        "mersis": "0999000000100015",
        "email": "a@uydurma.example",
        "city": "İzmir",
        "declared_consents": "10",
    }
    answer = admin.post(url("providers_provider", "add"), fields)
    provider = Provider.objects.get(iys_code=765001)
    assert answer.status_code == 302
    assert provider.brands.get().is_main
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "provider.created",
        "brand.created",
    ]
    assert not LogEntry.objects.exists()


def test_a_wrong_form_says_so_in_place(admin):
    answer = admin.post(url("providers_provider", "add"), {"title": "X", "iys_code": "1", "mersis": "12"})
    assert answer.status_code == 200
    assert {"mersis", "email", "kind"} <= set(answer.context["adminform"].form.errors)
    assert not AuditEntry.objects.exists()


def test_a_change_is_audited_with_the_signed_in_person(sign_in):
    person = staff_user("admin")
    brand = BrandFactory(name="Eski")
    client = sign_in(person)
    fields = {"name": "Yeni", "short_name": "", "double_opt_in": "on"}
    assert client.post(url("providers_brand", "change", brand.pk), fields).status_code == 302
    (entry,) = AuditEntry.objects.all()
    assert (entry.verb, entry.actor_id, entry.way) == ("brand.changed", person.pk, "web")
    assert (entry.old, entry.new) == (
        {"name": "Eski", "double_opt_in": False},
        {"name": "Yeni", "double_opt_in": True},
    )
    history = client.get(url("providers_brand", "history", brand.pk)).content.decode()
    assert "brand.changed" in history
    assert "Eski" in history
    assert person.full_name in history


def test_r_p6_an_account_is_suspended_from_its_page_with_a_reason(admin):
    provider = ProviderFactory()
    page = admin.get(url("providers_provider", "change", provider.pk)).content.decode()
    move = url("providers_provider", "move", provider.pk, "suspend")
    assert move in page
    assert url("providers_provider", "move", provider.pk, "reopen") not in page

    assert admin.get(move).status_code == 200
    assert admin.post(move, {"reason": ""}).status_code == 200
    provider.refresh_from_db()
    assert provider.state == ProviderState.ACTIVE

    assert admin.post(move, {"reason": "Karar 2026/1"}).status_code == 302
    provider.refresh_from_db()
    assert provider.state == ProviderState.SUSPENDED
    assert AuditEntry.objects.get().new == {"state": "suspended", "reason": "Karar 2026/1"}


def test_moves_are_not_offered_to_readers(auditor):
    provider = ProviderFactory()
    move = url("providers_provider", "move", provider.pk, "suspend")
    assert move not in auditor.get(url("providers_provider", "change", provider.pk)).content.decode()
    assert auditor.post(move, {"reason": "x"}).status_code in (302, 403)
    provider.refresh_from_db()
    assert provider.state == ProviderState.ACTIVE


def test_dealers_are_switched_off_by_an_action(admin):
    rows = RetailerFactory.create_batch(2)
    off = RetailerFactory(is_active=False)
    data = {"action": "deactivate", "_selected_action": [row.pk for row in (*rows, off)]}
    answer = admin.post(url("providers_retailer", "changelist"), data, follow=True)
    assert not Retailer.objects.filter(is_active=True).exists()
    assert AuditEntry.objects.filter(verb="retailer.deactivated").count() == 2
    assert len(list(answer.context["messages"])) == 2  # what was done, and the one that was off already


def test_search_finds_turkish_letters_in_any_spelling_and_lists_follow_the_alphabet(admin):
    for title in (
        "Zeytin A.Ş.",
        "Çınar A.Ş.",
        "ISPARTA Gıda",
        "İzmir Gıda",
        "Cam A.Ş.",
        "Şeker A.Ş.",
        "Sebze A.Ş.",
    ):
        ProviderFactory(title=title)
    page = admin.get(url("providers_provider", "changelist"))
    shown = [provider.title.split()[0] for provider in page.context["cl"].result_list]
    assert shown == ["Cam", "Çınar", "ISPARTA", "İzmir", "Sebze", "Şeker", "Zeytin"]
    for term, found in (
        ("cinar", "Çınar"),
        ("ısparta gida", "ISPARTA"),
        ("IZMIR", "İzmir"),
        ("seker", "Şeker"),
    ):
        page = admin.get(url("providers_provider", "changelist"), {"q": term})
        assert [provider.title.split()[0] for provider in page.context["cl"].result_list] == [found], term


def upload(client, model, content, name="dosya.csv", number="0"):
    file = SimpleUploadedFile(name, content)
    return client.post(url(model, "import"), {"import_file": file, "format": number, "resource": "0"})


def test_a_file_is_previewed_then_confirmed_once(admin, settings):
    brand = BrandFactory()
    content = f"Marka no;Bayi kodu;Bayi\n{brand.brand_code};B1;Bir\n".encode()
    preview = upload(admin, "providers_retailer", content)
    assert not Retailer.objects.exists()
    form = preview.context["confirm_form"]
    data = {name: form.initial[name] for name in form.fields}

    confirm = url("providers_retailer", "process_import")
    assert admin.post(confirm, data).status_code == 302
    assert Retailer.objects.get().name == "Bir"
    (entry,) = AuditEntry.objects.all()
    assert (entry.verb, entry.way) == ("retailer.created", "import")

    again = admin.post(confirm, data)
    assert again.status_code == 409
    assert Retailer.objects.count() == 1
    assert not [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]
    assert not LogEntry.objects.exists()


def test_what_changed_between_preview_and_confirmation_is_said(admin):
    brand = BrandFactory()
    content = f"brandCode,retailerCode,name\n{brand.brand_code},B1,Bir\n".encode()
    form = upload(admin, "providers_retailer", content).context["confirm_form"]
    Brand.objects.filter(pk=brand.pk).update(brand_code=1)
    data = {name: form.initial[name] for name in form.fields}
    answer = admin.post(url("providers_retailer", "process_import"), data, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["error"]
    assert not Retailer.objects.exists()


@pytest.mark.parametrize(
    "content, name, number",
    [
        (b"%PDF-1.4", "a.csv", "0"),
        (b"brandCode,name\n", "a.xlsx", "1"),
        (b"", "a.csv", "0"),
        (b"\xd0\xcf\x11\xe0abc", "a.xlsx", "1"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_its_content(admin, content, name, number, settings):
    answer = upload(admin, "providers_retailer", content, name=name, number=number)
    assert answer.status_code == 200
    assert answer.context["form"].errors["import_file"]
    assert not [path for path in settings.PRIVATE_ROOT.rglob("*") if path.is_file()]


def test_another_file_of_the_server_is_not_opened(admin):
    data = {"import_file_name": "passwd", "original_file_name": "a.csv", "format": "0", "resource": "0"}
    assert admin.post(url("providers_retailer", "process_import"), data).status_code == 404


def test_r_g3_exports_follow_the_filter_and_are_on_record(auditor):
    RetailerFactory(name="Açık", code="1")
    RetailerFactory(name="Kapalı", code="2", is_active=False)
    fields = {f"retailerresource_{name}": "on" for name in ("brand", "code", "name", "city", "is_active")}
    query = url("providers_retailer", "export") + "?is_active__exact=1"
    answer = auditor.post(query, {"format": "1", "resource": "0", **fields})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    assert [row[2] for row in sheet.iter_rows(values_only=True)] == ["name", "Açık"]
    assert AuditEntry.objects.get(verb="reference.exported").new == {"rows": 1}


def test_r_d2_a_deadline_is_announced_corrected_and_never_moved(admin):
    fields = {
        "announced_on": "01.11.2026",
        "until": "31.12.2026",
        "check_until": "31.01.2027",
        "size_class": "large",
        "reference": "Duyuru 2026/1",
    }
    answer = admin.post(url("consents_deadlineextension", "add"), fields)
    assert answer.status_code == 302, answer.context["adminform"].form.errors
    deadline = DeadlineExtension.objects.latest("pk")
    assert AuditEntry.objects.get().verb == "deadline.announced"

    changed = fields | {"announced_on": "02.11.2026", "until": "31.12.2027"}
    admin.post(url("consents_deadlineextension", "change", deadline.pk), changed)
    deadline.refresh_from_db()
    assert (deadline.announced_on.day, deadline.until.year) == (2, 2026)
    entry = AuditEntry.objects.latest("id")
    assert (entry.verb, entry.new) == ("deadline.corrected", {"announced_on": "2026-11-02"})
