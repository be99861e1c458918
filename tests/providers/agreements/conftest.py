"""An application whose agreement is signed with certificates of a test authority."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
import time_machine

from iys_portal.core import documents
from iys_portal.core.enums import DocumentState
from providers import services
from providers.enums import ApplicationDocumentKind as D
from providers.models import Agreement, AgreementFile
from tests.providers.applications.conftest import (  # noqa: F401 - fixtures
    FIRST,
    SECOND,
    Desk,
    begin,
    holder,
    no_limits_of_other_tests,
)
from tests.providers.signatures.authority import NOW
from tests.providers.signatures.conftest import (  # noqa: F401 - fixtures
    AYSE,
    CIGDEM,
    authority,
    folder,
    no_loop_of_the_browser,
    people,
    sign,
)

ONE, TWO = AYSE, CIGDEM
"""Holders of certificates with the identity numbers of the application's two signatories."""


@pytest.fixture(autouse=True)
def in_the_certificates_time() -> Any:
    with time_machine.travel(NOW + timedelta(hours=1), tick=True):
        yield


@pytest.fixture(autouse=True)
def trusted(settings: Any, folder: Any) -> None:  # noqa: F811
    settings.ESIGN_ROOTS = str(folder)


@pytest.fixture
def desk(begin: Callable[..., Desk]) -> Desk:  # noqa: F811
    """Everything but the agreement."""
    desk = begin()
    desk.fill()
    for kind in (D.SIGNATURE_CIRCULAR, D.GAZETTE):
        desk.upload(kind)
    return desk


@pytest.fixture
def joint(desk: Desk) -> Desk:
    services.save_signatories(first=FIRST, second=SECOND, manager=None, **desk.about)
    return desk


def issued(agreement: Agreement) -> bytes:
    return documents.content_of(agreement.document)


def draw(agreement: Agreement) -> Agreement:
    documents.render(agreement.document_id)
    agreement.document.refresh_from_db()
    assert agreement.document.state == DocumentState.READY
    return agreement


def take(desk: Desk, content: bytes) -> AgreementFile:
    return services.take_signed(file=BytesIO(content), **desk.about)
