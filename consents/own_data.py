"""What a citizen's own data consists of (R-Z6): parts in a fixed order; apps above register theirs when they start."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

Part = Callable[[int, datetime], list[dict[str, Any]]]
"""`part(user_id, now)`: rows of plain JSON values, the newest first; only what is the citizen's."""

FORMAT = "iys-own-data-v1"  # docs/own-data.md
_parts: dict[str, tuple[Any, Part]] = {}


def register_part(name: str, title: Any, part: Part) -> None:
    """Add a part under its name in the JSON and its title in the PDF; a second time it takes the first one's place."""
    _parts[name] = (title, part)


def further_parts() -> list[tuple[str, Any, Part]]:
    return [(name, title, part) for name, (title, part) in _parts.items()]
