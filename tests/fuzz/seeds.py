"""What atheris begins with: whole files, as those that are spoiled in `tests/trust`."""

from collections.abc import Sequence
from functools import cache

from providers.signatures import SignatoryFacts
from tests.complaints.test_evidence import m4a, mp3, nested
from tests.consents.evidence.papers import pdf, picture
from tests.providers.signatures.conftest import AYSE, make_agreement
from tests.trust.fuzz_samples import TEXTS, mail, sheet


@cache
def tables() -> Sequence[bytes]:
    return [*TEXTS, sheet()]


def rows() -> Sequence[bytes]:
    return [TEXTS[0].replace(b";", b"\t"), b"\t\t\t\t\t\n0500 000 00 00\tMESAJ\tRET\t\t\t1.1.0001"]


def mails() -> Sequence[bytes]:
    return [mail(), nested(3)]


@cache
def scans() -> Sequence[bytes]:
    return [pdf(), picture(kind="JPEG"), picture()]


@cache
def agreement() -> tuple[bytes, tuple[SignatoryFacts, ...]]:
    """An agreement as it is issued, and who signs it."""
    return make_agreement(), (AYSE,)


def signed() -> Sequence[bytes]:
    issued, _people = agreement()
    return [issued, issued + b"\n1 0 obj\n<< /Type /Sig /ByteRange [0 10 20 30] /Contents <00> >>\nendobj\n%%EOF\n"]


def recordings() -> Sequence[bytes]:
    return [mp3(), m4a()]


def words() -> Sequence[bytes]:
    return [text.encode() for text in ("RET 650001", "ret deneme moda", "IPTAL", "%50 indirim! moda.example/x B001")]
