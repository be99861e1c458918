"""The pages of consent texts: list, one text, draft, checklist, print (R-C18)."""

import re
from datetime import date

import pytest
from django.urls import reverse

from consents.enums import Channel
from consents.models import ConsentText
from consents.text_rules import TextState
from iys_portal.core.models import AuditEntry
from providers.enums import ProviderState
from tests.factories import BrandFactory, MembershipFactory, UserFactory

from .conftest import EVERYTHING, words


@pytest.fixture
def browser(sign_in, brand):
    """`browser("viewer")`: somebody of the brand's provider."""
    return lambda role="manager": sign_in(MembershipFactory(provider=brand.provider, role=role).user, brand.provider)


def page_of(text, name="text"):
    return reverse(f"consents:{name}", args=[text.pk])


def fields(brand, **changes):
    return {
        "brand": brand.pk,
        "title": "Üyelik formu",
        "channels": ["3"],
        "language": "tr",
        "text": words(Channel.EPOSTA),
        "valid_from": "2026-11-24",
        "valid_until": "",
    } | changes


def test_a_draft_is_written_previewed_published_and_ended_on_its_pages(browser, brand):
    client = browser()
    answer = client.post(reverse("consents:text_new"), fields(brand))
    text = ConsentText.objects.get()
    assert answer.url == page_of(text)
    page = client.get(answer.url).content.decode()
    assert "onay veriyorum" in page
    assert page.count('name="ticked"') == len(EVERYTHING)
    assert not re.search(r'name="ticked"[^>]* checked', page)

    answer = client.post(page_of(text, "text_publish"), {"ticked": EVERYTHING[:-1]})
    assert answer.status_code == 422
    kept = len(re.findall(r'name="ticked"[^>]* checked', answer.content.decode()))
    assert kept == len(EVERYTHING) - 1
    text.refresh_from_db()
    assert text.version is None

    assert client.post(page_of(text, "text_publish"), {"ticked": EVERYTHING}).status_code == 302
    text.refresh_from_db()
    assert text.version == 1
    assert client.post(page_of(text, "text_retire"), {"last_day": "2026-12-01"}).status_code == 302
    text.refresh_from_db()
    assert text.valid_until == date(2026, 12, 1)


def test_r_c18_a_correction_begins_with_the_words_of_the_former_version(browser, brand, text_of):
    text = text_of(Channel.ARAMA, Channel.EPOSTA, title="Kasa formu")
    page = browser().get(reverse("consents:text_new") + f"?metin={text.pk}")
    assert page.context["form"].initial["text"] == text.text
    assert page.context["form"].initial["channels"] == [1, 3]
    assert "Kasa formu" in page.content.decode()
    assert browser().get(page_of(text, "text_change")).url == page_of(text)


def test_a_draft_is_changed_and_thrown_away(browser, brand, draft_of):
    draft, client = draft_of(), browser()
    change = fields(brand, title="Kasa formu")
    del change["brand"]
    assert client.post(page_of(draft, "text_change"), change).status_code == 302
    draft.refresh_from_db()
    assert draft.title == "Kasa formu"
    assert client.post(page_of(draft, "text_discard")).status_code == 302
    assert not ConsentText.objects.exists()


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"channels": []}, "channels"),
        ({"title": ""}, "title"),
        ({"text": " "}, "text"),
        ({"valid_until": "2026-11-01"}, "valid_until"),
        ({"valid_from": "bugün"}, "valid_from"),
    ],
)
def test_a_wrong_form_says_so_at_its_field_and_writes_nothing(browser, brand, changes, field):
    answer = browser().post(reverse("consents:text_new"), fields(brand, **changes))
    assert answer.status_code == 422
    assert answer.context["form"].errors[field]
    assert not ConsentText.objects.exists()
    assert not AuditEntry.objects.filter(verb__startswith="text.").exists()


