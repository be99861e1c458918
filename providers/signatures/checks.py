"""Is the uploaded file the issued agreement, signed by those who must sign it? (R-P4) Pure: bytes in, report out."""

import logging
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO

from asn1crypto import core
from pyhanko.pdf_utils.generic import DictionaryObject
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.diff_analysis import (
    DEFAULT_DIFF_POLICY,
    CatalogModificationRule,
    DiffResult,
    FormUpdatingRule,
    ModificationLevel,
    SigFieldCreationRule,
    SigFieldModificationRule,
    StandardDiffPolicy,
)
from pyhanko.sign.diff_analysis.constants import ACROFORM_EXEMPT_STRICT_COMPARISON, ROOT_EXEMPT_STRICT_COMPARISON
from pyhanko.sign.fields import FieldMDPAction, MDPPerm, enumerate_sig_fields
from pyhanko.sign.validation.generic_cms import validate_sig_integrity
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
from pyhanko.sign.validation.status import SignatureCoverageLevel

from . import certificates, enclosed, kinds
from .certificates import Enclosed, Revocation, TrustRoots
from .coverage import covers_its_revision
from .report import Check, CheckCode, Outcome, SignatoryFacts, Signature, SignatureReport
from .times import moment_of

logger = logging.getLogger(__name__)

FORMATS = {"/ETSI.CAdES.detached": "PAdES", "/adbe.pkcs7.detached": "adbe.pkcs7.detached"}
WEAK_DIGESTS = frozenset({"md2", "md5", "sha1"})
UNREADABLE = (
    PdfError, ValueError, TypeError, KeyError, IndexError, AttributeError, AssertionError, RuntimeError,
    OverflowError, zlib.error,
)  # fmt: skip
"""What the libraries raise over files that are broken, by chance or on purpose."""

SINCE_ISSUED = StandardDiffPolicy(
    global_rules=[
        CatalogModificationRule(ignored_keys=ROOT_EXEMPT_STRICT_COMPARISON | {"/Perms"}),
        *(one for one in DEFAULT_DIFF_POLICY.global_rules if not isinstance(one, CatalogModificationRule)),
    ],
    form_rule=FormUpdatingRule(
        field_rules=[SigFieldCreationRule(), SigFieldModificationRule()],
        ignored_acroform_keys=ACROFORM_EXEMPT_STRICT_COMPARISON | {"/SigFlags"},
    ),
)
"""pyHanko's rules for changes after a signature, from the issued file on: the first signature also marks the file as
signed (`SigFlags`), and one that locks names itself in the catalogue (`Perms`)."""


@dataclass(frozen=True)
class _Upload:
    """What every check of a signature needs besides the signature."""

    reader: PdfFileReader
    signatories: tuple[SignatoryFacts, ...]
    trusted: TrustRoots
    uploaded_at: datetime
    revocation: Revocation
    enclosed: Enclosed
    stamps: list[EmbeddedPdfSignature]


def check_signed(
    issued: bytes,
    uploaded: bytes,
    *,
    signatories: Sequence[SignatoryFacts],
    roots: TrustRoots,
    uploaded_at: datetime,
    revocation: Revocation = Revocation.EMBEDDED,
    older: Sequence[bytes] = (),
    countersigner: str = "",
) -> SignatureReport:
    """Check one upload against the bytes that the portal issued.

    `older`: versions issued before, to name them. `countersigner`: who signs after all signatories, where somebody
    does; then a signature that locks the document is in the way of that one too.

    Never raises over what the file holds, and logs nothing of it.
    """
    people = tuple(signatories)
    reason = kinds.refusal_of(uploaded)
    if reason:
        return SignatureReport(people, (Check(CheckCode.FILE, Outcome.FAILED, reason),))
    try:
        return _check_pdf(issued, uploaded, people, roots, uploaded_at, revocation, older, countersigner)
    except UNREADABLE as error:
        logger.info("signature_check_unreadable error=%s", type(error).__name__)
        return SignatureReport(people, (Check(CheckCode.FILE, Outcome.FAILED, "file-broken"),))


