"""How far a key reaches: scopes, brands, channels, other providers, integrators; and how often it may ask."""

import pytest
from django.test import Client
from django.utils import timezone

from consents.models import Consent, ConsentEvent
from iys_portal.core.errors import Invalid, NotAllowed, NotFound, WrongMoment
from iys_portal.core.models import AuditEntry
from providers.forms.keys import KeyForm
from providers.models import ApiKey, Brand, Integrator, IntegratorGrant
from providers.selectors.keys import keys_of
from providers.services.keys import MAX_NETWORKS, make_key, revoke_key
from tests.api.conftest import ALL, Program, codes
from tests.factories import BrandFactory, actor_of, integrator_of, officer_of

CALLS = [
    ("record", "POST", "consents"),
    ("record", "POST", "consents/request"),
    ("record", "GET", "consents/request/x1"),
    ("query", "POST", "consents/status"),
    ("query", "POST", "consents/BIREYSEL/status/EPOSTA"),
    ("query", "POST", "consents/history"),
    ("query", "GET", "consents/changes"),
    ("query", "GET", "retailers"),
    ("retailers", "POST", "retailers"),
    ("retailers", "DELETE", "retailers/1"),
    ("retailers", "POST", "consents/retailers/access"),
    ("retailers", "PUT", "consents/retailers/access"),
    ("retailers", "POST", "consents/retailers/access/remove"),
    ("retailers", "POST", "consents/retailers/access/remove/all"),
    ("reconcile", "GET", "changes/2026-11-01/recipients/BIREYSEL"),
    ("reconcile", "GET", "changes/2026-11-01/file"),
    ("reconcile", "GET", "agreements/2026-11-01"),
    ("reconcile", "PUT", "agreements/2026-11-01"),
    ("reconcile", "GET", "agreements/2026-11-01/timestamp"),
    ("webhooks", "POST", "push/registration"),
    ("webhooks", "GET", "push/registration"),
    ("webhooks", "POST", "push/unregistration"),
]


@pytest.mark.parametrize("scope, method, path", CALLS)
def test_a_key_does_what_it_was_made_for_and_nothing_else(brand, make, scope, method, path):
    others = Program(brand).sign_in(make(tuple(one for one in ALL if one != scope)))
    answer = others.call(method, path, {})
    assert (answer.status_code, codes(answer)) == (403, ["H363"])
    own = Program(brand).sign_in(make((scope,)))
    assert own.call(method, path, {}).status_code != 403


@pytest.mark.parametrize("_scope, method, path", CALLS)
def test_r_a1_anothers_brand_is_refused_whether_it_exists_or_not(brand, program, _scope, method, path):
    other = BrandFactory(is_main=True)
    for iys in (other.provider.iys_code, 999_999, "abc"):
        answer = program.call(method, f"/sps/{iys}/brands/{brand.brand_code}/{path}", {})
        assert (answer.status_code, codes(answer)) == (403, ["H353"])
    for code in (other.brand_code, 999_999, "x"):
        answer = program.call(method, f"/sps/{brand.provider.iys_code}/brands/{code}/{path}", {})
        assert (answer.status_code, codes(answer)) == (403, ["H353"])
        assert "brandCode" in answer.json()["errors"][0]["message"]


def test_a_key_of_some_channels_writes_and_reads_these_only(brand, make, entry):
    program = Program(brand).sign_in(make(channels=[3]))
    assert program.post("consents", entry()).status_code == 200
    answer = program.post("consents", entry("+905321234567"))
    assert (answer.status_code, codes(answer)) == (403, ["H353"])
    body = {"recipient": "+905321234567", "recipientType": "BIREYSEL", "type": "MESAJ"}
    assert codes(program.post("consents/status", body)) == ["H353"]
    assert Consent.objects.count() == 1
    assert not AuditEntry.objects.filter(verb="integrator.recorded").exists()


def test_a_key_of_some_brands_reaches_these_only(brand, make, entry):
    second = BrandFactory(provider=brand.provider)
    program = Program(brand).sign_in(make(brands=[second]))
    assert codes(program.post("consents", entry())) == ["H353"]
    assert Program(second, program.token).post("consents", entry()).status_code == 200
    listed = program.get(f"/sps/{brand.provider.iys_code}/brands").json()
    assert [one["brandCode"] for one in listed] == [second.brand_code]


