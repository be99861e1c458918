"""R-P4: what the check of electronic signatures passes, refuses and leaves unchecked, in words."""

from datetime import timedelta
from io import BytesIO

import pytest
from asn1crypto import cms, crl
from django.utils import translation
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, append_signature_field
from pyhanko.sign.validation.dss import DocumentSecurityStore
from pyhanko_certvalidator.context import ValidationContext

from providers.signatures import CheckCode, Outcome, Revocation, TrustRoots
from providers.signatures.words import WORDS

from .authority import NOW, Authority, Holder
from .conftest import AYSE, CIGDEM, STRANGER, make_agreement

EACH = [
    CheckCode.FORMAT, CheckCode.INTACT, CheckCode.LATER, CheckCode.TIME, CheckCode.PERIOD, CheckCode.TRUST,
    CheckCode.REVOCATION, CheckCode.PERSON,
]  # fmt: skip


def reasons(report, outcome):
    return [one.reason for one in report.every_check if one.outcome == outcome]


def refused(report, *expected):
    """Refused for exactly these reasons: nobody counts as having signed by such a file."""
    assert reasons(report, Outcome.FAILED) == list(expected)
    assert not report.all_signed
    return report


def with_store(content, authority, lists):
    """The file with a document security store (PAdES B-LT) appended."""
    out = BytesIO(content)
    loaded = [crl.CertificateList.load(one) for one in lists]
    DocumentSecurityStore.add_dss(out, sig_contents=None, certs=[authority.issuer.asn1], crls=loaded)
    return out.getvalue()


def test_r_p4_a_signed_agreement_passes_and_what_was_not_checked_says_so(issued, sign, check):
    report = check(sign(issued, AYSE))
    assert reasons(report, Outcome.FAILED) == []
    assert report.all_signed and report.missing_signatories == ()
    assert [one.code for one in report.signatures[0].checks] == EACH
    assert reasons(report, Outcome.NOT_CHECKED) == ["time-none", "revocation-none"]
    assert report.signatures[0].signed_at == NOW + timedelta(days=1)
    assert report.signatures[0].signatory == AYSE


def test_r_p4_acrobats_older_form_is_accepted(issued, sign, check):
    report = check(sign(issued, AYSE, pades=False))
    assert report.all_signed
    assert "adbe.pkcs7.detached" in report.signatures[0].checks[0].sentence


def test_r_p4_a_time_stamp_dates_the_signature(issued, sign, check):
    report = check(sign(issued, AYSE, stamped=NOW))
    assert report.all_signed
    assert reasons(report, Outcome.NOT_CHECKED) == ["revocation-none"]
    assert report.signatures[0].signed_at == NOW


def test_r_p4_a_certificate_that_expired_after_its_time_stamp_is_good(authority, issued, sign, check):
    holder = authority.person(AYSE.name, AYSE.tckn, until=NOW + timedelta(hours=1))
    assert check(sign(issued, AYSE, holder=holder, stamped=NOW)).all_signed
    refused(check(sign(issued, AYSE, holder=holder)), "period-expired")


def test_r_p4_an_expired_certificate_is_refused(authority, issued, sign, check):
    holder = authority.person(AYSE.name, AYSE.tckn, until=NOW - timedelta(days=1))
    report = refused(check(sign(issued, AYSE, holder=holder)), "period-expired")
    assert report.missing_signatories == (AYSE,)


def test_r_p4_a_certificate_from_tomorrow_is_refused(authority, issued, sign, check):
    holder = authority.person(AYSE.name, AYSE.tckn, since=NOW + timedelta(days=5))
    refused(check(sign(issued, AYSE, holder=holder)), "period-early")


def test_r_p4_a_stamp_of_an_unknown_authority_dates_nothing(authority, issued, sign, check, roots):
    other = Authority("Başka Kök")
    report = check(sign(issued, AYSE, holder=other.person(AYSE.name, AYSE.tckn), by=other, stamped=NOW))
    refused(report, "trust-unknown")
    report = check(sign(issued, AYSE, stamped=NOW), roots=TrustRoots((other.root.asn1,)))
    assert "time-unknown" in reasons(report, Outcome.NOT_CHECKED)


def test_r_p4_enclosed_proof_of_validity_is_used(authority, issued, sign, check):
    signed = with_store(sign(issued, AYSE, stamped=NOW), authority, [authority.crl()])
    report = check(signed)
    assert report.all_signed
    assert reasons(report, Outcome.NOT_CHECKED) == []
    assert "later-signatures" in reasons(report, Outcome.PASSED)


def test_r_p4_acrobats_enclosed_proof_is_used(authority, issued, sign, check):
    judge = ValidationContext(
        trust_roots=[authority.root.asn1], other_certs=[authority.issuer.asn1], crls=[authority.crl()],
        allow_fetching=False, moment=NOW,
    )  # fmt: skip
    signed = sign(issued, AYSE, pades=False, embed_validation_info=True, validation_context=judge)
    report = check(signed)
    assert "revocation-good" in reasons(report, Outcome.PASSED)
    assert report.all_signed


