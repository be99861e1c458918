"""The audit trail (R-A3): filters, paging by key, sentences, export; who read a person's data."""

import ast
import csv
import io
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from consents.models import Consent, ConsentEvent
from consents.opaque import fingerprint
from iys_portal.core import audit
from iys_portal.core.actors import SYSTEM, Actor, ActorKind
from iys_portal.core.models import AuditEntry
from iys_portal.dashboard import audit_selectors, audit_words
from iys_portal.dashboard.audit_selectors import Trail, trail_page
from providers.models import Brand
from tests.consents.panel.conftest import brand, officer, panel, record
from tests.factories import ProviderFactory, UserFactory, actor_of
from tests.urls.steps import browser_of

__all__ = ["brand", "officer", "panel", "record"]

ROOT = Path(__file__).resolve().parents[2]
ADDRESS = "ayse@firma.example"
URL = "/denetim/"
Record = Callable[..., Consent]


def note(verb: str = "brand.changed", *, actor: Actor = SYSTEM, at: datetime | None = None, **more: Any) -> AuditEntry:
    with time_machine.travel(at or timezone.now(), tick=False):
        return audit.record(verb, more.pop("target", ("providers.brand", "7")), actor=actor, **more)


def numbers(response: Any) -> list[str]:
    return [row.number for row in response.context["rows"]]


def acts_about(verbs: str) -> int:
    return AuditEntry.objects.filter(verb__startswith=verbs).count()


# --- words


def recorded_verbs() -> Iterator[tuple[str, str]]:
    """Every verb that the sources hand to the audit log: (verb, file)."""
    shape = re.compile(r"^[a-z_]+\.[a-z_]+$")
    for folder in ("iys_portal", "consents", "providers", "complaints"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for part in _places(node):
                    for leaf in ast.walk(part):
                        if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str) and shape.match(leaf.value):
                            yield leaf.value, str(path.relative_to(ROOT))


def _places(node: ast.AST) -> list[ast.AST]:
    """Where a verb may stand: a recorder's first argument, `verb=…`, its default, an attribute, a transition."""
    if isinstance(node, ast.Call):
        name = getattr(node.func, "attr", getattr(node.func, "id", ""))
        places: list[ast.AST] = [word.value for word in node.keywords if word.arg == "verb"]
        if name in ("record", "record_many", "_record", "_note", "note"):
            places += node.args[:1]
        if name == "Transition":
            places += node.args[4:5]
        return places
    if isinstance(node, ast.arguments):
        defaults = zip(node.kwonlyargs, node.kw_defaults, strict=True)
        return [default for argument, default in defaults if argument.arg == "verb" and default is not None]
    if isinstance(node, ast.Assign) and any(getattr(target, "id", "") == "verb" for target in node.targets):
        return [node.value]
    return []


def test_r_a3_every_verb_that_the_code_records_has_a_sentence() -> None:
    found = dict(recorded_verbs())
    assert {"consent.read", "import.apply", "provider.suspended", "holiday.removed", "user.password_set"} <= set(found)
    missing = {verb: file for verb, file in found.items() if verb not in audit_words.ACTS}
    assert not missing, "give these verbs a sentence in iys_portal/dashboard/audit_words.py"


def test_no_sentence_stands_for_a_verb_that_nothing_records() -> None:
    assert set(audit_words.ACTS) <= {verb for verb, _file in recorded_verbs()}


@pytest.mark.parametrize("language", ["tr", "en"])
def test_every_sentence_can_be_filled_in(language: str) -> None:
    for verb in audit_words.ACTS:
        entry = AuditEntry(verb=verb, actor_kind=1, actor_name="Ali %d", target_name="100% Ad", target_id="5")
        with translation.override(language):
            sentence = audit_words.sentence_of(entry)
        assert "%(" not in sentence
        assert sentence


def test_every_kind_of_object_that_has_a_word_is_one_that_there_is() -> None:
    without_rows = {
        "consents.search", "consents.export", "consents.report", "complaints.statistics", "core.backup",
        "core.settings",
    }  # fmt: skip
    models = {model._meta.label_lower for model in apps.get_models()}
    assert set(audit_words.OBJECTS) - models == without_rows