class TestIntegrators:
    """R-P12"""

    @pytest.fixture
    def person(self, brand):
        person = integrator_of(brand, 3)
        Integrator.objects.filter(pk=person.integrator_id).update(iys_code=777_001)
        return person

    @pytest.fixture
    def outside(self, brand, person):
        made = make_key(actor=actor_of(person.user, brand.provider), name="Entegratör", scopes=ALL)
        return Program(brand).sign_in(made)

    def test_r_p12_an_integrators_key_acts_where_it_was_granted(self, brand, outside, entry):
        assert outside.post("consents", entry()).status_code == 200
        assert codes(outside.post("consents", entry("+905321234567"))) == ["H353"]
        entry_of = AuditEntry.objects.get(verb="integrator.recorded")
        assert entry_of.new == {"events": [ConsentEvent.objects.get().event_id]}

    def test_r_p12_what_is_revoked_is_revoked_with_the_next_call(self, brand, outside, entry):
        rows = IntegratorGrant.objects.all()
        rows.update(revoked_at=timezone.now(), revoked_by=1, revoked_by_name="Deneme")
        answer = outside.post("consents", entry())
        assert (answer.status_code, codes(answer)) == (403, ["H353"])

    def test_r_p12_an_authorisation_that_is_over_opens_nothing(self, brand, outside, person, entry):
        today = timezone.localdate()
        past = {
            "authorised_from": today - timezone.timedelta(days=9),
            "authorised_until": today - timezone.timedelta(days=1),
        }
        Integrator.objects.filter(pk=person.integrator_id).update(**past)
        assert codes(outside.post("consents", entry())) == ["H353"]

    def test_r_p12_a_batch_is_written_only_while_the_grant_holds(self, outside, entry, worked):
        answer = outside.post("consents/request", [entry()])
        IntegratorGrant.objects.update(revoked_at=timezone.now(), revoked_by=1, revoked_by_name="Deneme")
        batch = worked(answer)
        assert batch.results == [[520, None, 0]]
        assert not Consent.objects.exists()

    def test_lists_of_brands_and_the_own_standing(self, brand, outside):
        found = outside.get("/integrator/777001/sps").json()
        assert found["pagination"] == {"offset": 0, "pageSize": 1, "totalCount": 1}
        one = found["list"][0]
        assert (one["brandCode"], one["EPOSTA"], one["agreementControl"]) == (brand.brand_code, "write", False)
        assert "MESAJ" not in one
        assert outside.get(f"/integrator/777001/sps/{brand.provider.iys_code}").json()["list"] == [one]
        assert outside.get("/integrator/777001/subscription").json()["status"] == "ACTIVE"
        assert codes(outside.get("/integrator/777002/sps")) == ["H353"]

    def test_a_providers_key_is_no_integrators(self, program):
        for path, code in (("sps", "H363"), ("subscription", "H363")):
            answer = program.get(f"/integrator/777001/{path}")
            assert (answer.status_code, codes(answer)) == (400, [code])

    def test_r_a1_keys_are_their_own_partys(self, brand, person, make):
        made = make()
        with pytest.raises(NotFound):
            revoke_key(public_id=made.key.public_id, actor=actor_of(person.user, brand.provider))
        outside = make_key(actor=actor_of(person.user, brand.provider), name="Dış", scopes=["query"])
        with pytest.raises(NotFound):
            revoke_key(public_id=outside.key.public_id, actor=officer_of(brand, role="manager"))


class TestMaking:
    def test_r_a1_officers_make_none(self, brand):
        with pytest.raises(NotAllowed):
            make_key(actor=officer_of(brand), name="x", scopes=["query"])
        assert not ApiKey.objects.exists()

    @pytest.mark.parametrize(
        "more",
        [
            {"scopes": []},
            {"scopes": ["root"]},
            {"name": " "},
            {"networks": ["10.0.0.300"]},
            {"channels": [9]},
            {"expires_at": timezone.now()},
        ],
    )
    def test_what_makes_no_sense_makes_no_key(self, make, more):
        with pytest.raises(Invalid):
            make(**{"scopes": ("query",)} | more) if "name" not in more else make(("query",), networks=["x"])
        assert not ApiKey.objects.exists()

    def test_the_list_asks_for_all_brands_at_once(self, brand, make, django_assert_num_queries):
        second = BrandFactory(provider=brand.provider)
        for brands in ([brand], [second], [brand, second], []):
            make(brands=brands)
        actor = officer_of(brand, role="manager")
        with django_assert_num_queries(2):
            names = [key.brand_names for key in keys_of(actor)]
        assert sorted(map(len, names)) == [0, 1, 1, 2]

    def test_numbers_of_the_settings_are_the_ones_that_are_told(self, make, settings):
        settings.REGISTRY = settings.REGISTRY | {"API_KEY_WARNINGS": (21, 5)}
        told = str(KeyForm(brands=Brand.objects.none()).fields["expires_on"].help_text)
        assert "21" in told
        assert "5" in told
        with pytest.raises(Invalid, match=str(MAX_NETWORKS)):
            make(networks=[f"203.0.113.{n}" for n in range(MAX_NETWORKS + 1)])

    def test_r_p7_a_suspended_provider_makes_none(self, brand, make):
        brand.provider.state = "suspended"
        brand.provider.save()
        with pytest.raises(WrongMoment):
            make()

    def test_a_second_revocation_is_ordinary(self, brand, make):
        made, actor = make(), officer_of(brand, role="manager")
        revoke_key(public_id=made.key.public_id, actor=actor)
        with pytest.raises(WrongMoment):
            revoke_key(public_id=made.key.public_id, actor=actor)


