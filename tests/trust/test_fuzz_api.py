"""Bodies of any kind at the compatible API: an answer below 500, and nothing is written that was refused (issue 10).

`/api/v1` is called from its own document by schemathesis (`tests/api/test_v1_schema.py`).
"""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.conf import settings as project
from django.db import transaction
from hypothesis import strategies as st

from consents.models import ConsentEvent
from providers.models import Brand
from providers.services.keys import MadeKey
from tests.api.conftest import Program, brand, make, own_limits  # noqa: F401 - fixtures
from tests.trust.fuzz import NASTY, both, run

GOOD = {
    "recipient": "ayse@firma.example", "type": "EPOSTA", "source": "HS_WEB", "status": "ONAY",
    "consentDate": "2026-11-24 10:00:00", "recipientType": "BIREYSEL",
}  # fmt: skip
PATHS = (
    "consents", "consents/request", "consents/status", "consents/history", "consents/BIREYSEL/status/EPOSTA",
    "consents/retailers/access", "consents/retailers/access/remove", "retailers", "push/registration",
    "/v2/sps/{code}/brands/{code}/consents/request", "/oauth2/token",
)  # fmt: skip
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=30),
    st.sampled_from([*GOOD.values(), "\x00", "\ud800", "İ" * 300, "2026-02-30 00:00:00", "RET", "TACIR"]),
)  # fmt: skip
NAMES = st.one_of(
    st.sampled_from([*GOOD, "recipients", "retailerCode", "retailerAccess", "code", "url"]), st.text(max_size=8)
)
ANY = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(NAMES, inner, max_size=5)),
    max_leaves=12,
)
ENTRY = st.builds(lambda changes: {**GOOD, **changes}, st.dictionaries(NAMES, ANY, max_size=3))
JSON = st.one_of(ENTRY, st.lists(ENTRY, max_size=4), ANY).map(lambda value: json.dumps(value).encode())
BODIES = st.one_of(
    JSON, JSON, st.sampled_from([*NASTY, b"{", b"[" * 5_000, b'{"a":' * 2_000, b"NaN"]), st.binary(max_size=80)
)


@pytest.mark.filterwarnings("ignore::UserWarning")
@both(80, 6_000)
def test_the_compatible_api_answers_every_body(
    examples: int,
    brand: Brand,  # noqa: F811
    make: Callable[..., MadeKey],  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in project.API_LIMITS:
        monkeypatch.setitem(project.API_LIMITS, name, (10**9, 1))
    made = make()
    program = Program(brand)
    given = {"grant_type": "password", "username": made.key.username, "password": made.secret}
    program.token = program.post("/oauth2/token", given).json()["access_token"]

    def check(example: tuple[str, bytes]) -> None:
        path, body = example
        sid = transaction.savepoint()
        before = ConsentEvent.objects.count()
        answer: Any = program.post(path.format(code=brand.brand_code), body)
        assert answer.status_code < 500, (path, answer.status_code)
        if answer.status_code >= 400:
            assert ConsentEvent.objects.count() == before
            assert b"Traceback" not in answer.content
        transaction.savepoint_rollback(sid)

    run(examples, st.tuples(st.sampled_from(PATHS), BODIES), check)
