"""Every label of the administration is written in both languages; Django makes up an English one otherwise."""

from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.test import RequestFactory
from django.utils import translation

from consents.models import ConsentImport

OURS = ("iys_portal.", "providers.", "consents.", "complaints.")
SAME = {"ID"}
"""Words that are the same in both languages."""
ELSEWHERE = {ConsentImport}
"""Whose rows open a page of the panel."""


def labels(page: Any, request: Any) -> Iterator[tuple[str, str]]:
    """What a list, its form and the rows within it are called, with where it stands, in the language that is on."""
    for part in (page, *(inline(page.model, page.admin_site) for inline in page.inlines)):
        model = part.model
        heading = getattr(part, "verbose_name_plural", None) or model._meta.verbose_name_plural
        yield f"{model.__name__}, all", str(heading)
        form_names = flatten_fieldsets(part.get_fieldsets(request, model())) if model not in ELSEWHERE else ()
        shown = {*getattr(part, "list_display", ()), *form_names}
        form: Any = SimpleNamespace(fields=part.form.base_fields)
        for name in sorted(shown - {"__str__"}):
            yield f"{model.__name__}.{name}", str(label_for_field(name, model, part, form=form))


def spoken(language: str) -> list[tuple[str, str]]:
    request = RequestFactory().get("/admin/")
    request.user = SimpleNamespace(has_perm=lambda *_: True, is_active=True, is_staff=True, pk=1)  # type: ignore[assignment]
    pages = [page for model, page in admin.site._registry.items() if model.__module__.startswith(OURS)]
    with translation.override(language):
        return [found for page in pages for found in labels(page, request)]


def test_every_label_of_the_admin_is_turkish_on_a_turkish_page() -> None:
    turkish, english = spoken("tr"), spoken("en")
    assert len(turkish) > 50
    same = [place for (place, word), (_, other) in zip(turkish, english, strict=True) if word == other not in SAME]
    assert not same
