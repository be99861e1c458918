"""R-K6, R-K7: the sender's evidence and the whole case as PDF and ZIP: what is in them, and what never is."""

import hashlib
import io
from collections.abc import Callable
from datetime import timedelta
from zipfile import ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from complaints import services
from complaints.archive import SUMS
from complaints.document_kinds import BUNDLE
from complaints.models import Complaint, ComplaintBundle, ComplaintPaper
from complaints.services import bundles
from consents.document_kinds import QUERY
from consents.services import retention
from consents.services.evidence import record_with_file
from consents.services.records import Entry
from iys_portal.accounts.models import User
from iys_portal.core import documents
from iys_portal.core.actors import SYSTEM, Actor
from iys_portal.core.models import AuditEntry, Document, Job
from iys_portal.core.storage import private_path
from providers.models import Brand
from tests.consents.evidence.papers import pdf, picture
from tests.factories import BrandFactory, MembershipFactory, complaint_officer, officer_of

from .conftest import IDENTITY, MAIL, TCKN, upload

CARD = pdf(note="KIMLIK KARTI")
SECRETS = (
    *(TCKN, "10*******46", "Gizli not", "ayse-kimlik"),
    *(IDENTITY[name] for name in ("full_name", "residence", "district", "province")),
)


@pytest.fixture
def case(draft: Callable[..., Complaint], me: Actor, officer: Actor, brand: Brand, record) -> Complaint:
    """A signed form proves the consent; two files of the complainant, of which the sender sees the picture; a note."""
    then = timezone.now() - timedelta(days=3)
    at = timezone.localtime(then).strftime("%Y-%m-%d %H:%M:%S")
    entry = Entry(MAIL, "EPOSTA", "ONAY", "HS_FIZIKSEL_ORTAM", "BIREYSEL", at)
    record_with_file(actor=officer_of(brand), brand=brand, entries=[entry], file=io.BytesIO(pdf()), name="form.pdf")
    made = draft(brand=brand)
    files = [upload("ayse-ekran.png", picture()), upload("ayse-kimlik.pdf", CARD)]
    services.add_evidence(complaint=made, files=files, actor=me)
    made = services.file_complaint(complaint=made, declared=True, actor=me)
    services.add_note(complaint=made, text="Gizli not", actor=officer)
    return services.ask_defence(complaint=made, actor=officer)


@pytest.fixture
def page(sign_in: Callable[..., Client], brand: Brand) -> Client:
    return sign_in(MembershipFactory(provider=brand.provider, role="manager").user)


def base(case: Complaint) -> str:
    return f"/sikayetler/{case.public_id}/delil/"


def made(page: Client, url: str) -> ComplaintBundle:
    """Begun by the page, made by the worker."""
    assert page.post(url).status_code == 302
    bundle = ComplaintBundle.objects.order_by("-pk")[0]
    services.make_bundle(bundle.job_id)
    bundle.refresh_from_db()
    assert bundle.job.state == "done", Job.objects.get(pk=bundle.job_id).error
    return bundle


def taken(page: Client, url: str, bundle: ComplaintBundle, form: str) -> bytes:
    answer = page.post(f"{url}{bundle.public_id}/{form}/")
    assert answer.status_code == 200
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def words_of(content: bytes) -> str:
    return " ".join("\n".join(one.extract_text() for one in PdfReader(io.BytesIO(content)).pages).split())


def members_of(content: bytes) -> dict[str, bytes]:
    with ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_r_k6_a_sender_gets_its_evidence_and_never_who_complains(page: Client, case: Complaint) -> None:
    url = base(case)
    bundle = made(page, url)
    index, files = taken(page, url, bundle, "pdf"), members_of(taken(page, url, bundle, "zip"))
    assert files["index.pdf"] == index
    sums = dict(reversed(line.split("  ")) for line in files[SUMS].decode().splitlines())
    assert sums == {name: hashlib.sha256(data).hexdigest() for name, data in files.items() if name != SUMS}
    text = words_of(index)
    assert {name.split("/")[0] for name in sums} == {"index.pdf", "gecmis", "formlar", "dosyalar"}
    assert [name for name in sums if name.startswith("dosyalar/sikayetci/picture-")]
    for part in ("Onay kaydedildi", MAIL, "form.pdf", case.tracking_number, "İndirim başladı", "Resim"):
        assert part in text, part
    hashes = "".join(text.split())
    assert all(sha256 in hashes for name, sha256 in sums.items() if name != "index.pdf")
    everything = [
        text,
        str(bundle.document.data),
        *(f"{name} {data.decode('utf-8', 'ignore')}" for name, data in files.items()),
    ]
    assert not [secret for part in everything for secret in SECRETS if secret in part]
    assert CARD not in files.values()
    assert AuditEntry.objects.filter(verb="complaint.bundle_taken").count() == 2


def test_r_k6_it_goes_with_the_answer_by_one_tick(page: Client, case: Complaint) -> None:
    bundle, home = made(page, base(case)), f"/sikayetler/{case.public_id}/"
    assert str(bundle.public_id) in page.get(home).content.decode()
    answer = {"text": "Onay ekte.", "confirmed": "on", "bundle": bundle.public_id}
    files = [SimpleUploadedFile("onay.pdf", pdf())]
    assert page.post(f"{home}cevap/", {**answer, "files": files}).status_code == 302
    kept = ComplaintPaper.objects.filter(side="provider")
    assert sorted(paper.content_type for paper in kept) == ["application/pdf", "application/pdf", "application/zip"]
    for paper in kept:
        assert hashlib.sha256(private_path(paper.file.name).read_bytes()).hexdigest() == paper.sha256
    services.forget_bundles(now=timezone.now() + timedelta(days=2))
    bundle.refresh_from_db()
    assert not bundle.file
    assert all(private_path(paper.file.name).exists() for paper in kept)
    again = members_of(taken(page, base(case), made(page, base(case)), "zip"))
    assert [name for name in again if name.startswith("dosyalar/gonderici/")] == [
        f"dosyalar/gonderici/paper-{kept.get(name='onay.pdf').pk}.pdf"
    ]