@pytest.mark.parametrize("kind", ["complaints.complaint", "providers.application", "consents.message"])
def test_r_a3_the_trail_is_narrowed_to_an_object_by_its_word(desk: Client, kind: str) -> None:
    entry, other = note(target=(kind, "5")), note()
    row = next(row for row in desk.get(URL).context["rows"] if row.number == str(entry.pk))
    assert "." not in str(row.object)
    found = numbers(desk.get(f"{URL}?{row.same_object}"))
    assert str(entry.pk) in found
    assert str(other.pk) not in found


def test_an_unknown_verb_is_shown_as_it_was_recorded() -> None:
    entry = AuditEntry(verb="old.forgotten", actor_kind=1, actor_name="Ali", target_id="5")
    assert audit_words.sentence_of(entry) == "Ali: old.forgotten"
    assert audit_words.group_of(entry) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "—"),
        ("", "—"),
        ([], "—"),
        ({}, "—"),
        (3, "3"),
        (["a", "b"], "a, b"),
        ({"zz": [1, {"yy": None}]}, "zz: 1, yy: —"),
    ],
)
def test_stored_values_become_words(value: object, words: str) -> None:
    assert audit_words.value_of(value) == words
    with translation.override("en"):
        assert audit_words.value_of({"is_active": True}) == "Active: yes"


# --- the trail


def test_r_a3_the_trail_tells_each_act_as_a_sentence_with_what_changed(desk: Client, brand: Brand) -> None:
    actor = actor_of(UserFactory(full_name="Deneme Ayşe", staff_roles=["admin"]))
    note(actor=actor, target=brand, old={"name": "Eski Ad"}, new={"name": "Yeni Ad"})
    response = desk.get(URL)
    (row,) = response.context["rows"]
    assert "Deneme Ayşe" in row.sentence
    assert str(brand) in row.sentence
    assert [(change.before, change.after) for change in row.changes] == [("Eski Ad", "Yeni Ad")]
    assert row.provider == brand.provider.title
    page = response.content.decode()
    assert "Eski Ad" in page
    assert "brand.changed" in page


def test_each_filter_narrows_the_trail(desk: Client, as_of: datetime) -> None:
    provider = ProviderFactory()
    who = UserFactory(full_name="Deneme Veli", email="veli@ekip.example", staff_roles=["admin"])
    plain = note(at=as_of)
    theirs = note("import.upload", target=("consents.consentimport", "3"), provider_id=provider.pk, at=as_of)
    read = note("consent.read", target=("consents.consent", "12"), at=as_of + timedelta(days=1))
    hers = note(actor=actor_of(who), at=as_of + timedelta(days=2))

    def shown(**filters: str) -> set[str]:
        return set(numbers(desk.get(URL, filters)))

    assert shown() >= {str(entry.pk) for entry in (plain, read, theirs, hers)}
    assert shown(group="read") == {str(read.pk)}
    assert shown(group="import", provider=str(provider.iys_code)) == {str(theirs.pk)}
    assert shown(provider=str(provider.iys_code)) == {str(theirs.pk)}
    assert shown(object="consents.consent", number="12") == {str(read.pk)}
    assert shown(doer=f"1-{who.pk}") == {str(hers.pk)}
    day = f"{as_of + timedelta(days=1):%Y-%m-%d}"
    assert shown(since=day, until=day) == {str(read.pk)}
    assert shown(since=day) >= {str(read.pk), str(hers.pk)}
    assert str(plain.pk) not in shown(since=day)
    assert shown(until=f"{as_of - timedelta(days=3):%Y-%m-%d}") == set()


def test_no_entry_is_missed_where_clocks_differ(db: None, as_of: datetime) -> None:
    minutes = [-70, -20, -50, 0, -40, 30, -10, 45, 10, 90, 50]
    made = [note(at=as_of + timedelta(minutes=number)).pk for number in minutes]
    for low in range(-80, 100, 7):
        for high in range(low, 110, 9):
            since, before = as_of + timedelta(minutes=low), as_of + timedelta(minutes=high)
            found = trail_page(SYSTEM, Trail(since=since, before=before)).entries
            expected = [pk for pk, minute in zip(made, minutes, strict=True) if low <= minute < high]
            assert [entry.pk for entry in found] == expected[::-1]