class TestLimits:
    def test_a_429_says_when_to_come_back_and_asking_makes_it_no_longer(self, program, settings):
        settings.API_LIMITS = settings.API_LIMITS | {"calls": (2, 3600)}
        answers = [program.get("/info/city/1") for _ in range(6)]
        assert [one.status_code for one in answers] == [200, 200, 429, 429, 429, 429]
        waits = [int(one["Retry-After"]) for one in answers[2:]]
        assert waits == sorted(waits, reverse=True)
        assert 0 < waits[0] <= 3600
        assert codes(answers[2]) == ["H084"]

    def test_what_was_refused_takes_nothing_from_the_next_window(self, program, settings, monkeypatch):
        import time

        settings.API_LIMITS = settings.API_LIMITS | {"calls": (1, 100)}
        now = [time.time() // 100 * 100 + 1]
        monkeypatch.setattr("iys_portal.core.limits.time.time", lambda: now[0])
        assert [program.get("/info/city/1").status_code for _ in range(3)] == [200, 429, 429]
        assert program.get("/info/city/1")["Retry-After"] == "99"
        now[0] += 99
        assert program.get("/info/city/1").status_code == 200

    def test_look_ups_of_many_count_each_address(self, program, settings):
        settings.API_LIMITS = settings.API_LIMITS | {"lookups": (3, 60)}
        many = "consents/BIREYSEL/status/EPOSTA"
        two = {"recipients": ["a1@firma.example", "a2@firma.example"]}
        assert program.post(many, two).status_code == 200
        assert program.post(many, two).status_code == 429
        assert program.post(many, {"recipients": ["a1@firma.example"]}).status_code == 200

    def test_per_second_is_told_with_its_own_code(self, program, settings):
        settings.API_LIMITS = settings.API_LIMITS | {"calls": (0, 1)}
        answer = program.get("/info/city/1")
        assert (answer.status_code, codes(answer), answer["Retry-After"]) == (429, ["H124"], "1")

    def test_tokens_are_limited_by_address(self, brand, settings):
        settings.API_LIMITS = settings.API_LIMITS | {"tokens": (1, 3600)}
        program = Program(brand)
        assert [program.post("/oauth2/token", {}).status_code for _ in range(2)] == [400, 429]

    def test_without_valkey_nothing_is_refused(self, program, monkeypatch):
        import redis

        def down():
            raise redis.ConnectionError

        monkeypatch.setattr("iys_portal.core.valkey.client", down)
        assert program.get("/info/city/1").status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/via/sps/1/consent",
        "/otp-management/api/v1/1/sms/start",
        "/widget/publicKey/x",
        "/sps",
        "/v2/sps/1/x",
        "/info/x",
    ],
)
def test_what_is_not_offered_is_404_with_the_usual_body(db, path):
    for method in ("GET", "POST", "PUT", "DELETE"):
        answer = Client().generic(method, path, "{}", content_type="application/json")
        assert (answer.status_code, len(codes(answer))) == (404, 1)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "OPTIONS", "GET"])
def test_a_method_that_is_not_answered_is_405_with_the_usual_body(program, method):
    answer = program.call(method, "consents/status")
    assert (answer.status_code, len(codes(answer)), answer["Allow"]) == (405, 1, "POST")


def test_a_failure_is_500_with_the_usual_body_and_tells_no_address(program, entry, monkeypatch, caplog):
    def fail(**_more):
        raise RuntimeError("gizli@firma.example")

    monkeypatch.setattr("consents.services.api_consents.add_consent", fail)
    answer = program.post("consents", entry())
    assert (answer.status_code, codes(answer)) == (500, ["H015"])
    assert "gizli" not in caplog.text
