"""What a page may be found to do, by the name of the page and the words of the fault, each with its reason."""

import re

EXCUSED: dict[tuple[str, str], str] = {
    ("api-v1:docs", r"axe |weighs|0 h1|wider than|knows no theme"): "Swagger UI as django-ninja brings it",
}


def without_excused(faults: list[str]) -> tuple[list[str], list[str]]:
    """Faults that nothing excuses, and excuses that excuse nothing."""
    used: set[tuple[str, str]] = set()
    left = []
    for fault in faults:
        found = {(name, words) for name, words in EXCUSED if f" {name} " in fault and re.search(words, fault)}
        used |= found
        if not found:
            left.append(fault)
    return left, [f"{key} excuses nothing: {reason}" for key, reason in EXCUSED.items() if key not in used]
