"""The door to applications, and one application without its link (R-A1)."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from providers.models import Application
from providers.views.door import HELD
from tests.factories import (
    BrandFactory,
)

from .steps import application_address, browser_in_role
from .tables import CITIZEN, EVERYBODY, NOTED, OF_APPLICATION, OPEN_PAGES, WRITING


@pytest.mark.django_db
@pytest.mark.parametrize("role", ["", *sorted({*EVERYBODY, CITIZEN})])
def test_open_pages_are_open_to_everybody(role: str) -> None:
    client = browser_in_role(role, BrandFactory(is_main=True)) if role else Client()
    args = {
        "providers:application-checklist": ["legal_entity"],
        "dashboard:help_topic": ["kanit"],
        "dashboard:privacy_notice": ["citizen"],
    }
    for name, status in OPEN_PAGES.items():
        assert client.get(reverse(name, args=args.get(name))).status_code == status, name


@pytest.mark.parametrize("role", ["", *sorted({*EVERYBODY, CITIZEN})])
def test_r_a1_an_application_is_nobodys_without_its_link(application: Application, role: str) -> None:
    client = browser_in_role(role, BrandFactory(is_main=True)) if role else Client()
    for name, method in OF_APPLICATION.items():
        ask = client.get if method == "GET" else client.post
        assert ask(application_address(name, application)).status_code == 404, name
    application.refresh_from_db()
    assert application.state == "draft"


def test_an_application_is_looked_at_by_get_and_changed_by_post_only(application: Application) -> None:
    client = Client()
    session = client.session
    session[HELD] = [str(application.public_id)]
    session.save()
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITING.match(sql)) and found[2] not in NOTED:
            written.append(sql[:120])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        for name, method in OF_APPLICATION.items():
            expected = 200 if method == "GET" else 405
            for ask in (client.get, client.head):
                if name.endswith(("-document", "-agreement", "-agreement-file")) and ask == client.head:
                    continue  # the test client drops the open file unclosed
                answer = ask(application_address(name, application))
                if answer.streaming:
                    assert b"".join(answer.streaming_content)  # and closes the file
                assert answer.status_code == expected, name
    assert not written
