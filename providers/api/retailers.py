"""Dealers of a brand: added, listed, told and removed by programs (R-C20).

How many consents a dealer has access to, and whether one names it, the app above knows: it subclasses these calls.
"""

import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.http import HttpResponse, JsonResponse
from stdnum.exceptions import ValidationError as NumberInvalid
from stdnum.tr import tckimlik, vkn

from iys_portal.accounts.permissions import Permission
from iys_portal.core.errors import WrongMoment
from iys_portal.core.provinces import place_codes
from providers.enums import KeyScope, RetailerState
from providers.models import Retailer, RetailerDetails
from providers.selectors import api as selectors
from providers.services import retailer_calls
from providers.services.retailer_calls import RetailerValues

from .calls import Ask, Call, number
from .errors import refuse
from .pages import limit_and_offset

KNOWN = {"title", "mersis", "alias", "name", "tckn", "mobile", "tin", "city", "town", "status"}
LONGEST = 200
_PHONE = re.compile(r"\+[1-9][0-9]{7,13}")
_WORDS = re.compile(r"[\w .,&()'’/+\-]+")
_MISSING = (("title", "H214"), ("name", "H215"), ("tckn", "H216"), ("tin", "H288"), ("city", "H217"), ("town", "H220"))
_PLACES = {"city": ("H218", "H219"), "town": ("H221", "H222")}
_TAKEN = {
    "mersis": ("H230", {}),
    "tckn": ("H231", {}),
    "mersis-passive": ("H253", {"number": "mersis"}),
    "tckn-passive": ("H253", {"number": "tckn"}),
    "codes": ("H067", {}),
}


class RetailersCall(Call):
    scope: ClassVar = {"get": KeyScope.QUERY, "post": KeyScope.RETAILERS}

    def post(self, ask: Ask) -> Any:
        try:
            made = retailer_calls.add_retailer(actor=ask.actor, brand=ask.brand, values=values_of(ask.values("H016")))
        except WrongMoment as error:
            raise _taken(error) from None
        return JsonResponse({"retailerCode": int(made.code)}, status=201)

    def get(self, ask: Ask) -> Any:
        """`all`: every dealer in one answer; `short`: the fewest fields."""
        rows = selectors.retailers_of(ask.brand)
        total = rows.count()
        whole = ask.query("all").lower() in ("true", "1", "")
        limit, offset = (total, 0) if whole and "all" in ask.request.GET else limit_and_offset(ask)
        page = list(rows[offset : offset + limit])
        short = "short" in ask.request.GET and ask.query("short").lower() in ("true", "1", "")
        counts = self.access_counts(ask, page)
        private = not short and may_see_private(ask, page)
        found = [told(one, access=counts.get(one.pk, 0), short=short, private=private) for one in page]
        current = offset // limit + 1 if limit else 1
        pagination = {"offset": offset, "pageSize": len(found), "totalCount": total, "currentPage": current}
        return {"pagination": pagination, "list": found}

    @abstractmethod
    def access_counts(self, ask: Ask, retailers: list[Retailer]) -> dict[int, int]: ...


class RetailerCall(Call):
    scope: ClassVar = {"get": KeyScope.QUERY, "delete": KeyScope.RETAILERS}

    def get(self, ask: Ask) -> Any:
        """A dealer that there is not is an empty answer, as the document's notes say."""
        found = selectors.retailer_of(ask.brand, ask.path["code"])
        if found is None:
            return {}
        access = self.access_counts(ask, [found]).get(found.pk, 0)
        return told(found, access=access, private=may_see_private(ask, [found]))

    def delete(self, ask: Ask) -> Any:
        found = selectors.retailer_of(ask.brand, ask.path["code"])
        if found is None:
            raise refuse(404, "H058", retailerCode=ask.path["code"])
        try:
            retailer_calls.remove_retailer(actor=ask.actor, retailer=found, used=self.is_used)
        except WrongMoment as error:
            raise _used(error) from None
        return HttpResponse("Başarı", content_type="text/plain; charset=utf-8")

    @abstractmethod
    def access_counts(self, ask: Ask, retailers: list[Retailer]) -> dict[int, int]: ...

    @abstractmethod
    def is_used(self, retailer: Retailer) -> bool: ...


def may_see_private(ask: Ask, retailers: Sequence[Retailer]) -> bool:
    """Whether the key is told dealers' identity, tax and mobile numbers: one that keeps dealers is (R-G1).

    That it was told them is in the audit log (R-A3).
    """
    with_numbers = [one for one in retailers if hasattr(one, "details")]
    if not with_numbers or not ask.actor.may(Permission.RETAILER_KEEP):
        return False
    retailer_calls.note_read(actor=ask.actor, brand=ask.brand, retailers=with_numbers)
    return True


