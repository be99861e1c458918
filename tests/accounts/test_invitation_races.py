"""Invitations to one address at the same moment: one is sent, one account is opened."""

from functools import partial

from iys_portal.accounts import services
from iys_portal.accounts.models import Invitation, User
from iys_portal.core import mailbox, outbox
from iys_portal.core.errors import Invalid, WrongMoment
from tests.factories import ProviderFactory, staff
from tests.threads import at_once

MAIL, NEW = "yeni@deneme.example", "ikinci-uydurma-parola-2"


def invite(**values: object) -> None:
    services.invite(email=MAIL, full_name="Yeni Kişi", actor=staff("admin"), **values)  # type: ignore[arg-type]


def accept(token: str) -> None:
    services.accept_as_new_person(token=token, full_name="Yeni Kişi", password=NEW)


def test_of_two_invitations_to_one_place_the_second_is_refused(committed_db: str) -> None:
    failures = at_once(*[lambda: invite(staff_roles=["auditor"])] * 4)
    assert [type(failure) for failure in failures] == [Invalid] * 3
    assert Invitation.objects.count() == 1


def test_two_invitations_taken_up_at_once_open_one_account(committed_db: str) -> None:
    for provider in (ProviderFactory(), ProviderFactory()):
        invite(provider_id=provider.pk, provider_name=provider.title, provider_role="viewer")
    outbox.send_due()
    tokens = [letter.text.partition("/kullanici/davet/#")[2].split()[0] for letter in mailbox.letters()]
    failures = at_once(*[partial(accept, token) for token in tokens])
    assert [type(failure) for failure in failures] == [WrongMoment]
    assert User.objects.filter(email=MAIL).count() == 1
