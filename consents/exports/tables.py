"""Lists that are small beside the consents: their names and their rows of texts, in parts."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """What a file holds; `parts` is asked for once, while the file is written, and `total` says how many rows."""

    names: tuple[str, ...]
    parts: Callable[[], Iterator[list[tuple[str, ...]]]]
    total: int
