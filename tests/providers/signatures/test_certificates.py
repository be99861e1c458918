"""R-P4: roots, time stamps of the document, and proof that a certificate was not revoked."""

import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter

from providers.signatures import Outcome, Revocation, TrustRoots

from .authority import NOW, Authority
from .conftest import AYSE
from .test_checks import add_words, reasons, refused, with_store


@pytest.fixture
def list_server():
    """A place that serves `content` and counts who asked."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            server.asked += 1
            self.send_response(200)
            self.send_header("Content-Type", "application/pkix-crl")
            self.end_headers()
            self.wfile.write(server.content)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.content, server.asked = b"", 0
    server.address = f"http://127.0.0.1:{server.server_port}/liste.crl"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("revoked", [False, True])
def test_r_p4_online_the_issuer_is_asked(revoked, authority, issued, sign, check, list_server):
    holder = authority.person(AYSE.name, AYSE.tckn, list_at=list_server.address)
    list_server.content = authority.crl(revoked=[holder] if revoked else [])
    signed = sign(issued, AYSE, holder=holder)
    assert "revocation-none" in reasons(check(signed), Outcome.NOT_CHECKED)
    assert list_server.asked == 0
    report = check(signed, revocation=Revocation.ONLINE)
    assert list_server.asked == 1
    if revoked:
        refused(report, "revocation-revoked")
    else:
        assert "revocation-good" in reasons(report, Outcome.PASSED) and report.all_signed


def test_r_p4_addresses_in_untrusted_certificates_are_not_asked(issued, sign, check, list_server):
    other = Authority("Başka Kök")
    holder = other.person(AYSE.name, AYSE.tckn, list_at=list_server.address)
    refused(check(sign(issued, AYSE, holder=holder, by=other), revocation=Revocation.ONLINE), "trust-unknown")
    assert list_server.asked == 0


def test_r_p4_a_forged_list_proves_nothing(authority, issued, sign, check):
    forged = Authority().crl()
    report = check(with_store(sign(issued, AYSE), authority, [forged]))
    assert "revocation-none" in reasons(report, Outcome.NOT_CHECKED)


def test_r_p4_a_list_that_ran_out_long_ago_proves_nothing(authority, issued, sign, check):
    old = authority.crl(at=NOW - timedelta(days=90))
    report = check(with_store(sign(issued, AYSE), authority, [old]))
    assert "revocation-none" in reasons(report, Outcome.NOT_CHECKED)


def test_r_p4_a_revocation_after_the_time_stamp_does_no_harm(authority, people, issued, sign, check):
    later = authority.crl(revoked=[people[AYSE]], at=NOW + timedelta(hours=20), revoked_at=NOW + timedelta(hours=10))
    assert check(with_store(sign(issued, AYSE, stamped=NOW), authority, [later])).all_signed
    refused(check(with_store(sign(issued, AYSE), authority, [later])), "revocation-revoked")


def stamped(content, authority, at):
    """The file with a time stamp of the document appended (PAdES B-LTA)."""
    out = BytesIO()
    writer = IncrementalPdfFileWriter(BytesIO(content))
    signers.PdfTimeStamper(authority.stamper(at)).timestamp_pdf(writer, "sha256", output=out)
    return out.getvalue()


def test_r_p4_a_time_stamp_from_before_the_signature_dates_nothing(authority, issued, sign, check):
    report = check(sign(stamped(issued, authority, NOW - timedelta(days=1)), AYSE))
    assert report.all_signed
    assert "time-none" in reasons(report, Outcome.NOT_CHECKED)
    assert report.signatures[0].signed_at == NOW + timedelta(days=1)


def test_r_p4_a_time_stamp_of_the_document_dates_the_signature(authority, issued, sign, check):
    at = NOW + timedelta(minutes=5)
    report = check(stamped(sign(issued, AYSE), authority, at))
    assert reasons(report, Outcome.FAILED) == [] and report.all_signed
    assert report.signatures[0].signed_at == at
    assert "later-signatures" in reasons(report, Outcome.PASSED)


def test_r_p4_a_time_stamp_from_after_the_upload_dates_nothing(issued, sign, check):
    report = check(sign(issued, AYSE, stamped=NOW + timedelta(days=400)))
    assert "time-late" in reasons(report, Outcome.NOT_CHECKED)
    assert report.signatures[0].signed_at == NOW + timedelta(days=1)


def test_r_p4_weak_digests_are_refused(issued, sign, check):
    report = refused(check(sign(issued, AYSE, md_algorithm="sha1")), "format-old")
    assert "sha1" in report.signatures[0].checks[0].sentence


def test_r_p4_a_change_after_a_lock_is_explained(issued, sign, check):
    locked = sign(issued, AYSE, certify=True, docmdp_permissions=MDPPerm.NO_CHANGES)
    report = check(add_words(locked))
    assert not report.all_signed
    assert "later-locked" in reasons(report, Outcome.FAILED)


def test_r_p4_intermediate_issuers_may_lie_beside_the_roots(authority, people, folder, tmp_path, issued, check):
    meta = signers.PdfSignatureMetadata(field_name="Imza1", subfilter=SigSeedSubFilter.PADES, md_algorithm="sha256")
    out = BytesIO()
    signer = authority.signer(people[AYSE], encloses_issuer=False)
    signers.PdfSigner(meta, signer=signer).sign_pdf(IncrementalPdfFileWriter(BytesIO(issued)), output=out)
    refused(check(out.getvalue()), "trust-unknown")
    authority.write_roots(tmp_path)
    (tmp_path / "alt.cer").write_bytes(authority.issuer.certificate.public_bytes(Encoding.DER))
    assert check(out.getvalue(), roots=TrustRoots.of_folder(tmp_path)).all_signed


def test_r_p4_an_intermediate_issuer_alone_is_no_root(authority, tmp_path, issued, sign, check):
    (tmp_path / "alt.pem").write_bytes(authority.issuer.certificate.public_bytes(Encoding.PEM))
    report = check(sign(issued, AYSE), roots=TrustRoots.of_folder(tmp_path))
    assert "trust-unset" in reasons(report, Outcome.NOT_CHECKED) and not report.all_signed


def test_r_p4_a_broken_root_file_is_named_at_once(tmp_path):
    (tmp_path / "kok.pem").write_bytes(b"bozuk")
    with pytest.raises(ValueError):
        TrustRoots.of_folder(tmp_path)


def test_r_p4_a_signature_that_leaves_a_hole_is_refused(issued, sign, check):
    """The byte range names fewer bytes than the file has, without saying so."""
    signed = sign(issued, AYSE)
    start = signed.rindex(b"/ByteRange [") + len(b"/ByteRange [")
    numbers = [int(one) for one in signed[start : signed.index(b"]", start)].split()]
    holed = [0, numbers[1], numbers[2] - 10, numbers[3]]
    text = " ".join(map(str, holed)).encode().ljust(signed.index(b"]", start) - start)
    changed = signed[:start] + text + signed[signed.index(b"]", start) :]
    assert len(changed) == len(signed)
    report = check(changed)
    assert {"later-uncovered", "intact-changed"} <= set(reasons(report, Outcome.FAILED))
