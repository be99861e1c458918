"""Certificates, lists and answers that a signed PDF brings along."""

from asn1crypto import crl, ocsp
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.general import NonexistentAttributeError, find_unique_cms_attribute
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from .certificates import Enclosed


def of_file(reader: PdfFileReader) -> Enclosed:
    """The document security store (PAdES B-LT)."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return Enclosed()
    return Enclosed(
        tuple(store.load_certs()),
        tuple(crl.CertificateList.load(one.get_object().data) for one in store.crls),
        tuple(ocsp.OCSPResponse.load(one.get_object().data) for one in store.ocsps),
    )


def of_signature(signature: EmbeddedPdfSignature) -> Enclosed:
    """The signature's own certificates, and the archive that Acrobat signs with `adbe.pkcs7.detached`."""
    certificates = tuple(signature.other_embedded_certs)
    try:
        archive = find_unique_cms_attribute(signature.signer_info["signed_attrs"], "adobe_revocation_info_archival")
    except NonexistentAttributeError:
        return Enclosed(certificates)
    return Enclosed(certificates, tuple(archive["crl"] or ()), tuple(archive["ocsp"] or ()))