def test_r_p4_a_revoked_certificate_is_refused(authority, people, issued, sign, check):
    signed = with_store(sign(issued, AYSE), authority, [authority.crl(revoked=[people[AYSE]])])
    report = refused(check(signed), "revocation-revoked")
    assert report.missing_signatories == (AYSE,)


def test_r_p4_an_issuer_that_cannot_be_asked_leaves_the_check_unmade(issued, sign, check):
    report = check(sign(issued, AYSE), revocation=Revocation.ONLINE)
    assert "revocation-silent" in reasons(report, Outcome.NOT_CHECKED)


def test_r_p4_one_changed_byte_is_refused(issued, sign, check):
    signed = bytearray(sign(issued, AYSE))
    signed[issued.index(b"\nendstream") - 5] ^= 1
    report = check(bytes(signed))
    assert not report.all_signed and report.missing_signatories == (AYSE,)
    assert "issued-changed" in reasons(report, Outcome.FAILED)


def test_r_p4_a_byte_changed_after_the_issued_part_is_refused(issued, sign, check):
    signed = sign(issued, AYSE, reason="Onay")
    assert signed.count(b"(Onay)") == 1
    refused(check(signed.replace(b"(Onay)", b"(Onaz)")), "intact-changed")


def add_words(content):
    """A page's content stream with something drawn over it, appended as an incremental update."""
    writer = IncrementalPdfFileWriter(BytesIO(content))
    page = writer.root["/Pages"]["/Kids"][0]
    drawn = writer.add_object(generic.StreamObject(stream_data=b"q 0 0 0 rg 50 50 200 200 re f Q"))
    page["/Contents"] = generic.ArrayObject([page.raw_get("/Contents"), drawn])
    writer.update_container(page)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def test_r_p4_content_added_after_signing_is_refused(issued, sign, check):
    refused(check(add_words(sign(issued, AYSE))), "content-added", "later-changed")


def test_r_p4_content_added_before_signing_is_refused(issued, sign, check):
    """The signature is intact and the issued bytes are there: only the analysis of what came between notices."""
    report = refused(check(sign(add_words(issued), AYSE)), "content-added")
    assert "issued-same" in reasons(report, Outcome.PASSED)
    assert report.missing_signatories == (AYSE,)


@pytest.mark.parametrize("box, fine", [((0, 0, 595, 842), False), ((10, 10, 40, 20), False), ((0, 0, 0, 0), True)])
def test_r_p4_a_field_that_could_cover_the_words_is_refused(box, fine, issued, sign, check):
    out = BytesIO(issued)
    writer = IncrementalPdfFileWriter(out)
    append_signature_field(writer, SigFieldSpec("Ek", box=box))
    writer.write_in_place()
    report = check(sign(out.getvalue(), AYSE))
    assert ("content-added" in reasons(report, Outcome.FAILED)) is not fine
    assert report.all_signed is fine


def append_other_document(content, revisions):
    """Behind the bytes a document of its own: a reader that starts at the end never comes to what lies before."""
    body, previous = bytearray(content), None
    for _ in range(revisions):
        objects = [
            b"<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[4 0 R]/SigFlags 1>>>>",
            b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 500 500]/Annots[4 0 R]>>",
            b"<</Type/Annot/Subtype/Widget/FT/Sig/T(Imza1)/Rect[0 0 0 0]/P 3 0 R/F 132>>",
        ]
        places = []
        for number, one in enumerate(objects, start=1):
            places.append(len(body))
            body += b"%d 0 obj\n%s\nendobj\n" % (number, one)
        start = len(body)
        body += b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % one for one in places)
        prev = b"/Prev %d" % previous if previous else b""
        body += b"trailer\n<</Size 5/Root 1 0 R/ID[<00><00>]%s>>\nstartxref\n%d\n%%%%EOF\n" % (prev, start)
        previous = start
    return bytes(body)


@pytest.mark.parametrize("revisions", [1, 2, 3])
def test_r_p4_another_document_behind_the_issued_bytes_is_refused(revisions, issued, sign, check):
    report = check(sign(append_other_document(issued, revisions), AYSE))
    assert "content-added" in reasons(report, Outcome.FAILED)
    assert not report.all_signed and report.missing_signatories == (AYSE,)


def test_r_p4_another_persons_certificate_is_refused(issued, sign, check):
    report = refused(check(sign(issued, STRANGER)), "person-other")
    assert report.missing_signatories == (AYSE,)
    assert STRANGER.tckn not in " ".join(one.sentence for one in report.every_check)


def test_r_p4_a_certificate_without_an_identity_number_is_refused(authority, issued, sign, check):
    refused(check(sign(issued, AYSE, holder=authority.person("Örnek A.Ş.", None))), "person-none")


def test_r_p4_an_unknown_root_is_refused(issued, sign, check):
    other = Authority("Başka Kök")
    signed = sign(issued, AYSE, holder=other.person(AYSE.name, AYSE.tckn), by=other)
    report = refused(check(signed), "trust-unknown")
    assert "revocation-untrusted" in reasons(report, Outcome.NOT_CHECKED)