def _check_pdf(
    issued: bytes,
    uploaded: bytes,
    people: tuple[SignatoryFacts, ...],
    roots: TrustRoots,
    uploaded_at: datetime,
    revocation: Revocation,
    older: Sequence[bytes],
    countersigner: str,
) -> SignatureReport:
    reader = _reader(uploaded)
    issuing = _issued(issued, uploaded, reader, older)
    found = list(reader.embedded_regular_signatures)
    if not found:
        reason = "file-drawn" if issuing.outcome == Outcome.PASSED and len(uploaded) > len(issued) else "file-unsigned"
        return SignatureReport(people, (Check(CheckCode.FILE, Outcome.FAILED, reason), issuing))
    checks = [Check(CheckCode.FILE, Outcome.PASSED, "file-pdf"), issuing]
    if issuing.outcome == Outcome.PASSED:
        checks.append(_additions(issued, reader))
    upload = _Upload(
        reader, people, roots, uploaded_at, revocation, enclosed.of_file(reader),
        list(reader.embedded_timestamp_signatures),
    )  # fmt: skip
    signatures = _each_once([_signature(one, upload) for one in found])
    report = SignatureReport(people, tuple(checks), signatures)
    if len(people) == 1 and not countersigner:
        return report
    return SignatureReport(people, (*checks, _lock(found, report, countersigner)), signatures)


def _reader(content: bytes) -> PdfFileReader:
    """Acrobat's files are not always strict; but one that shows two faces to two kinds of readers is refused."""
    reader = PdfFileReader(BytesIO(content), strict=False)
    if reader.encrypted or reader.xrefs.hybrid_xrefs_present:
        raise PdfError("encrypted or hybrid")
    return reader


def _issued(issued: bytes, uploaded: bytes, reader: PdfFileReader, older: Sequence[bytes]) -> Check:
    if uploaded.startswith(issued):
        return Check(CheckCode.ISSUED, Outcome.PASSED, "issued-same")
    if any(uploaded.startswith(one) for one in older):
        return Check(CheckCode.ISSUED, Outcome.FAILED, "issued-older")
    same = _identifier(reader) == _identifier(PdfFileReader(BytesIO(issued), strict=False))
    return Check(CheckCode.ISSUED, Outcome.FAILED, "issued-changed" if same else "issued-other")


def _identifier(reader: PdfFileReader) -> bytes:
    """The part of a PDF's ID that stays when it is saved anew (ISO 32000-2, 14.4)."""
    return bytes(reader.document_id[0]) if "/ID" in reader.trailer else b""


def _additions(issued: bytes, reader: PdfFileReader) -> Check:
    """What came after the issued bytes, before and between signatures, by pyHanko's difference analysis."""
    original = PdfFileReader(BytesIO(issued), strict=False)
    if not _grew_from(original, reader) or _shows_new_fields(original, reader):
        return Check(CheckCode.CONTENT, Outcome.FAILED, "content-added")
    found = SINCE_ISSUED.review_file(reader, original.xrefs.total_revisions - 1)
    if isinstance(found, DiffResult) and found.modification_level <= ModificationLevel.FORM_FILLING:
        return Check(CheckCode.CONTENT, Outcome.PASSED, "content-none")
    return Check(CheckCode.CONTENT, Outcome.FAILED, "content-added")


def _grew_from(original: PdfFileReader, reader: PdfFileReader) -> bool:
    """The first revisions are those of the issued file: another document put behind its bytes has others."""
    count = original.xrefs.total_revisions
    return reader.xrefs.total_revisions > count and all(
        reader.xrefs.get_startxref_for_revision(one) == original.xrefs.get_startxref_for_revision(one)
        for one in range(count)
    )


def _shows_new_fields(original: PdfFileReader, reader: PdfFileReader) -> bool:
    """Does a signature field show that the portal did not place? Its picture could cover the agreement's words."""
    own = {name for name, _, _ in enumerate_sig_fields(original)}
    return any(_has_area(field.get_object()) for name, _, field in enumerate_sig_fields(reader) if name not in own)


def _has_area(field: DictionaryObject) -> bool:
    left, bottom, right, top = field.get("/Rect", (0, 0, 0, 0))
    return bool(left != right and bottom != top)


def _lock(found: list[EmbeddedPdfSignature], report: SignatureReport, countersigner: str) -> Check:
    """May those who have not signed still sign this file? The others under joint authority, then the countersigner."""
    missing = [*(one.name for one in report.missing_signatories), *([countersigner] if countersigner else [])]
    if missing and any(_locks(one) for one in found):
        names = ", ".join(missing)
        return Check(CheckCode.LOCK, Outcome.FAILED, "lock-closed", {"names": names})
    return Check(CheckCode.LOCK, Outcome.PASSED, "lock-open")


