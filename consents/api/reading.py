"""What calls bring, read into the services' values; whatever is wrong with its form is refused here."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
from django.conf import settings

from consents.enums import Channel, RecipientType
from consents.normalise.addresses import is_canonical_address, read_addresses
from consents.services.api_consents import Given
from consents.services.records import Entry
from iys_portal.core.calendar import ISTANBUL, in_reach
from providers.api.calls import Ask
from providers.api.errors import Fault, Refused, fault, refuse

from .faults import FORMS

KNOWN = frozenset(
    {"recipient", "type", "source", "status", "consentDate", "recipientType", "retailerCode", "retailerAccess"}
)
FIELDS = ("recipient", "type", "status", "source")
MOST_RETAILERS = 3_000
MOST_RETAILERS_OF_CALL = 100
MOST_RECIPIENTS = 100
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def consent_of(given: Mapping[str, Any], *, index: int | None = None) -> Given:
    """One consent of a call. A key that is null counts as absent, an empty `retailerAccess` as not given."""
    given = {name: value for name, value in given.items() if value is not None}
    unknown = [name for name in given if name not in KNOWN]
    if unknown:
        name = unknown[0][:100]
        raise Refused(422, [fault("H118", location=[name], value=_text(given[unknown[0]]), name=name, index=index)])
    if given.get("retailerCode") == "":
        raise Refused(400, [fault("H267", index=index)])
    entry = Entry(
        **{name: _text(given.get(name, "")) for name in FIELDS},
        recipient_type=_text(given.get("recipientType", "")),
        consent_date=_text(given.get("consentDate", "")),
        retailer_code=_text(given.get("retailerCode", "")).strip(),
    )
    access = given.get("retailerAccess") or []
    return Given(entry, _codes(access, most=MOST_RETAILERS, index=index))


def _codes(access: Any, *, most: int, index: int | None = None) -> tuple[str, ...]:
    if not isinstance(access, list):
        raise Refused(422, [fault("H163", location=["retailerAccess"], value=access, index=index)])
    if len(access) > most:
        raise Refused(422, [fault("H126", location=["retailerAccess"], value=access, limit=most, index=index)])
    return tuple(dict.fromkeys(_text(code).strip() for code in access))


def _text(value: Any) -> str:
    """A value as text: whatever is no text or number is shown as it is and will not pass."""
    return (value if isinstance(value, str) else str(value)).replace("\0", "\ufffd")


@dataclass(frozen=True)
class Asked:
    """One consent that a call asks about."""

    recipient: str
    channel: Channel
    recipient_type: RecipientType

    def key(self, brand_id: int) -> tuple[str, int, int, int]:
        return self.recipient, brand_id, self.channel.value, self.recipient_type.value


def asked_of(given: Mapping[str, Any]) -> Asked:
    """`recipient`, `recipientType` and `type` of a call; raises the 422 with everything that is wrong."""
    channel, kind, faults = _kind(given)
    recipient = given.get("recipient")
    if recipient in (None, ""):
        faults.append(fault("H114", location=["recipient"]))
    elif channel is not None:
        read, wrong = _read([recipient], channel, ("recipient",), long="H166")
        faults += wrong
        recipient = read[0]
    if faults or channel is None or kind is None:
        raise Refused(422, faults)
    return Asked(str(recipient), channel, kind)


@dataclass(frozen=True)
class AskedMany:
    """Several consents of one kind that a call asks about."""

    recipients: tuple[str, ...]
    channel: Channel
    recipient_type: RecipientType

    def keys(self, brand_id: int) -> list[tuple[str, int, int, int]]:
        return [(one, brand_id, self.channel.value, self.recipient_type.value) for one in self.recipients]


def many_of(given: Mapping[str, Any], *, retailers: bool) -> tuple[AskedMany, tuple[str, ...]]:
    """`recipients` (100 at most) with their kind, and the dealers of `retailerAccess`."""
    channel, kind, faults = _kind(given)
    recipients = given.get("recipients")
    faults += _list_faults(recipients, MOST_RECIPIENTS)
    read: Sequence[str] = ()
    if channel is not None and not faults:
        read, wrong = _read(recipients or [], channel, ("recipients",))
        faults += wrong
    codes: tuple[str, ...] = ()
    if retailers:
        codes, wrong = access_of(given)
        faults += wrong
    if faults or channel is None or kind is None:
        raise Refused(422, faults)
    return AskedMany(tuple(dict.fromkeys(read)), channel, kind), codes


def access_of(given: Mapping[str, Any]) -> tuple[tuple[str, ...], list[Fault]]:
    """The dealers of a call that is about dealers: the list has to be there."""
    if "retailerAccess" not in given:
        return (), [fault("H169", location=["retailerAccess"])]
    if given["retailerAccess"] == []:
        return (), [fault("H163", location=["retailerAccess"], value=[])]
    try:
        return _codes(given["retailerAccess"], most=MOST_RETAILERS_OF_CALL), []
    except Refused as refused:
        return (), refused.faults


def lookups_of(given: Mapping[str, Any], channel: Channel, *, most: int) -> list[str]:
    """`recipients` of the status of many: each once, all in the channel's form."""
    recipients = given.get("recipients")
    faults = _list_faults(recipients, most)
    if faults:
        raise Refused(422, faults)
    seen: dict[Any, int] = {}
    for place, one in enumerate(recipients or []):
        if isinstance(one, str) and seen.setdefault(one, place) != place:
            faults.append(fault("H193", location=["recipients", place], value=one))
    read, wrong = _read(recipients or [], channel, ("recipients",))
    if faults or wrong:
        raise Refused(422, [*faults, *wrong])
    return read


