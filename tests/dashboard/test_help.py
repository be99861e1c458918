"""Help, glossary and legal pages: complete in both languages, true to the rules, beside each page."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client, override_settings
from django.urls import get_resolver, reverse
from django.utils.translation import override

from iys_portal.accounts.models import PrivacyNotice, PrivacyNoticeRead
from iys_portal.core.turkish import sort_key
from iys_portal.dashboard import articles
from iys_portal.dashboard.context import MENU
from iys_portal.dashboard.glossary import TERMS
from iys_portal.dashboard.help_topics import BY_SLUG, TOPICS, topic_of
from iys_portal.dashboard.legal import kept_in_browsers
from tests.factories import BrandFactory
from tests.urls.steps import browser_in_role, names
from tests.urls.tables import PAGES

RULES = Path(settings.BASE_DIR) / "docs" / "rules.csv"
WITHOUT_TOPIC = {"admin:index", "dashboard:gallery"}  # explain themselves


def files(folder: str, language: str) -> set[str]:
    return {path.stem for path in (articles.HERE / folder / language).glob("*.md")}


@pytest.mark.parametrize("folder", ["help_texts", "legal_texts"])
def test_each_text_stands_in_both_languages_with_the_same_parts(folder: str) -> None:
    assert files(folder, "tr") == files(folder, "en") != set()
    for name in files(folder, "tr"):
        shapes = []
        for language in ("tr", "en"):
            with override(language):
                text = articles.article(folder, name)
            assert text.title and "<" not in text.source
            shapes.append(re.findall(r"<(h2|ul|ol|li)>", text.html))
        assert shapes[0] == shapes[1], name


def test_each_topic_has_its_text_and_cites_rules_that_there_are() -> None:
    assert files("help_texts", "tr") == set(BY_SLUG)
    assert len(BY_SLUG) == len(TOPICS)
    known = {line.partition(",")[0] for line in RULES.read_text().splitlines()}
    for topic in TOPICS:
        assert topic.rules
        assert set(topic.rules) <= known, topic.slug


def test_the_glossary_is_in_turkish_order() -> None:
    words = [term.turkish for term in TERMS]
    assert words == sorted(words, key=sort_key)


def test_a_text_cannot_bring_markup_of_its_own() -> None:
    assert articles._MARKDOWN.render("<script>x</script>").startswith("<p>&lt;script&gt;")


def test_each_page_of_the_menu_is_explained() -> None:
    assert {entry.view for entry in MENU if topic_of(entry.view) is None} == WITHOUT_TOPIC


def test_each_beginning_of_a_topic_fits_a_page() -> None:
    known = set(names(get_resolver()))
    for topic in TOPICS:
        for page in topic.pages:
            assert any(name.startswith(page) for name in known), page


def test_the_longest_beginning_explains_a_page() -> None:
    assert topic_of("consents:own-wishes") is BY_SLUG["dilekler"]
    assert topic_of("consents:own-channel") is BY_SLUG["kim-ulasabilir"]
    assert topic_of("dashboard:overview") is BY_SLUG["ilk-adimlar"]
    assert topic_of("dashboard:overview", over_all=True) is None
    assert topic_of("dashboard:gallery") is None


@pytest.mark.django_db
def test_a_page_leads_to_its_own_help_and_the_drawer_gets_the_text_alone() -> None:
    client = browser_in_role("manager", BrandFactory(is_main=True))
    url = reverse("dashboard:help_topic", args=["retleri-islemek"])
    assert f'hx-get="{url}"' in client.get(reverse("consents:refusals")).content.decode()
    drawer = client.get(url, HTTP_HX_REQUEST="true").content.decode()
    assert "R-R2" in drawer and "<html" not in drawer
    assert client.get(reverse("dashboard:help_topic", args=["yok"])).status_code == 404


@pytest.mark.django_db
def test_the_readers_own_topics_come_first(client: Client) -> None:
    first = {"": "Şirketler", "officer": "Şirketler", "citizen": "Vatandaşlar", "auditor": "Sicil görevlileri"}
    for role, heading in first.items():
        browser = browser_in_role(role, BrandFactory(is_main=True)) if role else client
        page = browser.get(reverse("dashboard:help")).content.decode()
        assert page[page.index('id="help-1"') :].partition(">")[2].startswith(heading), role


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["manager", "citizen"])
def test_open_pages_stand_inside_the_readers_own(role: str) -> None:
    client = browser_in_role(role, BrandFactory(is_main=True))
    home = reverse("consents:own" if role == "citizen" else "consents:list")
    for name in ("help", "glossary", "contact", "terms", "cookies", "privacy", "search"):
        assert f'href="{home}"' in client.get(reverse(f"dashboard:{name}")).content.decode(), name


def test_each_term_is_said_in_both_languages_and_once() -> None:
    assert len({term.slug for term in TERMS}) == len({term.turkish for term in TERMS}) == len(TERMS)
    for term in TERMS:
        with override("tr"):
            turkish = str(term.meaning)
        with override("en"):
            assert turkish != str(term.meaning), term.slug


@pytest.mark.django_db
def test_contact_says_who_runs_the_registry_and_shows_nothing_that_is_not_set(client: Client) -> None:
    operator = settings.OPERATOR | {"name": "Örnek Sicil", "email": "destek@sicil.example", "address": ""}
    with override_settings(OPERATOR=operator):
        page = client.get(reverse("dashboard:contact")).content.decode()
    assert "Örnek Sicil" in page and "mailto:destek@sicil.example" in page
    assert "Posta adresi" not in page


@pytest.mark.django_db
def test_the_cookie_page_names_each_cookie_that_the_portal_sets() -> None:
    told = {one.name for one in kept_in_browsers() if one.cookie}
    for role in ("manager", "citizen"):
        client = browser_in_role(role, BrandFactory(is_main=True))
        client.post(reverse("set_language"), {"language": "en"})
        for name, roles in PAGES.items():
            if role in roles:
                client.get(reverse(name))
        assert set(client.cookies) <= told
    page = Client().get(reverse("dashboard:cookies")).content.decode()
    assert all(name in page for name in told)


@pytest.mark.django_db
def test_r_g6_each_privacy_notice_can_be_read_at_any_time_and_that_is_no_reading(client: Client) -> None:
    page = client.get(reverse("dashboard:privacy")).content.decode()
    audiences = set(PrivacyNotice.objects.values_list("audience", flat=True))
    assert audiences
    for audience in audiences:
        url = reverse("dashboard:privacy_notice", args=[audience])
        assert url in page
        newest = PrivacyNotice.objects.filter(audience=audience, language="tr").order_by("-version")[0]
        assert newest.title in client.get(url).content.decode()
    assert not PrivacyNoticeRead.objects.exists()
    assert client.get(reverse("dashboard:privacy_notice", args=["nobody"])).status_code == 404
