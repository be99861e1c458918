"""Files of any content: refused in words or read, never a crash, never a hang over 5 s (issue 10; R-P4, R-P5, R-K2)."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.utils import translation

from consents.files.archive import members_of, open_archive, read_member
from consents.files.inspect import inspect_file
from consents.files.paste import pasted_addresses, write_paste
from consents.files.read import read_slices
from consents.normalise import Reading, normalise
from consents.services.import_columns import fitted
from iys_portal.core.eml import read_mail
from iys_portal.core.errors import Invalid
from iys_portal.core.refused_files import FileRefused
from iys_portal.core.uploads import judge_scan
from providers.signatures import SignatoryFacts, TrustRoots, check_signed
from tests.consents.evidence.papers import locked_pdf, pdf, picture, scripted_pdf
from tests.providers.signatures.authority import NOW, Authority
from tests.trust.fuzz import both, broken, run
from tests.trust.fuzz_samples import TEXTS, archive, mail, sheet


def read_all(path: Path) -> None:
    """As an import does it: recognise, read in slices, normalise."""
    try:
        layout = fitted(inspect_file(path))
        for part in read_slices(path, layout, rows=50, limit=1_000):
            fields = {column.field: f"c{column.index}" for column in layout.columns if column.field}
            normalise(part.frame, Reading(columns=fields, moment=NOW, shape=layout.shape))
    except FileRefused as refusal:
        in_words(refusal)
    except Invalid as refusal:
        if refusal.code != "mixed-shape":
            raise


def in_words(refusal: FileRefused) -> None:
    """Whoever brought the file is told a whole sentence."""
    with translation.override("tr"):
        assert refusal.message and refusal.advice, refusal.code


def refused_or_taken(check: Callable[[bytes], object]) -> Callable[[bytes], None]:
    def each(data: bytes) -> None:
        try:
            check(data)
        except FileRefused as refusal:
            in_words(refusal)

    return each


@both(40, 4_000)
def test_text_files(examples: int, tmp_path: Path) -> None:
    path = tmp_path / "liste.csv"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        read_all(path)

    run(examples, broken(TEXTS), check)


@both(12, 400)
def test_workbooks(examples: int, tmp_path: Path) -> None:
    path = tmp_path / "liste.xlsx"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        read_all(path)

    run(examples, broken([sheet()]), check)


@both(60, 4_000)
def test_pasted_text(examples: int, tmp_path: Path) -> None:
    path = tmp_path / "yapistirilan.csv"

    def check(data: bytes) -> None:
        text = data.decode("utf-8", errors="surrogatepass" if b"\xed\xa0" in data else "replace")
        pasted_addresses(text)
        write_paste(text, path)
        read_all(path)

    def tolerant(data: bytes) -> None:
        try:
            check(data)
        except UnicodeDecodeError:
            check(data.decode("utf-8", errors="replace").encode())

    run(examples, broken(TEXTS), tolerant)


@both(60, 4_000)
def test_archives_of_scans(examples: int, tmp_path: Path) -> None:
    path = tmp_path / "taramalar.zip"

    def check(data: bytes) -> None:
        path.write_bytes(data)
        with open_archive(path) as opened:
            for member in members_of(opened):
                read_member(opened, member.place)

    run(examples, broken([archive()]), refused_or_taken(check))


@both(60, 6_000)
def test_scans(examples: int) -> None:
    samples = [pdf(), pdf(pages=3, note="ş"), locked_pdf(), scripted_pdf(), picture(), picture(kind="JPEG")]
    run(examples, broken(samples), refused_or_taken(judge_scan))


@both(60, 6_000)
def test_mails(examples: int) -> None:
    run(
        examples,
        broken([mail(), mail().replace(b"\n", b"\r\n")]),
        refused_or_taken(lambda data: read_mail(data).facts()),
    )


@pytest.fixture
def no_loop_of_the_browser() -> object:
    """A browser's driver leaves its event loop marked as running in this thread; pyHanko starts one of its own."""
    running = asyncio._get_running_loop()
    asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(running)


@both(25, 1_500)
@pytest.mark.usefixtures("no_loop_of_the_browser")
def test_signed_agreements(examples: int, tmp_path: Path) -> None:
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
    from pyhanko.sign import signers

    authority, person = Authority(), SignatoryFacts("Ayşe Gül Örnekoğlu", "10000000146")
    authority.write_roots(tmp_path)
    issued, out = pdf(note="Sözleşme"), BytesIO()
    meta = signers.PdfSignatureMetadata(field_name="Imza1", md_algorithm="sha256")
    signer = signers.PdfSigner(meta, signer=authority.signer(authority.person(person.name, person.tckn)))
    signer.sign_pdf(IncrementalPdfFileWriter(BytesIO(issued)), output=out)
    roots = TrustRoots.of_folder(tmp_path)

    def check(data: bytes) -> None:
        report = check_signed(
            issued=issued, uploaded=data, signatories=(person,), roots=roots, uploaded_at=NOW + timedelta(days=1)
        )
        if report.all_signed:
            assert data.startswith(issued), "what is taken as signed begins with what was issued"

    check(out.getvalue())
    run(examples, broken([out.getvalue()]), check)
