"""Push connections: made, told and removed."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.utils.translation import gettext as _

from consents.enums import Channel, PushState
from consents.selectors import api as selectors
from consents.services import push
from iys_portal.core.calendar import written
from iys_portal.core.errors import Invalid, NotFound, WrongMoment
from providers.api.calls import Ask, Call
from providers.api.errors import Fault, Refused, fault, refuse
from providers.enums import KeyScope

from .base import require_channels
from .reading import channel_of

LONGEST = 200


class RegisterPushCall(Call):
    scope: ClassVar = KeyScope.WEBHOOKS

    def post(self, ask: Ask) -> Any:
        """Every connection of the list, as many as a brand may have at most, or none where one is refused."""
        found = ask.values("H014").get("connection")
        given: list[Any] = found if isinstance(found, list) else [found]
        most = push.AT_MOST * len(Channel)
        if not given or len(given) > most or not all(isinstance(one, dict) for one in given):
            raise refuse(400, "H014")
        wanted = [_connection(one) for one in given]
        require_channels(ask, [channel for channel, _values in wanted])
        try:
            push.connect_all(actor=ask.actor, brand=ask.brand, wanted=wanted, now=ask.now)
        except Invalid as error:
            raise refuse(422, "H531" if error.code == "scheme" else "H530", location=["url"]) from None
        except WrongMoment as error:
            if error.code != "connections":
                raise
            raise refuse(422, "H530") from None
        return {"message": _("Connection made")}

    def get(self, ask: Ask) -> Any:
        return [
            {
                "url": one.url,
                "type": Channel(one.channel).name,
                "status": str(PushState(one.state).label),
                "registerTime": written(one.state_at),
            }
            for one in selectors.connections_of(ask.actor, ask.brand)
        ]


class UnregisterPushCall(Call):
    scope: ClassVar = KeyScope.WEBHOOKS

    def post(self, ask: Ask) -> Any:
        channel, values = _connection(ask.values("H014"))
        require_channels(ask, [channel])
        try:
            push.disconnect(actor=ask.actor, brand=ask.brand, channel=channel, now=ask.now, **values)
        except NotFound:
            raise refuse(422, "REMOVE") from None
        return {"message": _("Connection removed")}


def _connection(given: Mapping[str, Any]) -> tuple[Channel, dict[str, str]]:
    faults: list[Fault] = []
    texts = {}
    for name in ("url", "username", "password"):
        value = given.get(name)
        if not isinstance(value, str) or not value.strip() or len(value) > (500 if name == "url" else LONGEST):
            code = "H531" if name == "url" else "H093"
            faults.append(fault(code, location=[name], name=name))
        else:
            texts[name] = value.strip().replace("\0", "")
    try:
        channel = channel_of(given)
    except Refused as refused:
        faults += refused.faults
    if faults:
        raise Refused(422, faults)
    return channel, texts
