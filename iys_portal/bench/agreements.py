"""Figures of agreements (R-P4): making one after the other in one process, and checking a signed one of 20 MB."""

import os
import resource
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from statistics import median

from asn1crypto import keys
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from django.utils import timezone
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko_certvalidator.registry import SimpleCertificateStore

from iys_portal.core import documents
from iys_portal.core.actors import Actor
from iys_portal.core.enums import DocumentState
from providers.enums import ApplicationDocumentKind, ProviderKind, SigningWay
from providers.models import Application, ApplicationDocument, Signatory
from providers.services import applicant_of, change_application, prepare_agreement
from providers.signatures import SignatoryFacts, TrustRoots, check_signed

BYTES, ROUNDS = 20 * 1024 * 1024, 9
WARM, DOCUMENTS = 5, 20
PERSON = SignatoryFacts("Ölçüm Kişisi", "10000000146")


def measure() -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit)."""
    now = timezone.now()
    root_key, root = _certificate("Ölçüm Kökü", None, now)
    key, certificate = _certificate(PERSON.name, (root_key, root), now)
    times, held, row, actor = [], 0.0, *_applicant(now)
    for number, taken in enumerate(_drawn(row, actor)):
        if number < WARM:
            held = _memory_mb()
        else:
            times.append(taken)
    yield "agreement.pdf.median_s", median(times), "s"
    yield "agreement.pdf.growth_mb", max(_memory_mb() - held, 0), "MB"
    newest = row.agreements.order_by("-version").first()
    assert newest is not None
    issued = _padded(documents.content_of(newest.document))
    uploaded = _signed(issued, key, certificate)
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
        roots = TrustRoots.of_folder(folder)
    times = []
    for _ in range(ROUNDS):
        began = time.monotonic()
        report = check_signed(issued, uploaded, signatories=[PERSON], roots=roots, uploaded_at=now)
        times.append(time.monotonic() - began)
        assert report.all_signed, report
    yield "agreement.signature_check_ms", median(times) * 1000, "ms"


def _certificate(
    name: str, by: tuple[rsa.RSAPrivateKey, x509.Certificate] | None, now: datetime
) -> tuple[rsa.RSAPrivateKey, x509.Certificate]:
    key = rsa.generate_private_key(65537, 2048)
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if by:
        parts.append(x509.NameAttribute(NameOID.SERIAL_NUMBER, PERSON.tckn))
    subject = x509.Name(parts)
    usage = x509.KeyUsage(bool(by), bool(by), False, False, False, not by, not by, False, False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by[1].subject if by else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(usage, critical=True)
        .add_extension(x509.BasicConstraints(ca=not by, path_length=None), critical=True)
    )
    return key, builder.sign(by[0] if by else key, hashes.SHA256())


def _applicant(now: datetime) -> tuple[Application, Actor]:
    """An application that lacks nothing but the agreement, with one signatory."""
    row = Application.objects.create(
        number="BSV-OLCU-0001",
        kind=ProviderKind.LEGAL_ENTITY,
        title="Ölçüm Ticaret Anonim Şirketi",
        mersis="0734567890400015",
        tax_office="Deneme",
        tax_number="7345678904",
        address="Deneme Mah. 1. Sok. No: 1",
        province="Ankara",
        district="Çankaya",
        declared_consents=1000,
        email="izin@olcum.example",
        email_confirmed_at=now,
        created_at=now,
        changed_at=now,
    )
    first, _, last = PERSON.name.rpartition(" ")
    Signatory.objects.create(
        application=row,
        place=1,
        first_name=first,
        last_name=last,
        phone="+905320000000",
        email="yetkili@olcum.example",
        tckn=PERSON.tckn,
        tckn_hash="0" * 64,
    )
    for kind in (ApplicationDocumentKind.SIGNATURE_CIRCULAR, ApplicationDocumentKind.GAZETTE):
        ApplicationDocument.objects.create(
            application=row, kind=kind, version=1, file="0", sha256="0" * 64, size=1, pages=1, uploaded_at=now
        )
    return row, applicant_of(row)


def _drawn(row: Application, actor: Actor) -> Iterator[float]:
    """From the request to the drawn file, version after version: each change makes the former void."""
    for number in range(WARM + DOCUMENTS):
        began = time.monotonic()
        agreement = prepare_agreement(application=row, actor=actor, way=SigningWay.ONLINE)
        documents.render(agreement.document_id)
        taken = time.monotonic() - began
        agreement.document.refresh_from_db()
        assert agreement.document.state == DocumentState.READY
        yield taken
        change_application(application=row, actor=actor)
        Application.objects.filter(pk=row.pk).update(address=f"Deneme Mah. 1. Sok. No: {number + 2}")


def _memory_mb() -> float:
    """What this process holds now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1024**2


def _padded(issued: bytes) -> bytes:
    """The agreement made as large as an upload may be."""
    writer = IncrementalPdfFileWriter(BytesIO(issued))
    writer.root["/Bulk"] = writer.add_object(generic.StreamObject(stream_data=os.urandom(BYTES - 2 * len(issued))))
    writer.update_root()
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def _signed(issued: bytes, key: rsa.RSAPrivateKey, certificate: x509.Certificate) -> bytes:
    packed = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    signer = signers.SimpleSigner(
        asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER)),
        keys.PrivateKeyInfo.load(packed),
        SimpleCertificateStore(),
    )
    meta = signers.PdfSignatureMetadata(field_name="Imza1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    out = BytesIO()
    signers.PdfSigner(meta, signer=signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(issued)), output=out)
    return out.getvalue()
