"""What several tests of citizens do: ask for a code, prove an address, come in."""

import re
from datetime import datetime

from django.test import Client

from iys_portal.accounts import services
from iys_portal.accounts.enums import NoticeAudience
from iys_portal.accounts.models import ProvenAddress, User
from iys_portal.accounts.scopes import citizen_actor
from iys_portal.accounts.selectors import privacy_notice
from iys_portal.core.actors import Actor
from iys_portal.core.models import OutboxMessage

SIGN_IN, CODE, NEW_CODE, HOME = "/vatandas/giris/", "/vatandas/kod/", "/vatandas/kod/yeni/", "/izinlerim/"
ADDRESSES, ACCOUNT = "/hesabim/adresler/", "/hesabim/"
MAIL, PHONE = "ayse@deneme.example", "+905321234567"


def sent_code() -> str:
    """The six digits of the newest message that holds a code."""
    bodies = OutboxMessage.objects.filter(cause__startswith="one_time_code:").order_by("-pk")
    return re.search(r"\b(\d{6})\b", bodies[0].body)[1]


def another(code: str) -> str:
    return f"{(int(code) + 1) % 10**6:06}"


def ask(address: str = MAIL, *, at: datetime | None = None, ip: str = "192.0.2.7", language: str = "tr") -> str:
    services.request_code(address=address, language=language, ip=ip, moment=at)
    return sent_code()


def prove(code: str, address: str = MAIL, *, at: datetime | None = None) -> None:
    services.prove_address(address=address, code=code, moment=at)


def give_address(client: Client, address: str = MAIL, *, follow: bool = False, **more: str):
    """Send the sign-in form as the page makes it: with the privacy notice that it showed (R-G6)."""
    language = client.cookies["django_language"].value if "django_language" in client.cookies else "tr"
    notice = privacy_notice(NoticeAudience.CITIZEN, language)
    return client.post(SIGN_IN, {"address": address, "notice": notice.pk, **more}, follow=follow)


def enter(client: Client, address: str = MAIL) -> None:
    give_address(client, address)
    assert client.post(CODE, {"code": sent_code()}).status_code == 302


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def visible(answer) -> str:
    page = re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", answer.content.decode())
    return re.sub(r"hx-headers='[^']*'", "", page)


def citizen_with(*addresses: str, language: str = "tr") -> User:
    user = User.objects.create_citizen(language=language)
    for address in addresses:
        ProvenAddress.objects.create(user=user, address=address, proven_at=datetime.now().astimezone())
    return user


def citizen_of(user: User) -> Actor:
    return citizen_actor(user.pk)
