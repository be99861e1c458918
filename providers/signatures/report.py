"""What a check of an uploaded agreement found (R-P4): one line a check, in words, made for storing and showing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from .words import WORDS


class Outcome(TextChoices):
    """A check that was not made never reads as passed (R-P4)."""

    PASSED = "passed", _("passed")
    FAILED = "failed", _("failed")
    NOT_CHECKED = "not_checked", _("not checked")


class CheckCode(TextChoices):
    """What is looked at: the first four once for the file, the others for each signature."""

    FILE = "file", _("Kind of file")
    ISSUED = "issued", _("The issued document")
    CONTENT = "content", _("Additions before signing")
    LOCK = "lock", _("Room for the other signatures")
    FORMAT = "format", _("Form of the signature")
    INTACT = "intact", _("Signature")
    LATER = "later", _("Changes after signing")
    TIME = "time", _("Time stamp")
    PERIOD = "period", _("Validity of the certificate")
    TRUST = "trust", _("Issuer of the certificate")
    REVOCATION = "revocation", _("Revocation of the certificate")
    PERSON = "person", _("Person who signed")


MAY_BE_UNCHECKED = frozenset({CheckCode.TIME, CheckCode.REVOCATION})
"""A signature counts without these two; the reviewer sees that they were not made."""


@dataclass(frozen=True)
class SignatoryFacts:
    """Somebody who has to sign. The identity number shows in no `repr` (R-P9)."""

    name: str
    tckn: str = field(repr=False)


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    `reason` is a key of `words.WORDS`, `values` fill its sentence; all of it can be stored.
    """

    code: CheckCode
    outcome: Outcome
    reason: str
    values: Mapping[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What was found, for applicant and reviewer, in the language of the moment."""
        return str(WORDS[self.reason]).format(**self.values)


@dataclass(frozen=True)
class Signature:
    """A signature in the file. `signed_at`: what its certificate was judged by, a time stamp or the upload."""

    field_name: str
    signed_at: datetime
    checks: tuple[Check, ...]
    signatory: SignatoryFacts | None

    @property
    def good(self) -> bool:
        """Every check passed, but for those that may be left out."""
        return self.signatory is not None and all(
            one.outcome == Outcome.PASSED or (one.outcome == Outcome.NOT_CHECKED and one.code in MAY_BE_UNCHECKED)
            for one in self.checks
        )


@dataclass(frozen=True)
class SignatureReport:
    """Checks of the file, then of each signature."""

    signatories: tuple[SignatoryFacts, ...]
    checks: tuple[Check, ...]
    signatures: tuple[Signature, ...] = ()

    @property
    def file_good(self) -> bool:
        """The file is the issued document with nothing but signatures added."""
        return all(one.outcome == Outcome.PASSED for one in self.checks if one.code != CheckCode.LOCK)

    @property
    def missing_signatories(self) -> tuple[SignatoryFacts, ...]:
        """Who has no good signature in the file yet."""
        if not self.file_good:
            return self.signatories
        signed = {one.signatory for one in self.signatures if one.good}
        return tuple(one for one in self.signatories if one not in signed)

    @property
    def all_signed(self) -> bool:
        """Everybody signed, and no signature in the file is bad."""
        return bool(self.signatories) and not self.missing_signatories and all(one.good for one in self.signatures)

    @property
    def every_check(self) -> tuple[Check, ...]:
        """All checks, in the order in which they are shown."""
        return self.checks + tuple(check for one in self.signatures for check in one.checks)
