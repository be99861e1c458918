"""Provinces and their districts (il, ilçe), in Turkish alphabetical order.

`provinces.json` holds the 81 provinces and 973 districts of the address register; a new law that moves a district is a
change of that file.
"""

import functools
import json
from pathlib import Path


@functools.lru_cache(maxsize=1)
def provinces() -> dict[str, list[str]]:
    """Districts by province."""
    return json.loads((Path(__file__).parent / "provinces.json").read_text(encoding="utf-8"))


def is_place(province: str, district: str) -> bool:
    return district in provinces().get(province, ())
