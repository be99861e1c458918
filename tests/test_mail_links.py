"""Every link of every mail and text that the portal sends: opening it changes nothing (style 17, R-M3)."""

import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.urls import reverse

from consents.enums import Channel, Lane, NoticeKind, Source, WayIn
from consents.models import DeadlineExtension, Notice
from consents.services import import_runs, imports, notice_queue
from consents.services.digest import send_digests
from consents.services.notices import send_lane
from consents.services.recipients import ANYBODY, refuse
from consents.services.records import Entry, record_consents
from iys_portal.accounts import services as accounts
from iys_portal.accounts.services.codes import request_code
from iys_portal.core import mailbox, outbox
from iys_portal.core.enums import Means
from tests.factories import BrandFactory, MembershipFactory, actor_of, officer_of
from tests.urls.tables import NOTED, WRITING

pytestmark = pytest.mark.django_db
HOST = "portal.example"


@pytest.fixture
def letters(settings: Any, as_of: datetime) -> list[mailbox.Letter]:
    """One of everything that is sent."""
    settings.EMAIL_BACKEND = "iys_portal.core.mailbox.MailboxBackend"
    settings.PORTAL_URL = f"https://{HOST}"
    settings.REGISTRY = {**settings.REGISTRY, "NOTICE_MAILS_PER_SECOND": 1e9, "JOB_MESSAGE_AFTER": timedelta(-1)}
    brand = BrandFactory(double_opt_in=True)
    manager = MembershipFactory(provider=brand.provider, role="manager")
    actor = actor_of(manager.user, brand.provider)
    for moment, act in acts(brand, actor, as_of):
        with time_machine.travel(moment, tick=False):
            act()
            for lane in Lane:
                for means in Means:
                    send_lane(lane, means)
            outbox.send_due()
    assert {notice.kind for notice in Notice.objects.all()} == set(NoticeKind)
    return mailbox.letters(limit=200)


def acts(brand: Any, actor: Any, moment: datetime) -> Iterator[tuple[datetime, Any]]:
    at = (moment - timedelta(hours=1)).strftime("%Y-%m-%d %H:%M:%S")
    old = "2024-03-01 10:00:00"

    def say(to: str, channel: str, date_: str) -> None:
        entry = Entry(to, channel, "ONAY", "HS_WEB", "BIREYSEL", date_)
        assert record_consents(actor=officer_of(brand), brand=brand, entries=[entry])[0].accepted

    def initial_load() -> None:
        DeadlineExtension.objects.create(
            announced_on=date(2026, 11, 1), until=date(2026, 12, 31), reference="Deneme", provider=brand.provider
        )
        say("eski@firma.example", "EPOSTA", old)

    def by_file() -> None:
        text = f"recipient,type,status,source,consentDate\ndosya@firma.example,EPOSTA,ONAY,HS_WEB,{at}\n"
        item = import_runs.run_here(imports.upload_paste(actor=actor, brand=brand, text=text), actor=actor)
        notice_queue.unfold_all(item.apply_job_id)

    def undone() -> None:
        item = imports.start_undo(
            imports.ConsentImport.objects.get(), actor=actor, reason="yanlış dosya", publish=False
        )
        import_runs.undo(item.undo_job_id)

    def others() -> None:
        wanted = {brand.pk: [Channel.EPOSTA]}
        refuse(actor=ANYBODY, recipient="red@firma.example", wanted=wanted, source=Source.IYS_WEB, way=WayIn.CITIZEN)
        accounts.invite(email="yeni@firma.example", full_name="Deneme Kişi", provider_id=brand.provider_id,
                        provider_name="Deneme", provider_role="viewer", actor=actor)  # fmt: skip
        request_code(address="red@firma.example", language="tr", ip="192.0.2.1")
        Client().post(reverse("account_reset_password"), {"email": actor_email(actor)})

    yield moment, lambda: say("yeni@firma.example", "EPOSTA", at)
    yield moment, lambda: say("+905321234567", "MESAJ", at)
    yield moment, initial_load
    yield moment, by_file
    yield moment + timedelta(minutes=1), undone
    yield moment + timedelta(minutes=2), others
    yield moment + timedelta(days=1), lambda: send_digests(moment + timedelta(days=1))


def actor_email(actor: Any) -> str:
    from iys_portal.accounts.models import User

    return User.objects.get(pk=actor.id).email or ""


def links(letters: list[mailbox.Letter]) -> set[str]:
    found = set()
    for letter in letters:
        for text in (letter.text, letter.html, letter.headers.get("List-Unsubscribe", "")):
            for link in re.findall(r"https?://[^\s\"'<>]+", text):
                if urlsplit(link).hostname == HOST:
                    found.add(urlsplit(link).path or "/")
    return found


@pytest.mark.parametrize("method", ["get", "head"])
def test_no_link_of_any_message_changes_anything_when_it_is_opened(letters: list[mailbox.Letter], method: str) -> None:
    subjects = {letter.subject for letter in letters}
    assert len(subjects) >= 7, subjects
    paths = links(letters)
    assert sum(path.startswith("/i/") for path in paths) >= 6, "a page and a one-click address each"
    written: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if (found := WRITING.match(sql)) and found[2] not in NOTED:
            written.append(sql[:120])
        return execute(sql, params, many, context)

    visitor = Client()
    with connection.execute_wrapper(watch):
        for path in sorted(paths):
            assert getattr(visitor, method)(path).status_code in (200, 302), path
    assert not written