def test_r_g4_a_name_comes_by_post_and_goes_on_as_a_number(desk: Client) -> None:
    who = UserFactory(full_name="Deneme Veli", email="veli@ekip.example")
    for text in ("veli@ekip.example", "Deneme Veli"):
        response = desk.post(URL, {"who": text, "group": "people"})
        assert response.status_code == 302
        assert response["Location"] == f"{URL}?group=people&doer=1-{who.pk}"
    UserFactory(full_name="Deneme Veli")
    for text in ("Deneme Veli", "yok@ekip.example"):
        response = desk.post(URL, {"who": text})
        assert response.status_code == 422
        assert response.context["form"].errors["who"]


def test_r_p12_every_act_of_an_integrators_person_is_found_by_the_link_of_one(desk: Client) -> None:
    person = Actor(kind=ActorKind.INTEGRATOR, id=7, name="Kurgu Entegratör")
    theirs, other = note(actor=person), note()
    row = next(row for row in desk.get(URL).context["rows"] if row.number == str(theirs.pk))
    found = numbers(desk.get(f"{URL}?{row.same_person}"))
    assert str(theirs.pk) in found
    assert str(other.pk) not in found


def test_filters_that_say_nothing_are_dropped(desk: Client) -> None:
    entry = note()
    filters = {"group": "x", "provider": "999999999", "since": "dün", "doer": "1;2", "older": "abc", "newer": "9" * 30}
    assert str(entry.pk) in numbers(desk.get(URL, filters))


@pytest.mark.parametrize("filters", [Trail(), Trail(group="provider"), Trail(group="provider", target_id="7")])
def test_pages_lose_and_repeat_nothing_in_both_directions(
    db: None, monkeypatch: pytest.MonkeyPatch, filters: Trail
) -> None:
    monkeypatch.setattr(audit_selectors, "PAGE", 3)
    made = [note("brand.changed" if number % 2 else "provider.changed").pk for number in range(8)][::-1]
    pages = [trail_page(SYSTEM, filters)]
    while pages[-1].older:
        pages.append(trail_page(SYSTEM, filters, older_than=pages[-1].older))
    assert [[entry.pk for entry in page.entries] for page in pages] == [made[:3], made[3:6], made[6:]]
    back = [pages[-1]]
    while back[-1].newer:
        back.append(trail_page(SYSTEM, filters, newer_than=back[-1].newer))
    assert [[entry.pk for entry in page.entries] for page in back] == [made[6:], made[3:6], made[:3]]


def test_the_trail_costs_the_same_queries_however_long_it_is(desk: Client) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert desk.get(URL, {"group": "provider"}).status_code == 200
        return len(queries)

    note()
    cost()  # what the first request of a process asks once
    before = cost()
    for _ in range(30):
        note("provider.changed")
    assert cost() == before


# --- export


def test_r_g3_the_trail_is_exported_as_shown_and_the_export_is_an_act(desk: Client, brand: Brand) -> None:
    note("consent.read", target=("consents.consent", "5"))
    wanted = note(target=("providers.brand", "=1+1"), new={"name": "İğne"})
    response = desk.post(f"{URL}disa-aktar/csv/?group=provider&number=%3D1%2B1")
    heading, row = csv.reader(io.StringIO(b"".join(response.streaming_content).decode()))  # type: ignore[attr-defined]
    line = dict(zip(heading, row, strict=True))
    assert (line["number"], line["verb"], line["objectNumber"]) == (str(wanted.pk), "brand.changed", "'=1+1")
    assert line["after"] == '{"name": "İğne"}'
    entry = AuditEntry.objects.get(verb="audit.exported")
    assert entry.new == {"kind": "csv", "filters": {"group": "provider", "number": "=1+1"}}


