"""Push connections: where the recipients' own acts of a brand and channel are to be sent (docs/api.md).

Each is sent to as a receiver beside the webhooks (`services.webhook_feed`, `services.webhook_sending`): the acts after
it was made, in their order. It is sent the national interface's test first; how it stands, the tries say.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.crypto import constant_time_compare

from consents.enums import Channel, PushState
from consents.models import PushConnection
from iys_portal.accounts.permissions import Permission
from iys_portal.core import audit
from iys_portal.core.actors import Actor
from iys_portal.core.errors import NotFound, WrongMoment
from iys_portal.core.outgoing import check_target
from providers.models import Brand

from .reach import require_reach
from .webhook_feed import start_of_telling
from .webhooks import end_push, receive_push

AT_MOST = 2
"""Active connections of one brand and channel."""


def connect_all(
    *, actor: Actor, brand: Brand, wanted: Sequence[tuple[Channel, Mapping[str, str]]], now: datetime
) -> list[PushConnection]:
    """Register several connections (`url`, `username`, `password`), or none of them.

    The same address again takes the new credentials. Raises as `require_reach`, `Invalid` for an address that the
    registry does not send to (codes `scheme`, `target`), `WrongMoment` (code `connections`) beside two others.
    Looks names up first, then locks the brand: nobody waits for a name server with the lock held.
    """
    require_reach(actor, Permission.PUSH_KEEP, brand, *(channel for channel, _values in wanted))
    for url in dict.fromkeys(values["url"] for _channel, values in wanted):
        check_target(url)
    start = start_of_telling()
    with transaction.atomic():
        Brand.objects.select_for_update(of=("self",), no_key=True).get(pk=brand.pk)
        return [
            _connect(actor=actor, brand=brand, channel=channel, start=start, now=now, **values)
            for channel, values in wanted
        ]


def _connect(
    *, actor: Actor, brand: Brand, channel: Channel, url: str, username: str, password: str, start: int, now: datetime
) -> PushConnection:
    standing = PushConnection.objects.filter(brand=brand, channel=channel, removed_at=None)
    about = {"channel": channel.name}
    same = standing.filter(url=url).first()
    if same is not None:
        same.username, same.password, same.state, same.state_at = username, password, PushState.CONNECTED, now
        same.save(update_fields=["username", "password", "state", "state_at"])
        receive_push(same, start=start, now=now)
        audit.record("push.changed", same, actor=actor, provider_id=brand.provider_id, new=about)
        return same
    if standing.count() >= AT_MOST:
        raise WrongMoment(code="connections")
    made = PushConnection.objects.create(
        brand=brand,
        channel=channel,
        url=url,
        username=username,
        password=password,
        state_at=now,
        registered_at=now,
        registered_by=actor.id,
    )
    receive_push(made, start=start, now=now)
    audit.record("push.connected", made, actor=actor, provider_id=brand.provider_id, new=about)
    return made


@transaction.atomic
def disconnect(
    *, actor: Actor, brand: Brand, channel: Channel, url: str, username: str, password: str, now: datetime
) -> PushConnection:
    """End a connection, by the credentials with which it was made.

    Raises as `require_reach`, and `NotFound` where there is none such. Locks the connection.
    """
    require_reach(actor, Permission.PUSH_KEEP, brand, channel)
    rows = PushConnection.objects.visible_to(actor).select_for_update(of=("self",))
    found = rows.filter(brand=brand, channel=channel, url=url, username=username, removed_at=None).first()
    if found is None or not constant_time_compare(str(found.password), password):
        raise NotFound(code="connection")
    found.removed_at, found.removed_by = now, actor.id
    found.state, found.state_at = PushState.REMOVED, now
    found.save(update_fields=["removed_at", "removed_by", "state", "state_at"])
    end_push(found, now=now)
    audit.record("push.removed", found, actor=actor, provider_id=brand.provider_id, old={"channel": channel.name})
    return found
