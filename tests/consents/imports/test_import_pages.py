"""The way of a file through its pages, for a provider's officer and for the registry."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from consents.models import ConsentEvent, ConsentImport, ImportProblem
from consents.services import imports
from consents.states import ImportState
from iys_portal.core.models import AuditEntry, Job, OutboxMessage
from tests.consents.imports.conftest import Panel, body
from tests.factories import BrandFactory, MembershipFactory, ProviderFactory, UserFactory

HEAD = "Alıcı;Kanal;Durum;Kaynak;Tarih;Ad Soyad\n"
GOOD = "ayse@firma.example;E-posta;Onay;HS_WEB;24.11.2026 10:00;Ayşe Deneme\n"
BAD = "bozuk@;E-posta;Onay;HS_WEB;24.11.2026 10:00;Bora Deneme\n"
LIST = (HEAD + GOOD + BAD).encode()


def test_from_upload_to_undo(panel: Panel, now) -> None:
    assert panel.upload(LIST).url == panel.url("import_columns")
    page = body(panel.get("import_columns"))
    assert "Ad Soyad" in page and "ayse@firma.example" in page
    assert panel.columns().url == panel.url("import")
    item = panel.item()
    assert (item.state, item.check_job.state) == ("checking", "queued")
    assert panel.url("import_progress") in body(panel.get("import"))
    panel.run("check")
    assert ConsentEvent.objects.count() == 0
    page = body(panel.get("import"))
    assert "H120" in page and "bozuk@" in page
    assert panel.get("import").context["report"].written == 1

    assert panel.post("import_apply").url == panel.url("import")
    panel.run("apply")
    assert ConsentEvent.objects.count() == 1
    assert "undo" in panel.get("import").context["acts"]

    panel.post("import_undo", **{"undo-reason": "Yanlış dosya"})
    item = panel.run("undo")
    assert item.state == "undone" and item.undo_reason == "Yanlış dosya"
    assert panel.get("import").context["undone"].undone == 1
    verbs = set(AuditEntry.objects.filter(target_id=str(item.pk)).values_list("verb", flat=True))
    assert {"import.upload", "import.apply", "import.applied", "import.undo", "import.undone"} <= verbs


def test_r_c19_ignored_columns_are_named(panel: Panel) -> None:
    panel.upload(LIST)
    assert panel.get("import_columns").context["ignored"] == ["Ad Soyad"]


def test_missing_columns_are_asked_for_and_the_status_never_assumed(panel: Panel) -> None:
    panel.upload(b"Telefon / E-posta;Kanal;Durum\nayse@firma.example;E-posta;Onay\n")
    response = panel.columns()
    form = response.context["form"]
    assert response.status_code == 422 and {"source", "consent_date"} <= set(form.errors)
    assert "status" not in form.fields
    assert not Job.objects.exists()
    response = panel.columns(column_2="", source="HS_WEB", consent_date="2026-11-24T10:00")
    assert response.status_code == 422
    assert panel.item().state == "uploaded"
    assert panel.columns(column_2="status", source="HS_WEB", consent_date="2026-11-24T10:00").status_code == 302
    assert panel.item().constants == {"source": "HS_WEB", "consent_date": "2026-11-24 10:00:00"}
    panel.run("check")
    assert panel.item().dry_counts["verdicts"]["new"] == 1


def test_two_columns_for_one_thing_are_refused_in_the_mapping(panel: Panel) -> None:
    panel.upload(LIST)
    response = panel.columns(column_5="recipient")
    assert response.status_code == 422 and response.context["form"].non_field_errors()
    assert panel.item().state == "uploaded"


@pytest.mark.parametrize("changes", [{"column_0": "phone", "column_5": "email"}, {"column_5": "allow_sms"}])
def test_columns_that_do_not_go_together_are_refused(panel: Panel, changes: dict[str, str]) -> None:
    panel.upload(LIST)
    assert panel.columns(**changes).status_code == 422
    assert not Job.objects.exists()


def test_a_phone_column_beside_a_channel_is_the_recipient(panel: Panel) -> None:
    panel.upload(b"kime;kanal;durum;kaynak;tarih\n05321234567;MESAJ;ONAY;HS_WEB;24.11.2026 10:00\n")
    assert panel.columns(column_0="phone").status_code == 302
    panel.run("check")
    assert panel.item().dry_counts["verdicts"]["new"] == 1


def test_the_mapping_is_remembered_for_the_provider(panel: Panel) -> None:
    panel.upload(b"a1;b2;c3;d4;e5\nayse@firma.example;EPOSTA;1;HS_WEB;24.11.2026 10:00\n")
    first = panel.item()
    fields = dict(zip(range(5), ["recipient", "type", "status", "source", "consent_date"], strict=True))
    assert panel.columns(first, **{f"column_{n}": name for n, name in fields.items()}).status_code == 302
    panel.upload(b"c3;a1;b2;d4;e5\n1;bora@firma.example;EPOSTA;HS_WEB;24.11.2026 10:00\n")
    second = ConsentImport.objects.latest("pk")
    found = [column["field"] for column in second.layout["columns"]]
    assert found == ["status", "recipient", "type", "source", "consent_date"]


def test_wide_file_asks_what_a_no_means_and_shows_both_counts(panel: Panel, folder) -> None:
    panel.upload(folder / "wide.csv")
    response = panel.columns(source="HS_WEB")
    assert response.status_code == 422 and "wide_no" in response.context["form"].errors
    panel.columns(source="HS_WEB", wide_no="ignore")
    item = panel.run("check")
    reading = item.dry_counts["reading"]
    notes = " ".join(panel.get("import").context["report"].notes)
    assert f"{reading['yes_answers']}" in notes and f"{reading['no_answers']}" in notes
    assert item.dry_counts["verdicts"]["new"] == reading["yes_answers"]
    panel.columns(source="HS_WEB", wide_no="refusal")
    item = panel.run("check")
    assert item.dry_counts["verdicts"]["new"] == reading["yes_answers"] + reading["no_answers"]


def test_the_file_can_be_read_another_way(panel: Panel) -> None:
    panel.upload(
        "Alıcı;Kanal;Durum;Kaynak;Tarih;Açıklama\na@firma.example;E-posta;Onay;HS_WEB;24.11.2026 10:00;ş\n".encode(
            "cp1254"
        )
    )
    assert panel.item().layout["encoding"] == "cp1254"
    response = panel.post("import_columns", read_again="1", encoding="mac_turkish", delimiter=";")
    assert response.url == panel.url("import_columns")
    assert panel.item().layout["encoding"] == "mac_turkish"
    refused = panel.post("import_columns", read_again="1", encoding="utf-8", delimiter=";")
    assert refused.status_code == 422 and panel.item().layout["encoding"] == "mac_turkish"


def test_problem_rows_appear_while_the_file_is_read(panel: Panel, monkeypatch) -> None:
    panel.upload(LIST)
    panel.columns()
    item = panel.item()
    Job.objects.filter(pk=item.check_job_id).update(state="running", total=item.file_size, done=40)
    ImportProblem.objects.create(import_id=item.pk, phase=0, line=3, problem=120, column="recipient", value="bozuk@")
    page = body(panel.get("import_progress"))
    assert "bozuk@" in page and "hx-trigger" in page


def test_finished_progress_makes_the_page_load_anew(panel: Panel) -> None:
    panel.upload(LIST)
    panel.columns()
    panel.run("check")
    response = panel.client.get(panel.url("import_progress"), headers={"HX-Request": "true"})
    assert response["HX-Refresh"] == "true"


def test_running_check_can_be_stopped(panel: Panel) -> None:
    panel.upload(LIST)
    panel.columns()
    panel.post("import_cancel")
    item = panel.run("check")
    assert item.state == "uploaded" and not ImportProblem.objects.exists()
    assert panel.columns().status_code == 302


def test_broken_job_says_what_to_do(panel: Panel, monkeypatch) -> None:
    panel.upload(LIST)
    panel.columns()
    monkeypatch.setattr("consents.services.import_runs.run_chunks", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        panel.run("check")
    monkeypatch.undo()
    assert {"resume", "give_up"} <= panel.get("import").context["acts"]
    panel.post("import_resume")
    assert panel.run("check").state == "checked"


def test_broken_check_can_be_given_up(panel: Panel, monkeypatch) -> None:
    panel.upload(LIST)
    panel.columns()
    monkeypatch.setattr("consents.services.import_runs.run_chunks", lambda *a, **k: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        panel.run("check")
    panel.post("import_cancel")
    assert panel.item().state == "uploaded"


def test_discard_deletes_the_file(panel: Panel) -> None:
    panel.upload(LIST)
    path = imports.private_path(panel.item().file.name)
    assert path.exists()
    panel.post("import_discard")
    item = panel.item()
    assert (item.state, item.file.name) == ("discarded", "")
    assert "ayse@firma.example" not in str(item.layout)
    assert panel.get("import").context["acts"] == frozenset()


def test_the_same_file_before_is_said(panel: Panel, now) -> None:
    panel.upload(LIST)
    panel.columns()
    panel.run("check")
    panel.post("import_apply")
    first = panel.run("apply")
    now.shift(60)
    panel.upload(LIST)
    second = ConsentImport.objects.latest("pk")
    assert panel.get("import_columns", second).context["before"] == first


def test_undo_ends_after_a_day(panel: Panel) -> None:
    panel.upload(LIST)
    panel.columns()
    panel.run("check")
    panel.post("import_apply")
    panel.run("apply")
    ConsentImport.objects.update(applied_at=panel.moment - timedelta(hours=24, seconds=1))
    assert "undo" not in panel.get("import").context["acts"]
    panel.post("import_undo", **{"undo-reason": "Geç kaldık"})
    assert panel.item().state == ImportState.APPLIED


def test_undo_without_a_reason_is_refused(panel: Panel) -> None:
    panel.upload(LIST)
    panel.columns()
    panel.run("check")
    panel.post("import_apply")
    panel.run("apply")
    assert panel.post("import_undo", **{"undo-reason": " "}).status_code == 422
    assert panel.item().state == ImportState.APPLIED


def test_second_click_does_nothing_twice(panel: Panel) -> None:
    panel.upload(LIST)
    panel.columns()
    panel.run("check")
    panel.post("import_apply")
    assert panel.post("import_apply").status_code == 409
    assert Job.objects.count() == 2


def test_r_a1_a_stranger_gets_404_everywhere(panel: Panel, folder) -> None:
    panel.upload(LIST)
    item = panel.item()
    other = ProviderFactory()
    member = MembershipFactory(provider=other)
    stranger = Client()
    stranger.force_login(member.user, backend="allauth.account.auth_backends.AuthenticationBackend")
    session = stranger.session
    session["second_factor_given"] = True
    session.save()
    for name in ("import", "import_columns", "import_progress", "import_problems"):
        assert stranger.get(panel.url(name, item)).status_code == 404
    for act in ("check", "apply", "undo", "discard", "resume", "cancel", "columns"):
        assert stranger.post(panel.url(f"import_{act}", item)).status_code == 404
    assert stranger.post(panel.url("import_download", item, "result.csv")).status_code == 404
    assert item.file_name not in body(stranger.get(reverse("consents:imports")))
    item.refresh_from_db()
    assert item.state == "uploaded"


def test_viewer_has_no_imports(panel: Panel, sign_in) -> None:
    member = MembershipFactory(provider=panel.brand.provider, role="viewer")
    client = sign_in(member.user, panel.brand.provider)
    assert client.get(reverse("consents:imports")).status_code == 403
    assert client.get(reverse("consents:import_new")).status_code == 403


def test_changes_are_made_by_post_only(panel: Panel) -> None:
    panel.upload(LIST)
    for act in ("check", "apply", "undo", "discard", "resume", "cancel"):
        assert panel.get(f"import_{act}").status_code == 405


def test_list_is_paged_by_key(panel: Panel, now, monkeypatch) -> None:
    monkeypatch.setattr("consents.selectors.imports.PAGE", 2)
    for number in range(5):
        now.shift(1)
        panel.upload(LIST, f"liste-{number}.csv")
    page, seen = panel.client.get(reverse("consents:imports")).context["page"], []
    while True:
        seen += [item.file_name for item in page.items]
        if not page.after:
            break
        page = panel.client.get(reverse("consents:imports"), {"after": page.after}).context["page"]
    assert seen == [f"liste-{number}.csv" for number in (4, 3, 2, 1, 0)]
    back = panel.client.get(reverse("consents:imports"), {"before": page.before}).context["page"]
    assert [item.file_name for item in back.items] == ["liste-2.csv", "liste-1.csv"]


def test_registry_imports_for_a_company_whose_name_is_shown_large(registry: Panel, mailoutbox) -> None:
    address = reverse("consents:import_new")
    found = registry.client.get(address, {"ara": registry.brand.provider.title.upper()}).context["found"]
    assert registry.brand in found
    page = body(registry.client.get(address, {"marka": str(registry.brand.brand_code)}))
    assert f'<p class="company-name">{registry.brand.provider.title}</p>' in page
    about, registry.about = registry.about, {}
    assert {"reason", "reference"} <= set(registry.upload(LIST).context["form"].errors)
    assert not ConsentImport.objects.exists()
    registry.about = about
    registry.upload(LIST)
    registry.columns()
    registry.run("check")
    page = body(registry.get("import"))
    assert page.count(f'class="company-name">{registry.brand.provider.title}') == 2
    registry.post("import_apply")
    item = registry.run("apply")
    assert item.by_registry and item.reference == "2026/42"
    assert OutboxMessage.objects.filter(to=registry.brand.provider.email).count() == 1


def test_provider_reads_the_registrys_import_but_does_not_move_it(registry: Panel, sign_in) -> None:
    registry.upload(LIST)
    item = registry.item()
    member = MembershipFactory(provider=registry.brand.provider)
    client = sign_in(member.user, registry.brand.provider)
    assert client.get(registry.url("import", item)).status_code == 200
    assert client.post(registry.url("import_discard", item)).status_code == 403
    assert client.post(registry.url("import_check", item)).status_code == 403
    item.refresh_from_db()
    assert item.state == "uploaded"


def test_registry_does_not_move_a_providers_own_import(panel: Panel) -> None:
    panel.upload(LIST)
    admin = Client()
    admin.force_login(UserFactory(staff_roles=["admin"]), backend="allauth.account.auth_backends.AuthenticationBackend")
    session = admin.session
    session["second_factor_given"] = True
    session.save()
    assert admin.get(panel.url("import")).status_code == 200
    assert admin.post(panel.url("import_discard")).status_code == 403
    assert panel.item().state == "uploaded"


def test_r_g2_other_staff_see_addresses_masked(panel: Panel, sign_in) -> None:
    panel.upload((HEAD + GOOD + "a@ğ.example;E-posta;Onay;HS_WEB;24.11.2026 10:00;x\n").encode())
    panel.columns()
    panel.run("check")
    item = panel.item()
    assert "a@ğ.example" in body(panel.get("import"))
    client = sign_in(UserFactory(staff_roles=["auditor"]))
    page = body(client.get(panel.url("import", item)))
    assert "a@ğ.example" not in page and "a***@ğ.example" in page


def test_auditor_reads_and_does_nothing(panel: Panel, sign_in) -> None:
    panel.upload(LIST)
    item = panel.item()
    client = sign_in(UserFactory(staff_roles=["auditor"]))
    assert client.get(panel.url("import", item)).context["acts"] == frozenset()
    assert client.get(reverse("consents:import_new")).status_code == 403
    assert client.post(panel.url("import_discard", item)).status_code == 403
    assert client.post(panel.url("import_download", item, "result.csv")).status_code == 403


def test_admin_lists_imports_and_leads_to_the_panel(registry: Panel, sign_in) -> None:
    registry.upload(LIST)
    item = registry.item()
    listed = body(registry.client.get(reverse("admin:consents_consentimport_changelist")))
    assert item.file_name in listed and reverse("consents:import_new") in listed
    row = registry.client.get(reverse("admin:consents_consentimport_change", args=[item.pk]))
    assert row.url == registry.url("import")
    search = {"q": registry.brand.provider.title.upper(), "registry": "yes"}
    assert item.file_name in body(registry.client.get(reverse("admin:consents_consentimport_changelist"), search))
    client = sign_in(UserFactory(staff_roles=["auditor"]))
    listed = body(client.get(reverse("admin:consents_consentimport_changelist")))
    assert item.file_name in listed and reverse("consents:import_new") not in listed


def test_brand_of_a_staff_import_has_to_be_active(registry: Panel) -> None:
    idle = BrandFactory(is_active=False)
    page = registry.client.get(reverse("consents:import_new"), {"marka": str(idle.brand_code)})
    assert page.context["chosen"] is None
