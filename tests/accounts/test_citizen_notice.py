"""R-G6: the privacy notice stands before the first code; which version was shown when is kept."""

import pytest
from django.test import Client
from django.utils import timezone

from iys_portal.accounts.keys import citizen_hash
from iys_portal.accounts.models import OneTimeCode, PrivacyNotice, PrivacyNoticeRead
from iys_portal.core.models import OutboxMessage

from .steps import CODE, MAIL, SIGN_IN, give_address

pytestmark = pytest.mark.django_db


def test_r_g6_no_code_before_the_notice_was_shown(client: Client) -> None:
    answer = client.post(SIGN_IN, {"address": MAIL})
    assert answer.status_code == 422
    assert not OutboxMessage.objects.exists() and not OneTimeCode.objects.exists()
    assert not PrivacyNoticeRead.objects.exists()


def test_r_g6_the_page_shows_it_and_its_button_says_read(client: Client) -> None:
    page = client.get(SIGN_IN).content.decode()
    assert "Vatandaş sayfaları için aydınlatma metni" in page
    assert "Okudum" in page and "Kabul ediyorum" not in page


def test_r_g6_which_version_was_shown_when_is_kept_without_the_address(client: Client) -> None:
    assert give_address(client).url == CODE
    row = PrivacyNoticeRead.objects.select_related("notice").get()
    assert (row.notice.audience, row.notice.version, row.notice.language) == ("citizen", 1, "tr")
    assert (row.subject_type, row.subject_id) == ("accounts.address", citizen_hash("notice", MAIL))
    assert MAIL not in row.subject_id


def test_a_browser_that_has_read_it_is_not_asked_again_until_there_is_a_new_version(client: Client) -> None:
    give_address(client)
    page = client.get(SIGN_IN).content.decode()
    assert "Okudum" not in page
    assert client.post(SIGN_IN, {"address": "baska@deneme.example"}).status_code == 302
    assert PrivacyNoticeRead.objects.count() == 1
    PrivacyNotice.objects.create(
        audience="citizen", version=2, language="tr", title="Yeni metin", text="Metin", published_at=timezone.now()
    )
    assert "Yeni metin" in client.get(SIGN_IN).content.decode()
    assert client.post(SIGN_IN, {"address": "uc@deneme.example"}).status_code == 422


def test_an_older_version_is_not_the_one_that_was_to_be_read(client: Client) -> None:
    english = PrivacyNotice.objects.get(audience="citizen", language="en")
    assert client.post(SIGN_IN, {"address": MAIL, "notice": english.pk}).status_code == 422


def test_anybody_can_read_it_again(client: Client) -> None:
    assert "KVKK" in client.get("/vatandas/aydinlatma/").content.decode()
