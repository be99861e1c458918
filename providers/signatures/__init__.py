"""The portal's own check of electronically signed agreements (R-P4, docs/signatures.md). No models, no requests."""

from .certificates import Revocation, TrustRoots
from .checks import check_signed
from .report import Check, CheckCode, Outcome, SignatoryFacts, Signature, SignatureReport

__all__ = [
    "Check",
    "CheckCode",
    "Outcome",
    "Revocation",
    "SignatoryFacts",
    "Signature",
    "SignatureReport",
    "TrustRoots",
    "check_signed",
]