def test_r_k6_it_is_offered_to_an_answer_only_where_the_sender_may_speak(
    page: Client, case: Complaint, brand: Brand, officer: Actor
) -> None:
    made(page, base(case))
    services.answer_complaint(complaint=case, text="Onay ektedir.", actor=officer_of(brand))

    def offers() -> list[bool]:
        answers = page.get(f"/sikayetler/{case.public_id}/"), page.get(base(case), headers={"HX-Request": "true"})
        return ["attach-bundle" in one.content.decode() for one in answers]

    assert offers() == [False, False]
    services.ask_sender(complaint=case, text="Form nerede?", actor=officer)
    assert offers() == [True, True]


def test_r_k6_what_was_forgotten_keeps_the_answer_from_being_sent(page: Client, case: Complaint) -> None:
    bundle = made(page, base(case))
    ComplaintBundle.objects.update(expires_at=timezone.now())
    home = f"/sikayetler/{case.public_id}/"
    answer = page.post(f"{home}cevap/", {"text": "Ekte.", "confirmed": "on", "bundle": bundle.public_id})
    assert answer.status_code == 422
    assert "yeniden hazırlatın" in answer.content.decode()
    assert Complaint.objects.get().state == "defence_asked"
    assert page.post(f"{base(case)}{bundle.public_id}/zip/").status_code == 409


def test_r_k7_the_registry_gets_the_whole_case(sign_in, case: Complaint, officer: Actor, brand) -> None:
    manager = MembershipFactory(provider=brand.provider, role="manager").user
    services.answer_complaint(complaint=case, text="Onayı vardı.", actor=officer_of(brand))
    desk, url = sign_in(User.objects.get(pk=officer.id)), f"/sikayet-masasi/{case.public_id}/dosya-paketi/"
    assert url in desk.get(f"/sikayet-masasi/{case.public_id}/").content.decode()
    bundle = made(desk, url)
    text, files = words_of(taken(desk, url, bundle, "pdf")), members_of(taken(desk, url, bundle, "zip"))
    for part in (
        IDENTITY["full_name"],
        IDENTITY["residence"],
        IDENTITY["province"],
        "10*******46",
        "Gizli not",
        "Onayı vardı.",
        "ayse-kimlik",
    ):
        assert part in text, part
    assert CARD in files.values()
    assert TCKN not in text
    # Nobody else: another il, the sender, and the sender's page does not know of it.
    people = (User.objects.get(pk=complaint_officer("İzmir").id), url), (manager, base(case))
    for person, address in people:
        stranger = sign_in(person)
        assert stranger.post(f"{address}{bundle.public_id}/zip/").status_code == 404


def test_r_a1_evidence_is_for_who_answers_for_the_sender(sign_in, case: Complaint, brand: Brand) -> None:
    members = (
        (MembershipFactory(provider=BrandFactory(is_main=True).provider, role="manager"), 404),
        (
            MembershipFactory(provider=brand.provider, role="viewer"),
            403,
        ),
    )
    for member, status in members:
        client = sign_in(member.user)
        assert client.get(base(case)).status_code == status
        assert client.post(base(case)).status_code == status
    assert "delil/" not in client.get(f"/sikayetler/{case.public_id}/").content.decode()
    assert not ComplaintBundle.objects.exists()


def test_two_clicks_begin_one_and_a_changed_file_is_not_packed(page: Client, case: Complaint) -> None:
    for _click in range(2):
        page.post(base(case), headers={"HX-Request": "true"})
    bundle = ComplaintBundle.objects.get()
    shown = ComplaintPaper.objects.get(for_provider=True)
    private_path(shown.file.name).write_bytes(b"something else")
    services.make_bundle(bundle.job_id)
    bundle.refresh_from_db()
    assert (bundle.job.state, bundle.file.name) == ("failed", "")
    assert "hazırlanamadı" in page.get(base(case)).content.decode()


def test_r_l5_an_old_bundle_keeps_its_index_and_lets_the_rest_expire(page: Client, case: Complaint, me: Actor) -> None:
    index = made(page, base(case)).document
    services.withdraw_complaint(complaint=case, actor=me)  # nothing is held any more
    other = documents.issue(
        kind=QUERY, number=documents.new_number(QUERY), data={"recipient": "veli@deneme.example"},
        subject=("query", "1"), language="tr", actor=SYSTEM, now=timezone.now(), publish=False,
    )  # fmt: skip
    assert retention._erase_documents(timezone.now() + timedelta(days=1)) == 1
    assert not Document.objects.filter(pk=other.pk).exists()
    assert private_path(index.file.name).exists()


class Killed(BaseException):
    """The worker's process is gone: nothing of the job is written."""


def test_a_run_after_one_that_died_leaves_one_index(page: Client, case: Complaint, monkeypatch) -> None:
    def die(*args: object, **kwargs: object) -> None:
        raise Killed

    page.post(base(case))
    job = ComplaintBundle.objects.get().job
    with monkeypatch.context() as dying:
        dying.setattr(bundles, "write_archive", die)
        with pytest.raises(Killed):
            services.make_bundle(job.pk)
    first = Document.objects.get(kind=BUNDLE)
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    services.make_bundle(job.pk)
    index = Document.objects.get(kind=BUNDLE)
    assert (ComplaintBundle.objects.get().document, index.state) == (index, "ready")
    assert index.number != first.number
