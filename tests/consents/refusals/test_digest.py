"""The daily digest (R-R2): what is open and until when, to whoever can act, once a day, without an address."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from consents.enums import Channel
from consents.models import RefusalAlert
from consents.services.digest import send_digests
from consents.services.refusals import acknowledge
from consents.tasks import refusal_digest
from iys_portal.accounts.enums import ProviderRole
from iys_portal.celery import app
from iys_portal.core.actors import Actor
from iys_portal.core.calendar import ISTANBUL
from iys_portal.core.models import OutboxMessage
from providers.enums import ProviderState
from providers.models import Brand
from tests.factories import BrandFactory, MembershipFactory, UserFactory

Refuse = Callable[..., RefusalAlert]
MORNING = datetime(2026, 11, 25, 8, 30, tzinfo=ISTANBUL)  # the day after `as_of`


def mails() -> dict[str, OutboxMessage]:
    return {mail.to: mail for mail in OutboxMessage.objects.filter(cause__startswith="refusal-digest:")}


def person(brand: Brand, role: str, language: str = "tr", **more: object) -> str:
    user = UserFactory(language=language, **more)
    MembershipFactory(provider=brand.provider, role=role, user=user)
    return user.email


def test_r_r2_company_managers_and_officers_are_mailed_in_their_language(brand: Brand, say_no: Refuse) -> None:
    manager = person(brand, ProviderRole.MANAGER, "en")
    officer = person(brand, ProviderRole.OFFICER)
    for role in (ProviderRole.VIEWER, ProviderRole.INTEGRATOR):
        person(brand, role)
    person(brand, ProviderRole.MANAGER, is_active=False)
    say_no(brand)
    assert send_digests(MORNING) == 3
    found = mails()
    assert set(found) == {brand.provider.email, manager, officer}
    assert "not a commercial message" in found[manager].body
    assert 'lang="en"' in found[manager].html
    assert {'lang="tr"' in found[to].html for to in (brand.provider.email, officer)} == {True}


def test_r_r2_it_says_how_many_of_which_brand_and_channel_until_when(brand: Brand, say_no: Refuse) -> None:
    second = BrandFactory(provider=brand.provider, name="Çınar Deneme")
    to = person(brand, ProviderRole.MANAGER, "en")
    say_no(brand, "gecti@firma.example", days=10)
    say_no(brand, "vermedi@firma.example", denied=True)
    say_no(second, "+905321234567", channel=Channel.MESAJ, days=5)
    with time_machine.travel(MORNING, tick=False):
        send_digests(MORNING)
    mail = mails()[to]
    assert mail.subject.startswith("3 ")
    assert mail.subject.endswith(" 2")
    assert "- Overdue: 2" in mail.body
    assert "Until 27.11.2026" in mail.body
    assert f"- {brand.name}, E-mail: 2 new, 2 open (“never given”: 1)" in mail.body
    assert f"- {second.name}, Text message: 1 new, 1 open" in mail.body
    assert "/retler/" in mail.body
    assert "/retler/" in mail.html


def test_r_g4_a_digest_never_names_an_address(brand: Brand, say_no: Refuse) -> None:
    person(brand, ProviderRole.MANAGER)
    alerts = [say_no(brand), say_no(brand, "+905321234567", channel=Channel.ARAMA)]
    send_digests(MORNING)
    for mail in mails().values():
        for alert in alerts:
            assert alert.recipient not in mail.subject + mail.body + mail.html
            assert alert.recipient.split("@")[0] not in mail.body


def test_a_second_run_of_the_day_adds_nothing_and_the_next_day_does(brand: Brand, say_no: Refuse) -> None:
    say_no(brand)
    assert send_digests(MORNING) == 1
    assert send_digests(MORNING + timedelta(hours=2)) == 0
    assert send_digests(MORNING + timedelta(days=1)) == 1
    assert OutboxMessage.objects.filter(cause__startswith="refusal-digest:").count() == 2


def test_what_was_done_since_the_last_digest_is_told_once(brand: Brand, officer: Actor, say_no: Refuse) -> None:
    alert = say_no(brand)
    acknowledge(actor=officer, alerts=[alert.pk])
    with time_machine.travel(MORNING, tick=False):
        assert send_digests(MORNING) == 2  # the company and the officer
    (mail,) = [mail for to, mail in mails().items() if to == brand.provider.email]
    assert "1" in mail.subject
    tomorrow = MORNING + timedelta(days=1)
    with time_machine.travel(tomorrow, tick=False):
        assert send_digests(tomorrow) == 0


def test_nobody_without_a_refusal_is_mailed(brand: Brand, say_no: Refuse) -> None:
    BrandFactory()
    say_no(brand)
    send_digests(MORNING)
    assert set(mails()) == {brand.provider.email}


def test_one_address_is_mailed_once(brand: Brand, say_no: Refuse) -> None:
    person(brand, ProviderRole.MANAGER, email=brand.provider.email)
    say_no(brand)
    assert send_digests(MORNING) == 1


@pytest.mark.parametrize(("state", "total"), [(ProviderState.SUSPENDED, 1), (ProviderState.CLOSED, 0)])
def test_r_p7_a_suspended_provider_is_mailed_a_closed_one_is_not(
    brand: Brand, say_no: Refuse, state: str, total: int
) -> None:
    say_no(brand)
    brand.provider.state = state
    brand.provider.save()
    assert send_digests(MORNING) == total
    assert OutboxMessage.objects.filter(cause__startswith="refusal-digest:").count() == total


@pytest.mark.parametrize("is_demo", [True, False])
def test_the_demonstration_s_digests_stay_in_the_mailbox(brand: Brand, say_no: Refuse, is_demo: bool) -> None:
    brand.provider.is_demo = is_demo
    brand.provider.save()
    say_no(brand)
    send_digests(MORNING)
    assert mails()[brand.provider.email].to_mailbox is is_demo


def test_it_goes_out_every_morning_by_the_timetable(brand: Brand, say_no: Refuse) -> None:
    entry = app.conf.beat_schedule["refusals-digest"]
    assert entry["task"] == refusal_digest.name
    assert (entry["schedule"].hour, entry["schedule"].minute) == ({8}, {30})
    assert app.conf.timezone == "Europe/Istanbul"
    say_no(brand)
    refusal_digest()
    assert len(mails()) == 1
