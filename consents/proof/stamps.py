"""RFC 3161: what is asked for a seal, and what has to hold before an answer is believed (docs/seals.md)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from rfc3161_client import (
    HashAlgorithm,
    TimeStampRequest,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from consents.enums import StampProblem

GRANTED = 0


class StampRefused(Exception):
    """An answer that is not believed, and why."""

    def __init__(self, problem: StampProblem) -> None:
        super().__init__(problem.name)
        self.problem = problem


@dataclass(frozen=True)
class Stamp:
    """What a checked answer says."""

    stamped_at: datetime
    authority: str
    serial: str
    policy: str
    hash_algorithm: str


def trusted_roots() -> list[x509.Certificate]:
    """Certificates in PEM of TIMESTAMP_ROOTS. Raises `ImproperlyConfigured` where there is none to be read."""
    place = Path(settings.TIMESTAMP_ROOTS) if settings.TIMESTAMP_ROOTS else None
    try:
        files = sorted(place.glob("*.pem")) if place and place.is_dir() else [place] if place else []
        found = [root for file in files for root in x509.load_pem_x509_certificates(file.read_bytes())]
    except (OSError, ValueError) as error:
        raise ImproperlyConfigured("TIMESTAMP_ROOTS cannot be read") from error
    if not found:
        raise ImproperlyConfigured("TIMESTAMP_ROOTS names no certificate")
    return found


def request_for(canonical: bytes) -> TimeStampRequest:
    """SHA-256 of a seal's canonical bytes (its published hash), with a nonce, and asking for the certificate."""
    builder = TimestampRequestBuilder().data(canonical).hash_algorithm(HashAlgorithm.SHA256)
    return builder.nonce(nonce=True).cert_request(cert_request=True).build()


def checked(
    answer: bytes, canonical: bytes, *, roots: list[x509.Certificate], nonce: int | None = None, policy: str = ""
) -> Stamp:
    """What an answer says of a seal: granted, over just these bytes (SHA-256, 384 or 512), signed by a certificate for
    time stamping only, valid at that moment, that leads to a root; with the nonce and policy where they are given.

    Raises `StampRefused`.
    """
    try:
        response = decode_timestamp_response(answer)
        status = response.status
    except (ValueError, TypeError) as error:
        raise StampRefused(StampProblem.UNREADABLE) from error
    if status != GRANTED:
        raise StampRefused(StampProblem.REFUSED)
    wanted = x509.ObjectIdentifier(policy) if policy else None
    verifier = VerifierBuilder(policy_id=wanted, roots=roots, nonce=nonce).build()
    try:
        verifier.verify_message(response, canonical)
        return _said(response)
    except (VerificationError, ValueError, TypeError) as error:
        raise StampRefused(StampProblem.UNTRUSTED) from error


def _said(response: TimeStampResponse) -> Stamp:
    info = response.tst_info
    return Stamp(
        stamped_at=info.gen_time,
        authority=_signer(response)[:300],
        serial=f"{info.serial_number:x}"[:80],
        policy=info.policy.dotted_string,
        hash_algorithm=info.message_imprint.hash_algorithm.dotted_string,
    )


def _signer(response: TimeStampResponse) -> str:
    (signer,) = response.signed_data.signer_infos
    for data in response.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(data)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
            return str(names[0].value) if names else certificate.subject.rfc4514_string()
    raise ValueError("no certificate of the signer")
