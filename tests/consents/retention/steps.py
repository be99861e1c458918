"""What tests of the expiry do again and again."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from consents.effective import Reason, judge
from consents.enums import Channel, RecipientType, WayIn
from consents.models import (
    RetentionRun,
)
from consents.services import retention
from consents.services.records import Entry, Outcome, record_consents
from consents.services.seals import seal_ledger
from iys_portal.core.actors import SYSTEM
from providers.models import Brand
from tests.factories import officer_of
from tests.workers import until

AYSE, ALI, CAN = "ayse@firma.example", "ali@firma.example", "can@firma.example"


def say(
    brand: Brand,
    address: str,
    status: str,
    moment: datetime,
    source: str = "HS_WEB",
    kind: str = "BIREYSEL",
    **more: Any,
) -> Outcome:
    at = timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")
    entry = Entry(address, "EPOSTA", status, source, kind, at)
    (outcome,) = record_consents(
        actor=officer_of(brand), brand=brand, entries=[entry], moment=moment + timedelta(seconds=1), **more
    )
    return outcome


def own(brand: Brand, address: str, status: str, moment: datetime) -> Outcome:
    """The recipient's own act."""
    return say(brand, address, status, moment, "IYS_WEB", registry=True, way=WayIn.CITIZEN)


def seal_all() -> None:
    done: list[bool] = []

    def sealed() -> bool:
        done.append(not seal_ledger().waits)
        return sum(done) == 2

    until(sealed, what="the end of transactions under way")


def expire(*, applied: bool = True) -> RetentionRun:
    run = retention.start_run(applied=applied, actor=SYSTEM, now=timezone.now())
    retention.run(run.job_id)
    run.refresh_from_db()
    return run


def everything() -> str:
    """All that stands in any column of any table, as text."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            found += [text for (text,) in cursor.fetchall()]
    return "\n".join(found)


def reason(brand: Brand, address: str) -> Reason:
    return judge([(address, brand.pk, Channel.EPOSTA, RecipientType.BIREYSEL)], now=timezone.now())[0]
