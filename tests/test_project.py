"""What holds for the whole code base, not for one module."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.apps import apps
from django.db import connection

from iys_portal.core.database import append_only_tables
from tests.databases import ROOT

APPS = ("iys_portal", "providers", "consents", "complaints")
WRITES = {"save", "create", "update", "delete", "bulk_create", "bulk_update", "get_or_create", "update_or_create"}
# Where rows may be written: services, the engine, and the kernel's own helpers.
WRITERS = re.compile(
    r"(services|engine|migrations|management|bench)/|(services|jobs|outbox|audit|documents|demo)\.py$|receivers\.py$"
)


def sources() -> Iterator[Path]:
    for app in APPS:
        yield from (path for path in (ROOT / app).rglob("*.py"))


def writes_of(path: Path) -> Iterator[int]:
    """Lines that write rows: `….objects.….create(…)`, or `.save()` and `.delete()` of an object."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in WRITES:
            target = ast.unparse(node.func.value)
            if ".objects" in target or (node.func.attr in {"save", "delete"} and target not in {"super()", "form"}):
                yield node.lineno


def test_services_are_the_only_writers() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in sources()
        if not WRITERS.search(str(path.relative_to(ROOT)))
        for line in writes_of(path)
    ]
    # The manager that hashes a password; library hooks that save what they were given; files, not rows.
    allowed = {
        "iys_portal/accounts/models.py",
        "iys_portal/accounts/adapter.py",
        "iys_portal/core/import_storage.py",
        "iys_portal/core/strays.py",  # files that no row names
        "iys_portal/core/uploads.py",
        "consents/views/consent_pages.py",  # a picture of a QR code
    }
    assert not [place for place in found if place.partition(":")[0] not in allowed]


@pytest.mark.django_db
def test_r_l1_every_append_only_table_has_its_trigger() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        guarded = {row[0] for row in cursor.fetchall()}
    assert guarded >= set(append_only_tables())
    assert append_only_tables()


def test_a_moment_and_its_person_move_together() -> None:
    """`…_by` beside `…_at` is held by a constraint that names both."""
    for model in apps.get_models():
        if model.__module__.split(".")[0] not in APPS:
            continue
        names = {field.name for field in model._meta.get_fields()}
        for name in names:
            if name.endswith("_by") and f"{name.removesuffix('_by')}_at" in names:
                said = " ".join(str(constraint.deconstruct()) for constraint in model._meta.constraints)
                assert name in said, f"{model.__name__}.{name}"


# Mails are no pages: no policy guards them, and mail programs know only styles that stand in the tags.
PAGES = [path for path in sorted((ROOT / "templates").rglob("*.html")) if path.parent.name != "mail"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_templates_bring_no_inline_code(path: Path) -> None:
    text = re.sub(r"{% comment %}.*?{% endcomment %}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    assert not re.search(r"<[^>]+\sstyle=", text)
    assert not re.search(r"<[^>]+\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)
