"""When a signature was there: by a time stamp that leads to a trusted root, or else by the upload (R-P4)."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from asn1crypto import cms
from django.utils import timezone
from pyhanko.sign.general import extract_certificate_info
from pyhanko.sign.validation.generic_cms import (
    extract_tst_data_iter,
    message_imprint_checker,
    validate_tst_signed_data,
)
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from .certificates import Enclosed, TrustRoots, context
from .coverage import covers_its_revision
from .report import Check, CheckCode, Outcome


@dataclass(frozen=True)
class Moment:
    """By what moment a certificate is judged, and the check that says why."""

    at: datetime
    check: Check


def moment_of(
    signature: EmbeddedPdfSignature,
    stamps: list[EmbeddedPdfSignature],
    *,
    trusted: TrustRoots,
    enclosed: Enclosed,
    uploaded_at: datetime,
) -> Moment:
    """The earliest trusted time stamp: in the signature, or of the document after it.

    Raises `ValueError` for a token that cannot be read.
    """
    looked = [
        _look(token, message_imprint_checker(signature.signer_info), trusted, enclosed)
        for token in extract_tst_data_iter(signature.signer_info, signed=False)
    ]
    looked += [
        _look(one.signed_data, one.compute_digest, trusted, enclosed)
        for one in stamps
        if one.signed_revision > signature.signed_revision and covers_its_revision(one)
    ]
    words = {word for word, _ in looked}
    if "time-broken" in words:
        return Moment(uploaded_at, Check(CheckCode.TIME, Outcome.FAILED, "time-broken"))
    times = [at for word, at in looked if word == "time-stamped" and at <= uploaded_at]
    if times:
        shown = timezone.localtime(min(times)).strftime("%d.%m.%Y %H:%M:%S")
        return Moment(min(times), Check(CheckCode.TIME, Outcome.PASSED, "time-stamped", {"at": shown}))
    reason = "time-late" if "time-stamped" in words else "time-unknown" if words else "time-none"
    return Moment(uploaded_at, Check(CheckCode.TIME, Outcome.NOT_CHECKED, reason))


def _look(
    token: cms.SignedData, imprint: Callable[[str], bytes], trusted: TrustRoots, enclosed: Enclosed
) -> tuple[str, datetime]:
    at = token["encap_content_info"]["content"].parsed["gen_time"].native
    own = Enclosed(tuple(extract_certificate_info(token).other_certs))
    found: dict[str, Any] = asyncio.run(validate_tst_signed_data(token, context(trusted, enclosed + own, at), imprint))
    if not (found["intact"] and found["valid"]):
        return "time-broken", at
    return ("time-unknown" if found["trust_problem_indic"] or not trusted.roots else "time-stamped"), at
