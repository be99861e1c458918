"""Dealers' access to consents, and the dealers themselves with what consents make of them."""

import uuid
from typing import Any, ClassVar

from django.http import JsonResponse

from consents.selectors import api as selectors
from consents.services import retailer_access as services
from consents.services.api_consents import RetailerUnknown, known_retailers
from iys_portal.core.calendar import written
from iys_portal.core.errors import NotFound
from providers.api import retailers
from providers.api.calls import Ask, Call
from providers.api.errors import Refused, refuse
from providers.api.pages import page_of
from providers.api.retailers import may_see_private, told
from providers.enums import KeyScope
from providers.models import Retailer

from .base import require_channels
from .reading import access_of, asked_of, many_of


class RetailersCall(retailers.RetailersCall):
    def access_counts(self, ask: Ask, rows: list[Retailer]) -> dict[int, int]:
        return selectors.access_counts(rows)


class RetailerCall(retailers.RetailerCall):
    def access_counts(self, ask: Ask, rows: list[Retailer]) -> dict[int, int]:
        return selectors.access_counts(rows)

    def is_used(self, retailer: Retailer) -> bool:
        return services.is_used(retailer.pk)


class AccessCall(Call):
    """POST lets more dealers see one consent; PUT lets these and no others see some."""

    scope: ClassVar = KeyScope.RETAILERS

    def post(self, ask: Ask) -> Any:
        values = ask.values("H090")
        codes, faults = access_of(values)
        try:
            asked = asked_of(values)
        except Refused as refused:
            faults = [*refused.faults, *faults]
        if faults:
            raise Refused(422, faults)
        require_channels(ask, [asked.channel])
        known = _known(ask, codes)
        try:
            key = asked.key(ask.brand.pk)
            services.add_access(actor=ask.actor, brand=ask.brand, key=key, retailers=known)
        except NotFound:
            raise refuse(400, "H401") from None
        return {"transactionId": str(uuid.uuid4()), "creationDate": written(ask.now)}

    def put(self, ask: Ask) -> Any:
        many, codes = many_of(ask.values("H171"), retailers=True)
        require_channels(ask, [many.channel])
        keys = many.keys(ask.brand.pk)
        services.replace_access(actor=ask.actor, brand=ask.brand, keys=keys, retailers=_known(ask, codes))
        return _taken()


class RemoveAccessCall(Call):
    """Take these dealers' access to some consents away."""

    scope: ClassVar = KeyScope.RETAILERS

    def post(self, ask: Ask) -> Any:
        many, codes = many_of(ask.values("H172"), retailers=True)
        require_channels(ask, [many.channel])
        keys = many.keys(ask.brand.pk)
        services.remove_access(actor=ask.actor, brand=ask.brand, keys=keys, retailers=_known(ask, codes))
        return _taken()


class RemoveAllAccessCall(Call):
    """Take every dealer's access to some consents away."""

    scope: ClassVar = KeyScope.RETAILERS

    def post(self, ask: Ask) -> Any:
        many, _codes = many_of(ask.values("H172"), retailers=False)
        require_channels(ask, [many.channel])
        services.remove_access(actor=ask.actor, brand=ask.brand, keys=many.keys(ask.brand.pk), retailers=None)
        return _taken()


class AccessListCall(Call):
    """The dealers that may see one consent."""

    scope: ClassVar = KeyScope.QUERY

    def post(self, ask: Ask) -> Any:
        asked = asked_of(ask.values("H173"))
        require_channels(ask, [asked.channel])

        def page_told(page: list[Retailer]) -> list[dict[str, Any]]:
            private = may_see_private(ask, page)
            return [told(one, private=private) for one in page]

        return page_of(ask, selectors.access_of(asked.key(ask.brand.pk)), told=page_told)


def _known(ask: Ask, codes: tuple[str, ...]) -> list[int]:
    try:
        return list(known_retailers(ask.brand, codes).values())
    except RetailerUnknown as error:
        raise refuse(403, "H180", location=["retailerAccess", error.place], value=error.value) from None


def _taken() -> JsonResponse:
    return JsonResponse({"requestId": str(uuid.uuid4())}, status=202)
