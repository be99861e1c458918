"""How the API's paths are written: at the root and under `/v2`, with or without a slash at the end."""

import re
from typing import Any

from django.urls import URLPattern, re_path

_PART = re.compile(r"\{(\w+)\}")


def call(path: str, view: type[Any], name: str, **options: Any) -> URLPattern:
    """`call("sps/{iys}/brands", BrandsCall, "api-brands")`; parts are told to the call by their names."""
    pattern = _PART.sub(lambda part: f"(?P<{part[1]}>[^/]+)", path)
    return re_path(rf"^(?:v2/)?{pattern}/?$", view.as_view(**options), name=name)