def told(retailer: Retailer, *, private: bool, access: int | None = None, short: bool = False) -> dict[str, Any]:
    """A dealer as the document lists it; dealers of the panel have fewer fields.

    `private`: with identity, tax and mobile number.
    """
    details: RetailerDetails | None = getattr(retailer, "details", None)
    city_code = number(details.city_code) if details else None
    town_code = number(details.town_code) if details else None
    city = {"name": retailer.city, **({"code": city_code} if city_code is not None else {})}
    state = details.state if details and (details.state != RetailerState.ACTIVE or retailer.is_active) else None
    found: dict[str, Any] = {
        "retailerCode": number(retailer.code) or 0,
        "title": retailer.name,
        "city": city,
        "status": state or ("active" if retailer.is_active else "passive"),
    }
    if access is not None:
        found["retailerAccessCount"] = access
    if short or details is None:
        return found
    town = {"name": details.town, **({"code": town_code} if town_code is not None else {})}
    more = {
        "mersis": details.mersis,
        "alias": details.alias,
        "name": details.person,
    }
    if private:
        more |= {"tckn": details.tckn, "mobile": details.mobile, "tin": details.tax_number}
    return {**found, "town": town, **{name: value for name, value in more.items() if value}}


def values_of(given: Mapping[str, Any]) -> RetailerValues:
    """Read a dealer as the document asks; raises the 400 of the first thing that is wrong."""
    if set(given) - KNOWN:
        raise refuse(400, "H016")
    for name, code in _MISSING:
        if given.get(name) in (None, "", {}):
            raise refuse(400, code)
    texts = {name: _text(given, name) for name in KNOWN - {"city", "town"}}
    for name in ("title", "name", "alias"):
        if texts[name] and (not _WORDS.fullmatch(texts[name]) or not any(c.isalnum() for c in texts[name])):
            raise refuse(400, "H229", name=name)
    places = {name: _place(given, name) for name in _PLACES}
    _check_numbers(texts)
    state = texts["status"] or RetailerState.ACTIVE.value
    if state not in RetailerState.values:
        raise refuse(400, "H201")
    city = place_codes().cities.get(number(places["city"][0]) or 0, places["city"][1])
    return RetailerValues(
        title=texts["title"],
        person=texts["name"],
        tckn=texts["tckn"],
        tax_number=texts["tin"],
        city=city[:40],
        city_code=places["city"][0],
        town=places["town"][1][:60],
        town_code=places["town"][0],
        alias=texts["alias"],
        mersis=texts["mersis"],
        mobile=texts["mobile"],
        state=RetailerState(state),
    )


def _check_numbers(texts: Mapping[str, str]) -> None:
    if len(texts["tckn"]) != 11:
        raise refuse(400, "H226")
    if not tckimlik.is_valid(texts["tckn"]):
        raise refuse(400, "H225")
    if len(texts["tin"]) not in (10, 11):
        raise refuse(400, "H244")
    try:
        (vkn if len(texts["tin"]) == 10 else tckimlik).validate(texts["tin"])
    except NumberInvalid:
        raise refuse(400, "H243") from None
    if texts["mersis"] and not texts["mersis"].isdigit():
        raise refuse(400, "H227")
    if texts["mersis"] and len(texts["mersis"]) != 16:
        raise refuse(400, "H228")
    if texts["mobile"] and not _PHONE.fullmatch(texts["mobile"]):
        raise refuse(400, "H224")


def _text(given: Mapping[str, Any], name: str) -> str:
    value = given.get(name, "")
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise refuse(400, "H016")
    text = " ".join(str(value).replace("\0", "").split())
    if len(text) > LONGEST:
        raise refuse(400, "H017", key=name, limit=LONGEST)
    return text


def _place(given: Mapping[str, Any], name: str) -> tuple[str, str]:
    place = given[name]
    if not isinstance(place, dict):
        raise refuse(400, "H016")
    code, title = (
        _text({key: value for key, value in place.items() if value is not None}, key) for key in ("code", "name")
    )
    for text, missing in zip((code, title), _PLACES[name], strict=True):
        if not text:
            raise refuse(400, missing)
    if len(code) > 10:
        raise refuse(400, "H017", key=f"{name}.code", limit=10)
    return code, title


def _taken(error: WrongMoment) -> Exception:
    found = _TAKEN.get(error.code)
    return refuse(400, found[0], **found[1]) if found else error


def _used(error: WrongMoment) -> Exception:
    return refuse(400, "USED") if error.code == "used" else error
