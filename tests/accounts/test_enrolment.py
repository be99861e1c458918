"""R-A2: setting up the second factor. Commits, because allauth finishes it after the transaction."""

import time

import pytest
from allauth.mfa.models import Authenticator

from iys_portal.accounts.selectors import totp_code
from iys_portal.core.models import AuditEntry
from tests.factories import MembershipFactory

SETUP = "/accounts/2fa/totp/activate/"


@pytest.mark.usefixtures("committed_db")
def test_r_a2_set_up_shows_recovery_codes_and_opens_the_portal(client, password_step):
    user = MembershipFactory(role="manager").user
    password_step(client, user)
    client.get(SETUP)
    assert client.post(SETUP, {"code": "000000"}).status_code == 200
    assert not Authenticator.objects.exists()
    answer = client.post(SETUP, {"code": totp_code(client.session["mfa.totp.secret"], time.time())})
    assert answer.url == "/accounts/2fa/recovery-codes/"
    page = client.get(answer.url)
    first = Authenticator.objects.get(user=user, type="recovery_codes").wrap().get_unused_codes()[0]
    assert first in page.content.decode()
    assert first in client.get("/accounts/2fa/recovery-codes/download/").content.decode()
    assert client.get("/kisiler/").status_code == 200
    assert AuditEntry.objects.filter(verb="user.second_factor_added", target_id=str(user.pk)).exists()