def _locks(signature: EmbeddedPdfSignature) -> bool:
    fields = signature.fieldmdp
    return signature.docmdp_level == MDPPerm.NO_CHANGES or (fields is not None and fields.action == FieldMDPAction.ALL)


def _each_once(signatures: list[Signature]) -> tuple[Signature, ...]:
    """A signatory who signed twice fills one place."""
    seen: set[SignatoryFacts] = set()
    kept = []
    for one in signatures:
        if one.signatory in seen:
            again = Check(CheckCode.PERSON, Outcome.FAILED, "person-twice", {"name": one.signatory.name})
            one = Signature(one.field_name, one.signed_at, (*one.checks[:-1], again), None)
        elif one.signatory and one.good:
            seen.add(one.signatory)
        kept.append(one)
    return tuple(kept)


def _signature(signature: EmbeddedPdfSignature, upload: _Upload) -> Signature:
    name = str(signature.field_name)
    try:
        return _checked(name, signature, upload)
    except UNREADABLE as error:
        logger.info("signature_check_unreadable error=%s", type(error).__name__)
        return Signature(name, upload.uploaded_at, (Check(CheckCode.FORMAT, Outcome.FAILED, "format-broken"),), None)


def _checked(name: str, signature: EmbeddedPdfSignature, upload: _Upload) -> Signature:
    signature.compute_integrity_info()
    own = upload.enclosed + enclosed.of_signature(signature)
    certificate = signature.signer_cert
    moment = moment_of(signature, upload.stamps, trusted=upload.trusted, enclosed=own, uploaded_at=upload.uploaded_at)
    way = certificates.chain(certificate, trusted=upload.trusted, enclosed=own, at=moment.at)
    revoked = certificates.revocation(
        way.path, trusted=upload.trusted, enclosed=own, at=moment.at, policy=upload.revocation
    )
    whose, signatory = certificates.person(certificate, upload.signatories)
    checks = (
        _format(signature),
        _intact(signature),
        _later(signature),
        moment.check,
        certificates.period(certificate, moment.at),
        way.check,
        revoked,
        whose,
    )
    return Signature(name, moment.at, checks, signatory)


def _format(signature: EmbeddedPdfSignature) -> Check:
    form = str(signature.sig_object.get("/SubFilter", ""))
    detached = signature.signed_data["encap_content_info"]["content"] is core.VOID or (
        signature.signed_data["encap_content_info"]["content"].native is None
    )
    if form not in FORMATS or signature.md_algorithm in WEAK_DIGESTS or not detached:
        shown = f"{form.removeprefix('/')}, {signature.md_algorithm}".removeprefix(", ")
        return Check(CheckCode.FORMAT, Outcome.FAILED, "format-old", {"name": shown})
    return Check(CheckCode.FORMAT, Outcome.PASSED, "format-good", {"name": FORMATS[form]})


def _intact(signature: EmbeddedPdfSignature) -> Check:
    same, genuine = validate_sig_integrity(
        signature.signer_info, signature.signer_cert, "data", signature.compute_digest()
    )
    if not same:
        return Check(CheckCode.INTACT, Outcome.FAILED, "intact-changed")
    if not genuine:
        return Check(CheckCode.INTACT, Outcome.FAILED, "intact-forged")
    return Check(CheckCode.INTACT, Outcome.PASSED, "intact")


def _later(signature: EmbeddedPdfSignature) -> Check:
    if not covers_its_revision(signature):
        return Check(CheckCode.LATER, Outcome.FAILED, "later-uncovered")
    if signature.coverage == SignatureCoverageLevel.ENTIRE_FILE:
        return Check(CheckCode.LATER, Outcome.PASSED, "later-none")
    found, allowed = signature.diff_result, signature.summarise_integrity_info()["docmdp_ok"]
    harmless = isinstance(found, DiffResult) and (found.modification_level <= ModificationLevel.FORM_FILLING)
    if harmless and allowed:
        return Check(CheckCode.LATER, Outcome.PASSED, "later-signatures")
    return Check(CheckCode.LATER, Outcome.FAILED, "later-locked" if _locks(signature) else "later-changed")
