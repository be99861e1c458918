"""The portal's countersignature on agreements (R-P7): PAdES, with the key that `AGREEMENT_SEAL` names."""

import os
import secrets
import tempfile
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import NoEncryption
from cryptography.hazmat.primitives.serialization.pkcs12 import serialize_key_and_certificates
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import SigFieldSpec, SigSeedSubFilter, enumerate_sig_fields
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.stamp import StaticStampStyle

from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.pdf import render_pdf

from .content import REGISTRY_FIELD

YEARS = 5


def countersigned(content: bytes, *, now: datetime) -> bytes:
    """The file with the portal's signature, in the registry's box where it has one.

    Raises `ImproperlyConfigured` without a usable key, and pyHanko's `PdfError` for a file that cannot be signed.
    """
    own = {name for name, value, _ in enumerate_sig_fields(PdfFileReader(BytesIO(content), strict=False)) if not value}
    meta = PdfSignatureMetadata(
        field_name=REGISTRY_FIELD,
        subfilter=SigSeedSubFilter.PADES,
        md_algorithm="sha256",
        reason="Başvuru onaylandı",
        name=settings.OPERATOR["name"],
    )
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(content), strict=False)
    if REGISTRY_FIELD not in own:
        PdfSigner(meta, signer=_signer(), new_field_spec=_invisible()).sign_pdf(writer, output=out)
        return out.getvalue()
    with tempfile.NamedTemporaryFile(suffix=".pdf") as picture:
        picture.write(_picture(now))
        picture.flush()
        style = StaticStampStyle.from_pdf_file(picture.name, border_width=0)
        PdfSigner(meta, signer=_signer(), stamp_style=style).sign_pdf(writer, output=out)
    return out.getvalue()


def _picture(now: datetime) -> bytes:
    """What the box shows: our own page, because its fonts hold every Turkish letter and are embedded."""
    at = now.astimezone(ISTANBUL).strftime("%d.%m.%Y %H:%M")
    context = {"operator": settings.OPERATOR, "at": at}
    return render_pdf("pdf/providers/seal.html", context, language="tr", made_at=now, identifier="seal")


def _invisible() -> SigFieldSpec:
    """A scan of a paper that was signed by hand has no box."""
    return SigFieldSpec(REGISTRY_FIELD)


def _signer() -> SimpleSigner:
    path = Path(settings.AGREEMENT_SEAL) if settings.AGREEMENT_SEAL else _own_seal()
    password = settings.AGREEMENT_SEAL_PASSWORD.encode() or None
    signer = SimpleSigner.load_pkcs12(str(path), passphrase=password)
    if signer is None:
        raise ImproperlyConfigured("AGREEMENT_SEAL: no PKCS#12 file that its password opens")
    return signer


def _own_seal() -> Path:
    """A self-signed key under the private files, made once: for a developer's machine and for tests."""
    path = Path(settings.PRIVATE_ROOT) / "agreement-seal.p12"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fresh = path.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_bytes(_self_signed())
        try:
            os.link(fresh, path)  # whoever comes first; a second process takes what is there
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    return path


def _self_signed() -> bytes:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, settings.OPERATOR["name"])])
    since = datetime.now(UTC) - timedelta(hours=1)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=False,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(since + timedelta(days=365 * YEARS))
        .add_extension(usage, critical=True)
        .sign(key, hashes.SHA256())
    )
    return serialize_key_and_certificates(b"agreement-seal", key, certificate, None, NoEncryption())