def test_a_workbook_holds_the_same_and_goes_on_in_a_next_sheet(desk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    from iys_portal.dashboard import audit_export

    monkeypatch.setattr(audit_export, "SHEET_ROWS", 3)
    monkeypatch.setattr(audit_selectors, "SLICE", 2)
    made = [note(target=("providers.brand", f"={number}")) for number in range(4)]
    content = b"".join(desk.post(f"{URL}disa-aktar/xlsx/?group=provider").streaming_content)  # type: ignore[attr-defined]
    book = openpyxl.load_workbook(io.BytesIO(content))
    lines = [[cell.value for cell in row] for sheet in book for row in sheet]
    assert lines[0] == list(audit_export.COLUMNS)
    assert [line[0] for line in lines[1:]] == [str(entry.pk) for entry in reversed(made)]
    assert lines[1][9] == "=3"


def test_an_export_is_made_by_post_for_a_known_kind_only(desk: Client, panel: Client) -> None:
    assert desk.get(f"{URL}disa-aktar/csv/").status_code == 405
    assert desk.post(f"{URL}disa-aktar/pdf/").status_code == 404
    assert panel.post(f"{URL}disa-aktar/csv/").status_code == 403
    assert not AuditEntry.objects.filter(verb="audit.exported").exists()


# --- a person


def ask(desk: Client, text: str) -> Any:
    response = desk.post(f"{URL}kisi/", {"q": text})
    assert response.status_code == 302, response.context["form"].errors
    assert ADDRESS not in response["Location"]
    return desk.get(response["Location"])


def test_r_a3_who_read_a_persons_data_is_found_by_address_and_by_event(
    desk: Client, panel: Client, record: Record
) -> None:
    first = record(ADDRESS, minutes=50).event_id
    last = record(ADDRESS, minutes=40, status="RET").event_id
    record("baska@firma.example")
    panel.get(f"/izinler/{first}/")
    panel.get(f"/izinler/{last}/")
    panel.get(f"/izinler/{record('baska@firma.example', minutes=1).event_id}/")
    desk.post("/izinler/", {"q": ADDRESS})
    expected = {"consent.read", "consent.searched", "audit.person_read"}
    for text in (ADDRESS, f" {ADDRESS.upper()} ", str(last), f"#{first}"):
        response = ask(desk, text)
        rows = response.context["rows"]
        assert {row.verb for row in rows} == expected
        assert {row.object_number for row in rows} == {str(first), str(last), fingerprint(ADDRESS)}
        page = response.content.decode()
        assert ADDRESS not in page
        assert response.context["address"] == "a***@firma.example"


def test_r_g4_the_look_up_is_recorded_by_keyed_hash_only(desk: Client, record: Record) -> None:
    record(ADDRESS)
    ask(desk, ADDRESS)
    entry = AuditEntry.objects.get(verb="audit.person_read")
    assert (entry.target_type, entry.target_id) == ("consents.search", fingerprint(ADDRESS))
    assert ADDRESS not in str(list(AuditEntry.objects.values()))


def test_every_act_on_the_persons_records_can_be_shown(desk: Client, record: Record) -> None:
    event = record(ADDRESS).event_id
    note("consent.refused_by_recipient", target=("consents.consent", str(event)))
    response = ask(desk, ADDRESS)
    assert "consent.refused_by_recipient" not in {row.verb for row in response.context["rows"]}
    everything = desk.get(f"{URL}kisi/{response.context['all_url']}")
    assert "consent.refused_by_recipient" in {row.verb for row in everything.context["rows"]}


@pytest.mark.parametrize("text", ["", "bozuk", "12345678901234", "ad@"])
def test_what_is_no_address_and_no_event_is_refused_and_not_recorded(desk: Client, text: str) -> None:
    before = acts_about("audit.")
    assert desk.post(f"{URL}kisi/", {"q": text}).status_code == 422
    assert acts_about("audit.") == before == 0


def test_a_link_of_somebody_else_is_worth_nothing(desk: Client, record: Record) -> None:
    record(ADDRESS)
    link = desk.post(f"{URL}kisi/", {"q": ADDRESS})["Location"]
    other = browser_of(UserFactory(staff_roles=["auditor"]))
    response = other.get(link)
    assert response.context["rows"] is None
    assert response.context["expired"]
    assert not AuditEntry.objects.filter(verb="audit.person_read").exists()


def test_r_a3_only_the_auditor_and_the_admin_see_these_pages(panel: Client, record: Record) -> None:
    record(ADDRESS)
    for path in ("", "kisi/", "gecerli/"):
        assert panel.get(f"{URL}{path}").status_code == 403
    assert panel.post(f"{URL}kisi/", {"q": ADDRESS}).status_code == 403
    assert ConsentEvent.objects.count() == 1
    assert acts_about("audit.") == 0
