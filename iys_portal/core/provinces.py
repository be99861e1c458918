"""Provinces and their districts (il, ilçe), in Turkish alphabetical order.

`provinces.json` holds the 81 provinces and 973 districts of the address register; a new law that moves a district is a
change of that file. `place_codes.json` holds their numbers as the national interface's document lists them: provinces
by their plate numbers, districts through the whole country; districts younger than that list follow behind it.
"""

import functools
import json
from dataclasses import dataclass
from pathlib import Path


@functools.lru_cache(maxsize=1)
def provinces() -> dict[str, list[str]]:
    """Districts by province."""
    return json.loads((Path(__file__).parent / "provinces.json").read_text(encoding="utf-8"))


def is_place(province: str, district: str) -> bool:
    return district in provinces().get(province, ())


@dataclass(frozen=True)
class Town:
    """A district with the numbers of itself and of its province."""

    code: int
    name: str
    city_code: int


@dataclass(frozen=True)
class PlaceCodes:
    """Provinces and districts by number."""

    cities: dict[int, str]
    towns: dict[int, Town]


@functools.lru_cache(maxsize=1)
def place_codes() -> PlaceCodes:
    found = json.loads((Path(__file__).parent / "place_codes.json").read_text(encoding="utf-8"))
    towns = {int(code): Town(int(code), name, city) for code, (name, city) in found["towns"].items()}
    return PlaceCodes({int(code): name for code, name in found["cities"].items()}, towns)
