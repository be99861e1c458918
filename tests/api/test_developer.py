"""The developer's corner: what is kept of each call, for whom, and how it is explained."""

import re
from datetime import timedelta

import pytest
import redis
from django.urls import get_resolver, reverse
from django.utils import timezone, translation

from consents.problems import BY_CODE
from iys_portal.core import limits, recent, valkey
from iys_portal.dashboard.api_codes import catalogue
from iys_portal.dashboard.snippets import LANGUAGES, STEPS
from providers.api.advice import ADVICE, CODES
from providers.api.calls_log import template_of
from providers.enums import GrantChannel
from providers.selectors.calls import last_calls, name_of
from tests.factories import BrandFactory, MembershipFactory, integrator_of

from .conftest import Program

CALLS, TABLE, EXAMPLES = (f"dashboard:developer{end}" for end in ("", "_codes", "_snippets"))


@pytest.fixture
def caller(brand, make):
    """A program with the key `caller.key`; `caller.calls()` are those that were kept of it, newest first."""
    made = make(scopes=["record", "query"])
    program = Program(brand).sign_in(made)
    program.key = made.key
    program.calls = lambda **more: last_calls([made.key], now=timezone.now(), most=100, **more)
    return program


@pytest.fixture
def corner(brand, sign_in):
    """The browser of a manager of the brand's provider."""
    return sign_in(MembershipFactory(provider=brand.provider, role="manager").user, brand.provider)


