"""Certificates of signers: validity, way to a trusted root, revocation, and whose they are (R-P4).

The roots are a folder that the operator fills (docs/signatures.md); the system's list of web roots is never used.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from asn1crypto import crl, ocsp, pem, x509
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, RevokedError, ValidationError
from pyhanko_certvalidator.fetchers.requests_fetchers import RequestsFetcherBackend
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy, RevocationCheckingRule
from pyhanko_certvalidator.validate import async_validate_path

from .report import Check, CheckCode, Outcome, SignatoryFacts

SUFFIXES = frozenset({".pem", ".crt", ".cer", ".der"})
ASK_TIMEOUT = 5
"""Seconds that an issuer has for an answer."""
NATURAL_PERSON = ("PNOTR-", "IDCTR-", "TINTR-")
"""Before a Turkish number where an issuer follows ETSI EN 319 412-1, 5.1.3."""
MARGIN = timedelta(seconds=1)


class Revocation(StrEnum):
    """Where proof is looked for that a certificate was not revoked."""

    EMBEDDED = "embedded"
    ONLINE = "online"


@dataclass(frozen=True)
class TrustRoots:
    """Roots that are trusted, and issuers below them that signers may forget to enclose."""

    roots: tuple[x509.Certificate, ...] = ()
    issuers: tuple[x509.Certificate, ...] = ()

    @classmethod
    def of_folder(cls, folder: str | Path) -> "TrustRoots":
        """Every certificate in the folder (PEM or DER). Raises `OSError`, or `ValueError` where a file holds none."""
        found: list[x509.Certificate] = []
        if str(folder):
            for path in sorted(Path(folder).iterdir()):
                if path.suffix.lower() in SUFFIXES:
                    found += _certificates(path.read_bytes())
        own = tuple(one for one in found if one.self_issued)
        return cls(roots=own, issuers=tuple(one for one in found if not one.self_issued))


def _certificates(content: bytes) -> list[x509.Certificate]:
    blocks = [der for _, _, der in pem.unarmor(content, multiple=True)] if pem.detect(content) else [content]
    found = [x509.Certificate.load(der, strict=True) for der in blocks]
    for one in found:
        one.native  # noqa: B018 - reads the whole certificate: a broken one is named now, not at a check
    return found


@dataclass(frozen=True)
class Enclosed:
    """What a file brings for its own validation (RFC 5652 certificates, PAdES DSS, Adobe's revocation archive)."""

    certificates: tuple[x509.Certificate, ...] = ()
    crls: tuple[crl.CertificateList, ...] = ()
    ocsps: tuple[ocsp.OCSPResponse, ...] = ()

    def __add__(self, other: "Enclosed") -> "Enclosed":
        return Enclosed(self.certificates + other.certificates, self.crls + other.crls, self.ocsps + other.ocsps)


@dataclass(frozen=True)
class Chain:
    """The check of the way to a root, and the way where there is one."""

    check: Check
    path: ValidationPath | None = field(default=None, repr=False)


def period(certificate: x509.Certificate, at: datetime) -> Check:
    """Was it valid at that moment?"""
    since, until = certificate.not_valid_before, certificate.not_valid_after
    if at > until:
        return Check(CheckCode.PERIOD, Outcome.FAILED, "period-expired", {"until": until.date().isoformat()})
    if at < since:
        return Check(CheckCode.PERIOD, Outcome.FAILED, "period-early", {"since": since.date().isoformat()})
    return Check(CheckCode.PERIOD, Outcome.PASSED, "period-good")


def context(trusted: TrustRoots, enclosed: Enclosed, at: datetime, **more: Any) -> ValidationContext:
    """Judges certificates as of `at`, by the trusted roots alone, and asks nobody unless `more` says so."""
    asked: dict[str, Any] = {"allow_fetching": False, "revinfo_policy": NOTHING_ASKED} | more
    return ValidationContext(
        trust_roots=list(trusted.roots), other_certs=[*trusted.issuers, *enclosed.certificates], moment=at, **asked
    )


NOTHING_ASKED = CertRevTrustPolicy(
    RevocationCheckingPolicy(RevocationCheckingRule.NO_CHECK, RevocationCheckingRule.NO_CHECK)
)
PROOF_WANTED = CertRevTrustPolicy(
    RevocationCheckingPolicy(
        RevocationCheckingRule.CRL_OR_OCSP_REQUIRED, RevocationCheckingRule.CHECK_IF_DECLARED_SOFT
    ),
    # A list made after signing tells of the moment of signing too: it names when each certificate was revoked.
    retroactive_revinfo=True,
)


def chain(certificate: x509.Certificate, *, trusted: TrustRoots, enclosed: Enclosed, at: datetime) -> Chain:
    """Does it lead to a trusted root? Expiry is `period`'s matter: an expired one is judged as of its last day."""
    if not trusted.roots:
        return Chain(Check(CheckCode.TRUST, Outcome.NOT_CHECKED, "trust-unset"))
    at = min(max(at, certificate.not_valid_before + MARGIN), certificate.not_valid_after - MARGIN)
    usage = certificate.key_usage_value
    if usage is None or "non_repudiation" not in usage.native:
        return Chain(Check(CheckCode.TRUST, Outcome.FAILED, "trust-usage"))
    return asyncio.run(_chain(certificate, context(trusted, enclosed, at)))


async def _chain(certificate: x509.Certificate, judge: ValidationContext) -> Chain:
    try:
        paths = await judge.path_builder.async_build_paths(certificate)
    except PathBuildingError:
        paths = []
    for path in paths:
        try:
            await async_validate_path(judge, path)
        except ValidationError:
            continue
        return Chain(Check(CheckCode.TRUST, Outcome.PASSED, "trust-good"), path)
    reason = "trust-path" if paths else "trust-self" if certificate.self_issued else "trust-unknown"
    return Chain(Check(CheckCode.TRUST, Outcome.FAILED, reason))


def revocation(
    path: ValidationPath | None, *, trusted: TrustRoots, enclosed: Enclosed, at: datetime, policy: Revocation
) -> Check:
    """Was it revoked by that moment? Only addresses in certificates that a trusted issuer signed are ever asked."""
    if path is None:
        return Check(CheckCode.REVOCATION, Outcome.NOT_CHECKED, "revocation-untrusted")
    online = policy == Revocation.ONLINE
    more: dict[str, Any] = {
        "allow_fetching": online,
        "crls": list(enclosed.crls),
        "ocsps": list(enclosed.ocsps),
        "revinfo_policy": PROOF_WANTED,
    }
    if online:
        more["fetcher_backend"] = RequestsFetcherBackend(per_request_timeout=ASK_TIMEOUT)
    try:
        asyncio.run(async_validate_path(context(trusted, enclosed, at, **more), path))
    except RevokedError:
        return Check(CheckCode.REVOCATION, Outcome.FAILED, "revocation-revoked")
    except (ValidationError, ValueError):  # ValueError: an enclosed list or answer that cannot be read
        return Check(CheckCode.REVOCATION, Outcome.NOT_CHECKED, "revocation-silent" if online else "revocation-none")
    return Check(CheckCode.REVOCATION, Outcome.PASSED, "revocation-good")


def person(certificate: x509.Certificate, signatories: Iterable[SignatoryFacts]) -> tuple[Check, SignatoryFacts | None]:
    """Whose is it? The subject's serial number is the holder's TCKN (the Turkish qualified certificate's profile)."""
    number = certificate.subject.native.get("serial_number")
    if not isinstance(number, str):
        return Check(CheckCode.PERSON, Outcome.FAILED, "person-none"), None
    number = number.strip()
    for prefix in NATURAL_PERSON:
        number = number.removeprefix(prefix)
    for one in signatories:
        if one.tckn == number:
            return Check(CheckCode.PERSON, Outcome.PASSED, "person-good", {"name": one.name}), one
    return Check(CheckCode.PERSON, Outcome.FAILED, "person-other"), None
