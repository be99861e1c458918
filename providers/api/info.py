"""Provinces and districts by number."""

from typing import Any

from django.http import HttpResponse

from iys_portal.core.provinces import Town, place_codes

from .calls import Ask, Call, number


class CitiesCall(Call):
    def get(self, ask: Ask) -> Any:
        return [{"code": code, "name": name} for code, name in place_codes().cities.items()]


class CityCall(Call):
    def get(self, ask: Ask) -> Any:
        code = number(ask.path["code"]) or 0
        name = place_codes().cities.get(code)
        return {"code": code, "name": name} if name else HttpResponse(status=204)


class TownsCall(Call):
    def get(self, ask: Ask) -> Any:
        return [_town(town) for town in place_codes().towns.values()]


class TownCall(Call):
    def get(self, ask: Ask) -> Any:
        town = place_codes().towns.get(number(ask.path["code"]) or 0)
        return _town(town) if town else HttpResponse(status=204)


def _town(town: Town) -> dict[str, Any]:
    """The province's number under both names: the document's schema has one, its examples the other."""
    return {"code": town.code, "name": town.name, "city_code": town.city_code, "cityCode": town.city_code}