def kind_of_path(ask: Ask) -> tuple[Channel, RecipientType]:
    channel = Channel.__members__.get(ask.path["type"])
    kind = RecipientType.__members__.get(ask.path["recipient_type"])
    faults = []
    if kind is None:
        faults.append(fault("H116", location=["recipientType"], value=ask.path["recipient_type"]))
    if channel is None:
        faults.append(fault("H117", location=["type"], value=ask.path["type"]))
    if channel is None or kind is None:
        raise Refused(422, faults)
    return channel, kind


def recipient_type_of(text: str) -> RecipientType:
    found = RecipientType.__members__.get(text)
    if found is None:
        raise refuse(422, "H116", location=["recipientType"], value=text)
    return found


def day_of(ask: Ask, *, recent: bool = False) -> date:
    """The day of a path; the strict interface, and what reads the ledger (`recent`), answers for seven days only."""
    text = ask.path["day"]
    try:
        found = date.fromisoformat(text) if _DAY.fullmatch(text) else None
    except ValueError:
        found = None
    if found is None or not in_reach(found):
        raise refuse(422, "H501", location=["reportDate"], value=text)
    days = settings.REGISTRY["RECONCILE_DAYS"]
    if (recent or settings.API_STRICT) and (ask.now.astimezone(ISTANBUL).date() - found).days > days:
        raise refuse(422, "H502", location=["reportDate"], value=text, days=days)
    return found


def channel_of(given: Mapping[str, Any]) -> Channel:
    """`type` alone. Raises the 422."""
    channel, faults = _channel(given)
    if channel is None:
        raise Refused(422, faults)
    return channel


def _channel(given: Mapping[str, Any]) -> tuple[Channel | None, list[Fault]]:
    name = given.get("type")
    if name in (None, ""):
        return None, [fault("H111", location=["type"])]
    channel = Channel.__members__.get(name) if isinstance(name, str) else None
    return channel, [] if channel else [fault("H117", location=["type"], value=name)]


def _kind(given: Mapping[str, Any]) -> tuple[Channel | None, RecipientType | None, list[Fault]]:
    channel, faults = _channel(given)
    name = given.get("recipientType")
    kind = RecipientType.__members__.get(name) if isinstance(name, str) else None
    if name in (None, ""):
        faults.append(fault("H170", location=["recipientType"]))
    elif kind is None:
        faults.append(fault("H116", location=["recipientType"], value=name))
    return channel, kind, faults


def _list_faults(recipients: Any, most: int) -> list[Fault]:
    if recipients is None:
        return [fault("H168", location=["recipients"])]
    if not isinstance(recipients, list):
        return [fault("H478", location=["recipients"], value=recipients)]
    if not recipients:
        return [fault("H164", location=["recipients"], value=[])]
    if len(recipients) > most:
        return [fault("H127", location=["recipients"], value=f"{len(recipients)}", limit=most)]
    return []


def _read(
    recipients: Sequence[Any], channel: Channel, location: tuple[str, ...], *, long: str = "H160"
) -> tuple[list[str], list[Fault]]:
    """Addresses as they are stored, by the engine's own strict reading (R-C2 to R-C4)."""
    texts = [_text(one) if isinstance(one, str) else "" for one in recipients]
    if len(texts) == 1 and is_canonical_address(texts[0], channel):
        return texts, []
    frame = pl.DataFrame(
        {"text": texts, "channel": [channel.value] * len(texts)}, schema_overrides={"channel": pl.Int16}
    )
    read = read_addresses(frame, strict=True)
    if not (read["problem"] != 0).any():
        return read["address"].to_list(), []
    single = location == ("recipient",)
    where: Callable[[int], tuple[str | int, ...]] = lambda place: location if single else (*location, place)  # noqa: E731
    code = {114: "H120" if channel is Channel.EPOSTA else "H121", 464: "H464", 160: long, 121: "H121", 120: "H120"}
    form = str(FORMS[channel.takes_phone])
    wrong = [
        fault(code[number], location=where(place), value=recipients[place], type=channel.name, form=form)
        for place, number in enumerate(read["problem"].to_list())
        if number
    ]
    return read["address"].to_list(), wrong
