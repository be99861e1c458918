"""Two uploads and two submissions at once."""

from io import BytesIO

import pytest

from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.selectors import privacy_notice
from iys_portal.core.errors import WrongMoment
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.models import Application, ApplicationDocument, ApplicationMove
from tests.consents.evidence.papers import pdf
from tests.threads import at_once

from .conftest import Desk


@pytest.fixture
def desk(committed_db: str, own_queue: None) -> Desk:
    notice = privacy_notice(NoticeAudience.APPLICANT, "tr")
    return Desk(
        services.start_application(
            kind="legal_entity",
            email="izin@basvuran.example",
            language="tr",
            ip="192.0.2.9",
            notice_id=notice.pk,
            notice_read_at=notice.published_at,
        )
    )


def test_r_p5_two_uploads_at_once_are_two_versions(desk: Desk) -> None:
    def upload(note: str) -> None:
        services.add_document(
            application=Application.objects.get(),
            actor=desk.actor,
            kind=D.GAZETTE,
            files=[("a.pdf", BytesIO(pdf(note=note)))],
        )

    assert at_once(*[lambda note=str(n): upload(note) for n in range(4)]) == []
    rows = ApplicationDocument.objects.order_by("version")
    assert [row.version for row in rows] == [1, 2, 3, 4]
    assert [row.current for row in rows] == [False, False, False, True]
    assert len({row.sha256 for row in rows}) == 4


def test_r_p6_two_clicks_submit_once(desk: Desk) -> None:
    desk.complete()

    def submit() -> None:
        services.submit(application=Application.objects.get(), actor=desk.actor)

    failures = at_once(submit, submit)
    assert [type(failure) for failure in failures] == [WrongMoment]
    assert ApplicationMove.objects.filter(name="submit").count() == 1