def text_of(browser, name, **query) -> str:
    answer = browser.get(reverse(name), query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_call_is_kept_without_what_was_said(caller, brand, entry):
    caller.post("consents?trace=gizli-soru", entry("gizli@firma.example", status="RET"))
    caller.post("/v2" + caller.base + "/consents", entry("gizli@firma.example"))
    caller.get(f"/api/v1/brands/{brand.brand_code}/queries/0190a5d2-0000-7000-8000-000000000000")
    caller.get("/info/city/34")
    caller.delete("retailers/1")
    kept = [(call.method, call.path, call.status, call.codes) for call in caller.calls()]
    assert kept == [
        ("DELETE", "/sps/{iys}/brands/{brand}/retailers/{code}", 403, ("H363",)),
        ("GET", "/info/city/{code}", 200, ()),
        ("GET", "/api/v1/brands/{brand}/queries/{query_id}", 404, ("NotFound",)),
        ("POST", "/v2/sps/{iys}/brands/{brand}/consents", 200, ()),
        ("POST", "/sps/{iys}/brands/{brand}/consents", 400, ("H175",)),
        ("POST", "/oauth2/token", 200, ()),
    ]
    assert all(call.ms >= 0 for call in caller.calls())
    assert [call.status for call in caller.calls(only_refused=True)] == [403, 404, 400]
    names = [name_of(caller.key.public_id, refused=refused) for refused in (True, False)]
    raw = str(list(recent.kept(names, now=timezone.now(), most=100)))
    for secret in ("gizli", "trace", str(brand.brand_code), "/34", "0190a5d2", caller.token):
        assert secret not in raw


def test_calls_are_kept_for_a_week_and_some_hundred_of_a_day(caller):
    now = timezone.now()
    name = name_of(caller.key.public_id, refused=True)
    total = recent.MOST + recent.SLACK + 5
    for number in range(total):
        recent.keep(name, f"entry {number}", now=now)
        recent.write()
    today, *before = recent.kept([name], now=now, most=1_000)
    assert today == [[f"entry {number}" for number in reversed(range(recent.SLACK, total))]]
    assert before == [[[]]] * 6
    left = valkey.client().ttl(recent._key(name, now))
    assert timedelta(days=6).total_seconds() <= left <= timedelta(days=7).total_seconds()
    recent.keep(name, "too old", now=now - timedelta(days=7))
    assert "too old" not in str(list(recent.kept([name], now=now, most=1_000)))


def test_what_no_key_called_is_nobodys(caller):
    caller.token = "baska"
    assert caller.get("/info/city").status_code == 401
    assert [call.path for call in caller.calls()] == ["/oauth2/token"]


def test_a_call_from_a_network_that_is_not_the_keys_is_kept(caller):
    type(caller.key).objects.filter(pk=caller.key.pk).update(networks=["203.0.113.0/24"])
    caller.get("/info/city")
    assert next((call.status, call.codes) for call in caller.calls()) == (403, ("H363",))


def test_without_valkey_calls_are_answered_and_the_page_is_shown(caller, corner, monkeypatch):
    def down():
        raise redis.ConnectionError

    monkeypatch.setattr("iys_portal.core.valkey.client", down)
    assert caller.get("/info/city/1").status_code == 200
    shown = text_of(corner, CALLS)
    assert "Son bir haftada hiçbir program çağrı yapmadı" in shown
    assert "Sayaçlar yanıt vermiyor" in shown


def test_every_path_of_the_api_has_a_template():
    def routes(resolver, before=""):
        for one in resolver.url_patterns:
            if hasattr(one, "url_patterns"):
                yield from routes(one, before + str(one.pattern))
            elif one.name != "not-offered" and one.name != "not-found":
                yield before + str(one.pattern)

    found = [route for route in routes(get_resolver()) if re.match(r"\^\(\?:v2|\^v2|api/v1", route)]
    templates = {template_of(route) for route in found}
    assert len(found) > 60
    assert "/sps/{iys}/brands/{brand}/changes/{day}/recipients/{recipient_type}" in templates
    assert [one for one in templates if not re.fullmatch(r"(/([\w.-]+|\{\w+\}))+/?", one)] == []


def test_the_page_explains_errors_and_leads_to_the_table(caller, corner, entry):
    caller.post("consents", entry("gizli@firma.example", status="RET"))
    caller.get("/info/city")
    shown = text_of(corner, CALLS)
    assert f'{reverse(TABLE)}#H175">H175</a>' in shown
    assert "/info/city" in shown
    assert "gizli" not in shown
    assert 'id="H175"' in text_of(corner, TABLE)
    only = text_of(corner, CALLS, hatali="on", anahtar=str(caller.key.public_id))
    assert "#H175" in only
    assert "/info/city" not in only


def test_r_a1_calls_are_shown_to_those_who_keep_the_key(caller, sign_in):
    caller.get("/info/city")
    other = BrandFactory(is_main=True)
    manager = MembershipFactory(provider=other.provider, role="manager").user
    for stranger in (manager, integrator_of(other).user, integrator_of(caller.brand).user):
        shown = text_of(sign_in(stranger, other.provider), CALLS, anahtar=str(caller.key.public_id))
        assert "/info/city" not in shown
        assert f'value="{caller.key.public_id}"' not in shown
    member = MembershipFactory(provider=caller.brand.provider, role="officer").user
    assert sign_in(member, caller.brand.provider).get(reverse(CALLS)).status_code == 403


def test_limits_show_what_is_taken_now(caller, corner, monkeypatch, settings):
    settings.API_LIMITS = settings.API_LIMITS | {"lookups": (77, 3_600)}
    caller.get("/info/city")
    monkeypatch.undo()  # counts by the keys' own names
    key = f"key:{caller.key.pk}:lookups"
    before = limits.used([(key, 3_600)])[0]
    limits.take_each([limits.Limit(key, 77 + before, 3_600)], amount=2)
    assert limits.used([(key, 3_600)]) == [before + 2]
    assert f"{before + 2} / 77" in text_of(corner, CALLS)


def test_every_code_is_explained_in_both_languages():
    assert [code for code in CODES if code not in ADVICE and code not in BY_CODE] == []
    assert [code for code in ADVICE if code not in CODES] == []
    told = {}
    for language in ("tr", "en"):
        with translation.override(language):
            told[language] = {one.code: (one.meaning, one.advice) for one in catalogue()}
    assert len(told["tr"]) > 100
    for code, (meaning, advice) in told["tr"].items():
        assert meaning and advice and "{" not in meaning + advice, code
        assert meaning != told["en"][code][0] and advice != told["en"][code][1], code


def test_the_table_is_searched_without_a_script(corner):
    shown = text_of(corner, TABLE, ara="h174")
    assert (shown.count("<tr id="), 'id="H174"' in shown) == (1, True)
    assert 1 < text_of(corner, TABLE, ara="BAYI").count("<tr id=") < 40
    assert "yokboyle" in text_of(corner, TABLE, ara="yokboyle")


@pytest.mark.parametrize("language", [one.name for one in LANGUAGES])
def test_examples_have_the_brands_own_numbers_and_no_secret(corner, brand, make, settings, language):
    settings.PORTAL_URL = "https://iys.example"
    made = make()
    shown = text_of(corner, EXAMPLES, dil=language)
    assert shown.count("data-copy-from") == len(STEPS)
    assert f"/sps/{brand.provider.iys_code}/brands/{brand.brand_code}" in shown
    assert "https://iys.example" in shown
    assert made.key.username not in shown
    assert "IYS_PASSWORD" in shown
    assert corner.get(reverse(EXAMPLES), {"dil": "cobol"}).status_code == 404


def test_examples_of_an_integrator_have_the_granted_brands_numbers(sign_in):
    brand = BrandFactory(is_main=True)
    person = integrator_of(brand, GrantChannel.EPOSTA).user
    other = BrandFactory(provider=brand.provider)
    shown = text_of(sign_in(person, brand.provider), EXAMPLES)
    assert f"/brands/{brand.brand_code}" in shown
    assert str(other.brand_code) not in shown
