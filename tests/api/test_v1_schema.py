"""Calls made up out of our own OpenAPI document: no server error, and nothing that the document does not say."""

import gc
from contextlib import contextmanager
from datetime import timedelta

import pytest
import schemathesis
from django.conf import settings as project
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from iys_portal.dashboard.api_v1 import API

from .conftest import V1
from .test_v1 import consent, upload

CHECKS = [
    schemathesis.checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    response_headers_conformance,
    negative_data_rejection,
]
DOCUMENT = API.get_openapi_schema(path_prefix="/api/v1/")
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
SCHEMA.app = WSGIHandler()  # the other way in sets everything up again, the logs too
OPERATIONS = [(path, method) for path, found in DOCUMENT["paths"].items() for method in found]


@pytest.fixture
def v1(brand, make, monkeypatch):
    monkeypatch.setitem(project.API_LIMITS, "calls", (100_000, 1))
    monkeypatch.setitem(project.API_LIMITS, "senders", (100_000, 1))
    return V1(brand).sign_in(make())


@contextmanager
def one_connection():
    """As Django's own test client has it: the test's transaction outlives a request."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def known(v1, name):
    """The id of something that is there, for a path's part of that name; None where nothing is needed."""
    if name == "query_id":
        return v1.post("queries", {"channel": "EPOSTA", "recipients": ["ad@firma.example"]}).json()["id"]
    if name == "document_id":
        v1.post("consents", consent())
        return v1.post("proofs", {"recipient": "ad@firma.example", "channel": "EPOSTA"}).json()["id"]
    if name == "message_id":
        body = {"channel": "EPOSTA", "subject": "İndirim", "text": "Gel", "planned_at": tomorrow()}
        return v1.post("messages", body).json()["id"]
    if name == "import_id":
        return upload(v1).json()["id"]
    return None


def tomorrow():
    return (timezone.now() + timedelta(days=1)).isoformat()


pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning",  # the generator's client leaves uploads to the collector
    "ignore::pytest.PytestUnraisableExceptionWarning",
)


@pytest.mark.parametrize("path, method", OPERATIONS, ids=[f"{method} {path}" for path, method in OPERATIONS])
def test_the_document_is_kept(v1, path, method):
    operation = SCHEMA[path][method.upper()]
    names = {"brand": v1.brand.brand_code}
    for part in ("query_id", "document_id", "message_id", "import_id"):
        if "{" + part + "}" in path:
            names[part] = known(v1, part)
    answered = set()

    @settings(max_examples=5, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def check(case):
        case.path_parameters = {**(case.path_parameters or {}), **names}
        case.path_parameters = {name: value for name, value in case.path_parameters.items() if "{" + name + "}" in path}
        response = case.call(headers={"Authorization": f"Bearer {v1.token}"})
        case.validate_response(response, checks=CHECKS)
        answered.add(response.status_code)

    with one_connection():
        check()
    gc.collect()
    assert answered
