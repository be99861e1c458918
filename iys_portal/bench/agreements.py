"""Figure of the signature check (R-P4): an agreement as large as an upload may be, with one signature and its proof."""

import os
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from statistics import median
from types import SimpleNamespace

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
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, append_signature_field
from pyhanko_certvalidator.registry import SimpleCertificateStore

from iys_portal.core.pdf import render_pdf
from providers.signatures import SignatoryFacts, TrustRoots, check_signed

BYTES, ROUNDS = 20 * 1024 * 1024, 9
PERSON = SignatoryFacts("Ölçüm Kişisi", "10000000146")


def measure() -> Iterator[tuple[str, float, str]]:
    """Yields (name, value, unit)."""
    now = timezone.now()
    root_key, root = _certificate("Ölçüm Kökü", None, now)
    key, certificate = _certificate(PERSON.name, (root_key, root), now)
    issued = _agreement(now)
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


def _agreement(now: datetime) -> bytes:
    document = SimpleNamespace(number="SOZ-2026-000001", created_at=now)
    made = render_pdf(
        "pdf/base.html", {"document": document, "data": {}}, language="tr", made_at=now, identifier=document.number
    )
    writer = IncrementalPdfFileWriter(BytesIO(made))
    writer.root["/Bulk"] = writer.add_object(generic.StreamObject(stream_data=os.urandom(BYTES - len(made))))
    writer.update_root()
    append_signature_field(writer, SigFieldSpec("Imza1", on_page=0, box=(60, 60, 260, 130)))
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
