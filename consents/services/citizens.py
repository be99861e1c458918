"""What citizens do on their own page (R-Z3, R-R1): withdraw a channel, a brand or everything, and take it back; say
yes to a brand, or no to one that never wrote (R-Z5).

Each finds its rows by number among the citizen's own proven addresses, and hands on to `services.recipients`. A brand
is refused only at addresses at which it has a record: a refusal names the address to the provider, and nobody's
address is told to a company that does not hold it.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from consents.enums import Channel, Source, WayIn, WishKind
from consents.models import Consent, StandingWish
from consents.selectors.own import channels_for, consent_of_event
from consents.selectors.wishes import Wanted
from iys_portal.accounts.models import ProvenAddress
from iys_portal.accounts.permissions import Permission
from iys_portal.accounts.policies import undo_until
from iys_portal.accounts.selectors import addresses_of
from iys_portal.accounts.services import set_history_from
from iys_portal.core.actors import Actor
from iys_portal.core.errors import Invalid, NotFound, WrongMoment

from .giving import Given, give
from .recipients import Refusal, refuse, take_back
from .wishes import begin_wish

AT_ONCE = 10  # brands of one transaction


@dataclass(frozen=True)
class Withdrawn:
    """One channel of one brand that was open at an own address (by its number) and is refused now."""

    address_id: int
    brand_id: int
    channel: int


def withdraw_channel(*, actor: Actor, event_id: int, denied: bool = False) -> list[Withdrawn]:
    """Refuse the brand + channel + address of one of the citizen's own records.

    `denied` says "I did not give this consent", which flags it as well (R-M3).
    Raises `NotFound` for any other number (R-A1).
    """
    mine = _own(actor)
    consent = consent_of_event(event_id, list(mine))
    if consent is None:
        raise NotFound(code="consent")
    return _refuse(actor, mine, {consent.recipient: {consent.brand_id: (Channel(consent.channel),)}}, denied=denied)


def withdraw_brand(*, actor: Actor, brand_id: int) -> list[Withdrawn]:
    """Refuse every channel of a brand at each own address that it holds. Raises `NotFound` where it holds none."""
    mine = _own(actor)
    held = Consent.objects.filter(recipient__in=list(mine), brand_id=brand_id)
    found = sorted(set(held.values_list("recipient", flat=True)))
    if not found:
        raise NotFound(code="brand")
    return _refuse(actor, mine, {address: {brand_id: channels_for(address)} for address in found})


def withdraw_everywhere(*, actor: Actor, channel: Channel) -> list[Withdrawn]:
    """Refuse a channel of every brand that has a record of it at an own address; what comes later is not touched."""
    mine = _own(actor)
    wanted: dict[str, dict[int, Sequence[Channel]]] = {}
    held = Consent.objects.filter(recipient__in=list(mine), channel=channel)
    for recipient, brand_id in sorted(set(held.values_list("recipient", "brand_id"))):
        wanted.setdefault(recipient, {})[brand_id] = (channel,)
    return _refuse(actor, mine, wanted)


def withdraw_everything(*, actor: Actor, address_id: int | None = None) -> list[Withdrawn]:
    """Refuse all channels of all brands that hold the address (by its number), or any of the citizen's addresses.

    Raises `NotFound` for an address that is not the citizen's.
    """
    mine = _own(actor)
    chosen = [address for address, row in mine.items() if address_id in (None, row.pk)]
    if not chosen:
        raise NotFound(code="address")
    wanted: dict[str, dict[int, Sequence[Channel]]] = {}
    for recipient, brand_id in sorted(
        set(Consent.objects.filter(recipient__in=chosen).values_list("recipient", "brand_id"))
    ):
        wanted.setdefault(recipient, {})[brand_id] = channels_for(recipient)
    return _refuse(actor, mine, wanted)


def refuse_brand(*, actor: Actor, brand_id: int) -> tuple[list[Withdrawn], list[StandingWish]]:
    """No to a brand for good (R-Z5): a refusal where it holds an own address, a standing wish where it does not.

    So no company learns an address that it did not bring itself. Raises `NotFound` for a brand that there is not.
    """
    mine = _own(actor)
    held = set(Consent.objects.filter(recipient__in=list(mine), brand_id=brand_id).values_list("recipient", flat=True))
    wished = [row.pk for address, row in mine.items() if address not in held]
    wishes: list[StandingWish] = []
    if wished:
        wishes = begin_wish(actor=actor, wanted=Wanted(WishKind.BRAND, brand_id=brand_id), address_ids=wished)
    wanted = {address: {brand_id: channels_for(address)} for address in sorted(held)}
    return _refuse(actor, mine, wanted), wishes


def give_consent(*, actor: Actor, brand_id: int, places: Collection[tuple[int, Channel]]) -> list[Given]:
    """Yes to a brand on these channels of own addresses, by their numbers (R-Z5).

    Raises `NotFound` for another's address or no brand, `Invalid` where nothing was chosen, `WrongMoment` where the
    company is suspended or closed. One transaction for each address.
    """
    mine = {row.pk: address for address, row in _own(actor).items()}
    if not places:
        raise Invalid(_("Choose at least one way."), code="nothing-chosen", field="places")
    wanted: dict[str, list[Channel]] = {}
    for address_id, channel in places:
        if address_id not in mine or channel not in channels_for(mine[address_id]):
            raise NotFound(code="address")
        wanted.setdefault(mine[address_id], []).append(channel)
    known = Consent.objects.filter(recipient__in=list(mine.values()), brand_id=brand_id).exists()
    source = Source.IYS_WEB if known else Source.IYS_WEB_YENI
    given: list[Given] = []
    for recipient in sorted(wanted):
        given += give(actor=actor, recipient=recipient, brand_id=brand_id, channels=wanted[recipient], source=source)
    return given


def take_back_withdrawn(*, actor: Actor, withdrawn: Iterable[Withdrawn]) -> int:
    """Undo what was withdrawn in the last minutes (setting REFUSAL_UNDO); returns how many channels came back.

    What changed since, what is older, and addresses that are not the citizen's are left alone. One transaction for
    each brand and address, as `_refuse`.
    """
    mine = {row.pk: address for address, row in _own(actor).items()}
    places: dict[tuple[str, int], list[tuple[int, Channel]]] = {}
    for one in withdrawn:
        if one.address_id in mine:
            place = mine[one.address_id], one.brand_id
            places.setdefault(place, []).append((one.brand_id, Channel(one.channel)))
    return sum(
        take_back(actor=actor, recipient=place[0], refusals=places[place], way=WayIn.CITIZEN)
        for place in sorted(places)
    )


@dataclass(frozen=True)
class Begun:
    """What "this number is newly mine" did: what it refused, and where the history began before."""

    address_id: int
    former: datetime | None
    withdrawn: list[Withdrawn]


def begin_anew(*, actor: Actor, address_id: int, moment: datetime | None = None) -> Begun:
    """ "This address is newly mine" (R-Z2): refuse all that was given at it, and hide what happened before.

    The history begins first: whatever fails after that, nobody sees an earlier holder's. Raises `NotFound` for an
    address that is not the citizen's.
    """
    former = set_history_from(address_id=address_id, history_from=moment or timezone.now(), actor=actor)
    return Begun(address_id, former, withdraw_everything(actor=actor, address_id=address_id))


def take_back_begun(*, actor: Actor, begun: Begun, at: datetime, moment: datetime | None = None) -> None:
    """Undo `begin_anew` of the last minutes (setting REFUSAL_UNDO). Raises `WrongMoment` later, and `NotFound`."""
    if (moment or timezone.now()) >= undo_until(at):
        raise WrongMoment
    take_back_withdrawn(actor=actor, withdrawn=begun.withdrawn)
    set_history_from(address_id=begun.address_id, history_from=begun.former, actor=actor)


def _own(actor: Actor) -> dict[str, ProvenAddress]:
    """The citizen's proven addresses. Raises `NotAllowed` for anybody who is none."""
    actor.require(Permission.CONSENT_OWN)
    return {row.address: row for row in addresses_of(actor.id)}


def _refuse(
    actor: Actor,
    mine: Mapping[str, ProvenAddress],
    wanted: Mapping[str, Mapping[int, Sequence[Channel]]],
    *,
    denied: bool = False,
) -> list[Withdrawn]:
    """One transaction for a few brands at an address: locks are held shortly, however long the list is, and a no that
    is written stays written whatever happens to the next one."""
    refusals: list[Refusal] = []
    for recipient in sorted(wanted):
        brands = sorted(wanted[recipient])
        for start in range(0, len(brands), AT_ONCE):
            refusals += refuse(
                actor=actor,
                recipient=recipient,
                wanted={brand_id: wanted[recipient][brand_id] for brand_id in brands[start : start + AT_ONCE]},
                source=Source.IYS_WEB,
                way=WayIn.CITIZEN,
                denied=denied,
            )
    return [
        Withdrawn(mine[refusal.recipient].pk, refusal.brand_id, int(refusal.channel))
        for refusal in refusals
        if not refusal.already
    ]