@pytest.mark.parametrize("role", ["viewer", "officer"])
def test_who_may_only_read_sees_no_button_and_is_refused(browser, brand, draft_of, text_of, role):
    draft, text = draft_of(), text_of()
    client = browser(role)
    for one in (draft, text):
        page = client.get(page_of(one)).content.decode()
        assert 'name="ticked"' not in page
        assert "data-dialog-open" not in page
    assert reverse("consents:text_new") not in client.get(reverse("consents:texts")).content.decode()
    for name in ("text_publish", "text_retire", "text_discard", "text_change"):
        assert client.post(page_of(draft, name), {"ticked": EVERYTHING}).status_code == 403
    draft.refresh_from_db()
    assert not draft.is_published


def test_r_p7_a_suspended_providers_manager_sees_no_button(browser, brand, draft_of):
    draft = draft_of()
    brand.provider.state = ProviderState.SUSPENDED
    brand.provider.save()
    client = browser()
    assert 'name="ticked"' not in client.get(page_of(draft)).content.decode()
    assert reverse("consents:text_new") not in client.get(reverse("consents:texts")).content.decode()


def test_r_a1_the_list_shows_own_texts_and_staff_all_by_brand(browser, sign_in, brand, text_of):
    text_of(title="Bizim metin")
    stranger = MembershipFactory(provider=BrandFactory(is_main=True).provider, role="manager")
    assert "Bizim metin" in browser("viewer").get(reverse("consents:texts")).content.decode()
    client = sign_in(stranger.user, stranger.provider)
    assert "Bizim metin" not in client.get(reverse("consents:texts")).content.decode()
    staff = sign_in(UserFactory(staff_roles=["auditor"]))
    page = staff.get(reverse("consents:texts")).content.decode()
    assert "Bizim metin" in page
    assert brand.provider.title in page
    assert reverse("consents:text_new") not in page


def test_the_list_goes_on_after_a_page_and_holds_any_number(browser, brand, draft_of):
    for number in range(27):
        draft_of(title=f"Taslak {number:02d}")
    client = browser()
    first = client.get(reverse("consents:texts"))
    second = client.get(reverse("consents:texts") + "?sayfa=2")
    assert [len(answer.context["page"].texts) for answer in (first, second)] == [25, 2]
    assert "sayfa=2" in first.content.decode()
    for strange in ("0", "-1", "x", "99999999999999999999"):
        assert client.get(reverse("consents:texts") + f"?sayfa={strange}").status_code == 200


def test_an_older_version_is_shown_as_replaced_once_the_newer_one_covers_its_channels(browser, text_of):
    old, wide = text_of(Channel.EPOSTA), text_of(Channel.EPOSTA, Channel.ARAMA)
    part = text_of(Channel.EPOSTA)
    planned = text_of(*Channel, valid_from=date(2027, 1, 1))
    client = browser("viewer")
    groups = client.get(reverse("consents:texts")).context["groups"]
    found = {text.pk: state for _brand, rows in groups for text, state in rows}
    assert found == {
        old.pk: TextState.REPLACED,
        wide.pk: TextState.VALID,  # nothing newer is for calls
        part.pk: TextState.VALID,
        planned.pk: TextState.PLANNED,
    }
    assert client.get(page_of(old)).context["state"] is TextState.REPLACED


def test_r_c18_print_puts_the_text_under_its_heading_in_12_punto(browser, text_of, draft_of, settings):
    page = browser("viewer").get(page_of(text_of(), "text_print")).content.decode()
    assert "<h2>Ticari elektronik ileti</h2>" in page
    assert "onay veriyorum" in page
    css = (settings.BASE_DIR / "static" / "css" / "texts.css").read_text()
    assert re.search(r"\.text-paper \{[^}]*font-size: 12pt", css)
    assert (
        "<h2>Commercial electronic messages"
        in browser().get(page_of(draft_of(language="en"), "text_print")).content.decode()
    )


def test_words_of_a_text_are_never_markup(browser, draft_of):
    draft = draft_of(text="<script>alert(1)</script> <b>kalın</b>", title="<i>eğik</i>")
    for name in ("text", "text_print", "text_change"):
        page = browser().get(page_of(draft, name)).content.decode()
        assert "<script>alert" not in page
        assert "<b>kalın" not in page
        assert "<i>eğik" not in page
