"""What the API's tests share: a brand, keys of it, and a program that calls."""

import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from consents.models import ApiBatch
from consents.services.api_batches import work_batch
from iys_portal.core import limits
from iys_portal.core.calendar import ISTANBUL
from providers.enums import KeyScope
from providers.models import ApiKey, Brand
from providers.services.keys import MadeKey, make_key
from tests.factories import BrandFactory, officer_of

ALL = tuple(KeyScope.values)


@pytest.fixture(autouse=True)
def own_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Counts of one test are not another's: keys of rolled back tests come again."""
    keyed, prefix = limits._keys, uuid.uuid4().hex
    own = lambda windows, now: keyed([(f"{prefix}:{name}", window) for name, window in windows], now)  # noqa: E731
    monkeypatch.setattr(limits, "_keys", own)


@pytest.fixture
def brand(db: None) -> Brand:
    brand = BrandFactory(is_main=True)
    brand.provider.iys_code = brand.brand_code
    brand.provider.save()
    return brand


@pytest.fixture
def make(brand: Brand) -> Callable[..., MadeKey]:
    """`make(scopes=…)`: a key of the brand's provider, made by a manager."""

    def made(scopes: tuple[str, ...] = ALL, **more: Any) -> MadeKey:
        return make_key(actor=officer_of(brand, role="manager"), name="Deneme", scopes=scopes, **more)

    return made


@dataclass
class Program:
    """Somebody's program: it has a token, and calls under a brand's path."""

    brand: Brand
    token: str = ""
    language: str = ""
    key: ApiKey | None = None

    def __post_init__(self) -> None:
        self.client = Client(raise_request_exception=False)

    @property
    def base(self) -> str:
        return f"/sps/{self.brand.provider.iys_code}/brands/{self.brand.brand_code}"

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        path = path if path.startswith("/") else f"{self.base}/{path}"
        if self.token:
            headers = {"authorization": f"Bearer {self.token}", **headers}
        if self.language:
            headers = {"accept-language": self.language, **headers}
        data = body if isinstance(body, bytes | str) else ("" if body is None else json.dumps(body))
        return self.client.generic(method, path, data, content_type="application/json", headers=headers)

    def get(self, path: str, **more: Any) -> Any:
        return self.call("GET", path, **more)

    def post(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.call("POST", path, body, **more)

    def put(self, path: str, body: Any = None, **more: Any) -> Any:
        return self.call("PUT", path, body, **more)

    def delete(self, path: str, **more: Any) -> Any:
        return self.call("DELETE", path, **more)

    def sign_in(self, made: MadeKey) -> "Program":
        body = {"grant_type": "password", "username": made.key.username, "password": made.secret}
        answer = self.post("/oauth2/token", body)
        assert answer.status_code == 200, answer.content
        self.token = answer.json()["access_token"]
        return self


class V1(Program):
    """The same program under /api/v1."""

    @property
    def base(self) -> str:
        return f"/api/v1/brands/{self.brand.brand_code}"


@pytest.fixture
def program(brand: Brand, make: Callable[..., MadeKey]) -> Program:
    """A program with a key for everything."""
    return Program(brand).sign_in(make())


@pytest.fixture
def v1(brand: Brand, make: Callable[..., MadeKey]) -> V1:
    """The same under /api/v1."""
    return V1(brand).sign_in(make())


@pytest.fixture
def bad(brand: Brand, make: Callable[..., MadeKey]) -> V1:
    """Another one, that is not in order, with its key at hand."""
    made = make()
    program = V1(brand).sign_in(made)
    program.key = made.key
    return program


@pytest.fixture
def entry() -> Callable[..., dict[str, Any]]:
    """`entry("ad@firma.example", status="RET")`: a consent as programs send it, an hour old."""

    now = timezone.now().astimezone(ISTANBUL)  # one moment a test, so that a repeat is exact

    def made(recipient: str = "ad@firma.example", *, minutes: int = 60, **more: Any) -> dict[str, Any]:
        at = now - timedelta(minutes=minutes)
        kind = "EPOSTA" if "@" in recipient else "MESAJ"
        return {
            "recipient": recipient,
            "type": kind,
            "source": "HS_WEB",
            "status": "ONAY",
            "consentDate": at.strftime("%Y-%m-%d %H:%M:%S"),
            "recipientType": "BIREYSEL",
            **more,
        }

    return made


@pytest.fixture
def worked(django_capture_on_commit_callbacks: Any) -> Callable[[Any], ApiBatch]:
    """`worked(answer)`: the batch of an accepted call, recorded."""

    def work(answer: Any) -> ApiBatch:
        assert answer.status_code == 202, answer.content
        batch = ApiBatch.objects.get(public_id=answer.json()["requestId"])
        assert work_batch(batch.pk)
        batch.refresh_from_db()
        return batch

    return work


def codes(answer: Any) -> list[str]:
    return [error["code"] for error in answer.json()["errors"]]


@pytest.fixture
def suspend(brand):
    def run():
        brand.provider.state = "suspended"
        brand.provider.save()

    return run