def test_r_p4_an_issuer_with_the_trusted_names_and_another_key_is_refused(authority, issued, sign, check):
    other = Authority()
    refused(check(sign(issued, AYSE, holder=other.person(AYSE.name, AYSE.tckn), by=other)), "trust-unknown")
    forger = Holder(other.issuer.key, authority.issuer.certificate)
    forged = authority.person(AYSE.name, AYSE.tckn, by=forger)
    refused(check(sign(issued, AYSE, holder=forged)), "trust-path")


def test_r_p4_a_self_signed_certificate_is_refused(authority, issued, sign, check):
    holder = authority.person(AYSE.name, AYSE.tckn, by=None)
    refused(check(sign(issued, AYSE, holder=holder)), "trust-self")


def test_r_p4_without_roots_nobody_counts_as_signed(issued, sign, check):
    report = check(sign(issued, AYSE), roots=TrustRoots.of_folder(""))
    assert "trust-unset" in reasons(report, Outcome.NOT_CHECKED)
    assert not report.all_signed and report.missing_signatories == (AYSE,)


def test_r_p4_a_drawn_signature_is_none(issued, check):
    report = refused(check(add_words(issued)), "file-drawn")
    assert report.missing_signatories == (AYSE,)


def test_r_p4_an_unsigned_agreement_is_refused(issued, check):
    refused(check(issued), "file-unsigned")


@pytest.mark.parametrize(
    "content, reason",
    [
        (b"\x89PNG\r\n\x1a\n" + b"x" * 200, "file-picture"),
        (b"\xff\xd8\xff\xe0" + b"x" * 200, "file-picture"),
        (b"PK\x03\x04" + b"x" * 200, "file-container"),
        (cms.ContentInfo({"content_type": "signed_data", "content": cms.SignedData({
            "version": "v1", "digest_algorithms": [], "encap_content_info": {"content_type": "data"},
            "signer_infos": []})}).dump(), "file-detached"),
        (b"-----BEGIN PKCS7-----\nMIIB\n", "file-detached"),
        (b"Merhaba", "file-unknown"),
        (b"", "file-unknown"),
        (b"%PDF-1.7\nbozuk", "file-broken"),
    ],
)  # fmt: skip
def test_r_p4_other_files_are_refused_in_words(content, reason, check):
    report = refused(check(content), reason)
    assert report.missing_signatories == (AYSE,)
    assert len(report.checks[0].sentence) > 20


def test_r_p4_another_applications_agreement_is_refused(sign, check):
    other = make_agreement("SOZ-2026-000002")
    refused(check(sign(other, AYSE)), "issued-other")


def test_r_p4_an_older_version_is_named(sign, check):
    older = make_agreement("SOZ-2026-000001", "Eski unvan")
    refused(check(sign(older, AYSE), older=[older]), "issued-older")


@pytest.mark.parametrize("first, second", [(AYSE, CIGDEM), (CIGDEM, AYSE)])
def test_r_p4_joint_authority_signs_in_either_order(first, second, issued, sign, check):
    one = sign(issued, first)
    report = check(one, signatories=(AYSE, CIGDEM))
    assert reasons(report, Outcome.FAILED) == []
    assert report.missing_signatories == (second,) and not report.all_signed
    report = check(sign(one, second, field="Imza2"), signatories=(AYSE, CIGDEM))
    assert reasons(report, Outcome.FAILED) == []
    assert report.all_signed
    assert [one.signatory for one in report.signatures] == [first, second]


def test_r_p4_one_person_does_not_sign_for_two(issued, sign, check):
    signed = sign(sign(issued, AYSE), AYSE, field="Imza2")
    report = refused(check(signed, signatories=(AYSE, CIGDEM)), "person-twice")
    assert report.missing_signatories == (CIGDEM,)


def test_r_p4_a_first_signature_that_locks_the_document_is_explained(issued, sign, check):
    locked = sign(issued, AYSE, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    report = refused(check(locked, signatories=(AYSE, CIGDEM)), "lock-closed")
    assert report.missing_signatories == (CIGDEM,)
    with translation.override("tr"):
        sentence = next(one.sentence for one in report.checks if one.code == CheckCode.LOCK)
    assert CIGDEM.name in sentence and "kilit" in sentence
    assert check(locked).all_signed  # alone, one may lock


def test_r_p4_nothing_is_logged(issued, sign, check, caplog):
    caplog.set_level("DEBUG")
    other = Authority("Başka Kök")
    check(sign(issued, AYSE, holder=other.person(AYSE.name, AYSE.tckn), by=other, stamped=NOW))
    check(add_words(sign(issued, STRANGER)))
    assert AYSE.tckn not in caplog.text and STRANGER.tckn not in caplog.text
    assert AYSE.tckn not in repr(AYSE)


def test_r_p4_every_reason_reads_in_turkish():
    values = dict.fromkeys(("name", "names", "at", "until", "since"), "x")
    for reason, words in WORDS.items():
        with translation.override("en"):
            english = str(words).format(**values)
        with translation.override("tr"):
            assert str(words).format(**values) != english, reason
