"""Issued agreements, an authority and signatories for the signature check."""

import asyncio
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.template import engines
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field

from iys_portal.core import pdf
from providers.signatures import SignatoryFacts, TrustRoots, check_signed

from .authority import NOW, Authority

AYSE = SignatoryFacts("Ayşe Gül Örnekoğlu", "10000000146")
CIGDEM = SignatoryFacts("Çiğdem Işık Denemeç", "10000000078")
STRANGER = SignatoryFacts("Ümit Yabancıoğlu", "10000000214")


@pytest.fixture(autouse=True)
def no_loop_of_the_browser():
    """A browser's driver leaves its event loop marked as running in this thread; pyHanko starts one of its own."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@pytest.fixture(scope="package")
def authority():
    return Authority()


@pytest.fixture(scope="package")
def folder(authority, tmp_path_factory):
    made = tmp_path_factory.mktemp("kokler")
    authority.write_roots(made)
    return made


@pytest.fixture(scope="package")
def roots(folder):
    return TrustRoots.of_folder(folder)


@pytest.fixture(scope="package")
def people(authority):
    """Certificates by signatory."""
    return {one: authority.person(one.name, one.tckn) for one in (AYSE, CIGDEM, STRANGER)}


def make_agreement(number="SOZ-2026-000001", words="Hizmet sözleşmesi: İleti Yönetim Sistemi", fields=2):
    source = "{% extends 'pdf/base.html' %}{% block heading %}Sözleşme{% endblock %}{% block content %}"
    template = engines["django"].from_string(source + f"<p>{words}</p>{{% endblock %}}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pdf, "render_to_string", lambda name, context: template.render(context))
        document = SimpleNamespace(number=number, created_at=NOW)
        made = pdf.render_pdf("x", {"document": document, "data": {}}, language="tr", made_at=NOW, identifier=number)
    writer = IncrementalPdfFileWriter(BytesIO(made))
    for place in range(fields):
        box = (60, 60 + 90 * place, 260, 130 + 90 * place)
        append_signature_field(writer, SigFieldSpec(f"Imza{place + 1}", on_page=0, box=box))
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


@pytest.fixture(scope="package")
def issued():
    return make_agreement()


@pytest.fixture
def sign(authority, people):
    """`sign(content, who, field="Imza1", …)`: the file with one more signature."""

    def make(content, who, *, field="Imza1", holder=None, by=None, stamped=None, pades=True, **more):
        form = SigSeedSubFilter.PADES if pades else SigSeedSubFilter.ADOBE_PKCS7_DETACHED
        meta = signers.PdfSignatureMetadata(field_name=field, subfilter=form, **({"md_algorithm": "sha256"} | more))
        signer = signers.PdfSigner(
            meta,
            signer=(by or authority).signer(holder or people[who]),
            timestamper=authority.stamper(stamped) if stamped else None,
        )
        out = BytesIO()
        signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(content)), output=out)
        return out.getvalue()

    return make


@pytest.fixture
def check(issued, roots):
    """`check(uploaded, …)`: the report, one day after signing."""

    def run(uploaded, *, signatories=(AYSE,), at=NOW + timedelta(days=1), **more):
        return check_signed(
            **(
                {"issued": issued, "uploaded": uploaded, "signatories": signatories, "roots": roots, "uploaded_at": at}
                | more
            )
        )

    return run
