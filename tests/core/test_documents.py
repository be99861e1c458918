"""Documents: issued once, drawn once, whatever happens to the worker (design 6)."""

import hashlib
import re
from datetime import timedelta
from io import BytesIO

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from pypdf import PdfReader

from iys_portal.core import documents, pdf
from iys_portal.core.actors import SYSTEM
from iys_portal.core.codes import read_code
from iys_portal.core.enums import DocumentState
from iys_portal.core.errors import NotFound
from iys_portal.core.models import Document
from tests.threads import at_once

KIND = documents.Kind("core.trial", "DEN", "Deneme", "pdf/base.html", "trial.read", "trial.read_all")


@pytest.fixture(autouse=True)
def kind(monkeypatch):
    monkeypatch.setitem(documents._kinds, KIND.name, KIND)


@pytest.fixture
def published(monkeypatch):
    found = []
    monkeypatch.setattr(documents, "enqueue", lambda *words: found.append(words))
    return found


def issue(**changes):
    values = {
        "kind": KIND.name, "number": documents.new_number(KIND.name), "data": {"qr": "https://portal.example/"},
        "subject": ("core.trial", "1"), "language": "tr", "actor": SYSTEM, "now": timezone.now(),
    }  # fmt: skip
    return documents.issue(**values | changes)


def test_numbers_cannot_be_guessed_and_are_read_as_people_write_them():
    number = documents.new_number(KIND.name)
    assert re.fullmatch(r"DEN(-[0-9A-HJKMNP-TV-Z]{4}){4}", number)
    assert len({documents.new_number(KIND.name) for _ in range(100)}) == 100
    assert read_code(f"  {number.lower().replace('-', ' ')} ", digits=16) == number
    assert read_code("denO1il-0000 0000-0000", digits=16) == "DEN-0111-0000-0000-0000"


@pytest.mark.django_db
def test_it_is_frozen_then_drawn_once(published):
    document = issue()
    assert published == [(documents.RENDER, document.pk)]
    with pytest.raises(NotFound):
        documents.content_of(document)
    documents.render(document.pk)
    document.refresh_from_db()
    content = documents.content_of(document)
    assert document.state == DocumentState.READY
    assert (document.size, document.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    assert document.number in PdfReader(BytesIO(content)).pages[0].extract_text()
    documents.render(document.pk)
    again = Document.objects.get(pk=document.pk)
    assert (again.file.name, again.attempts, again.rendered_at) == (document.file.name, 1, document.rendered_at)


def test_two_workers_draw_it_once(committed_db, published):
    document = issue()
    at_once(*[lambda: documents.render(document.pk)] * 2)
    document.refresh_from_db()
    assert (document.state, document.attempts) == (DocumentState.READY, 1)


@pytest.mark.django_db
def test_a_worker_that_dies_is_replaced_after_its_lease(published, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*_args, **_more):
        raise Killed

    document = issue()
    with monkeypatch.context() as patch:
        patch.setattr(documents, "render_pdf", die)
        with pytest.raises(Killed):
            documents.render(document.pk)
    documents.render(document.pk)  # the lease still runs
    assert not Document.objects.filter(state=DocumentState.READY)
    published.clear()
    assert documents.sweep() == 0
    Document.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    assert documents.sweep() == 1 and published == [(documents.RENDER, document.pk)]
    documents.render(document.pk)
    assert Document.objects.get(pk=document.pk).state == DocumentState.READY


@pytest.mark.django_db
def test_what_cannot_be_drawn_fails_after_some_tries_and_can_be_drawn_again(published, monkeypatch):
    def refuse(*_args, **_more):
        raise pdf.ResourceRefused("x")

    document = issue()
    with monkeypatch.context() as patch:
        patch.setattr(documents, "render_pdf", refuse)
        for _ in range(documents.MAX_ATTEMPTS):
            Document.objects.update(lease_until=None)
            documents.render(document.pk)
    document.refresh_from_db()
    assert (document.state, document.file.name, document.sha256) == (DocumentState.FAILED, "", "")
    published.clear()
    documents.draw_again(document)
    documents.draw_again(document)
    documents.render(document.pk)
    assert Document.objects.get(pk=document.pk).state == DocumentState.READY


@pytest.mark.django_db
def test_document_that_was_never_picked_up_is_published_again(published):
    issue(now=timezone.now() - timedelta(minutes=1))
    published.clear()
    assert documents.sweep() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("name, changes", [
    ("document_file_with_state", {"state": "ready"}),
    ("document_file_with_state", {"sha256": "a" * 64}),
])  # fmt: skip
def test_constraints(published, name, changes):
    document = issue()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Document.objects.filter(pk=document.pk).update(**changes)


@pytest.mark.django_db
def test_document_replaced_once(published):
    first = issue()
    issue(replaces=first)
    with pytest.raises(IntegrityError, match="document_replaced_once"), transaction.atomic():
        issue(replaces=first)
