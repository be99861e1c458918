"""`docs/states.md` from the tables of moves (style 5): what is drawn is what the code obeys."""

import importlib
import inspect
import pkgutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import apps
from django.conf import settings
from django.utils import translation

from .workflow import Workflow

HEAD = """# States

Drawn by `python manage.py document_states` from the `transitions.py` of each app; a test fails when this page is
older than the tables. Moves that nobody has a permission for are the system's own.
"""


@dataclass(frozen=True)
class Table:
    """One workflow and where it stands."""

    module: str
    name: str
    about: str
    workflow: Workflow


def path() -> Path:
    return Path(settings.BASE_DIR) / "docs" / "states.md"


def tables() -> list[Table]:
    """Every `Workflow` of a `transitions` module of our own apps, by module and name."""
    found = []
    for module in _modules():
        about = (inspect.getdoc(module) or "").split("\n")[0]
        for name, value in vars(module).items():
            if isinstance(value, Workflow):
                found.append(Table(module.__name__, name, about, value))
    return sorted(found, key=lambda table: (table.module, table.name))


def _modules() -> Iterator[Any]:
    for config in apps.get_app_configs():
        if not Path(config.path).is_relative_to(settings.BASE_DIR) or ".venv" in config.path:
            continue
        names = [name for _finder, name, _package in pkgutil.iter_modules([config.path])]
        if "transitions" in names:
            yield importlib.import_module(f"{config.name}.transitions")


def render(workflows: Iterable[Table]) -> str:
    """The page, in English whatever language is active."""
    with translation.override("en"):
        return HEAD + "".join(f"\n{_section(table)}" for table in workflows)


def _section(table: Table) -> str:
    states = _states(table.workflow)
    lines = [f"## {table.module} · {table.name}", "", table.about, "", "```mermaid", "stateDiagram-v2"]
    lines += [f'    state "{state.label}" as {state.value}' for state in states]
    for move in table.workflow.transitions.values():
        for source in sorted(move.sources, key=states.index):
            lines.append(f"    {source.value} --> {(move.target or source).value}: {move.name}")
    lines += ["```", "", "| move | from | to | permission | audit verb |", "|---|---|---|---|---|"]
    for move in table.workflow.transitions.values():
        sources = ", ".join(str(source.label) for source in sorted(move.sources, key=states.index))
        permission = f"`{move.permission}`" if move.permission else "the system"
        name = f"{move.name} ({move.label})" if move.label else move.name
        lines.append(
            f"| {name} | {sources} | {move.target.label if move.target else '(stays)'} | {permission} | `{move.verb}` |"
        )
    return "\n".join(lines) + "\n"


def _states(workflow: Workflow) -> list[Any]:
    """All states that the table names, in the order of their enum."""
    named = {state for move in workflow.transitions.values() for state in (*move.sources, move.target)} - {None}
    return [state for state in type(next(iter(named))) if state in named]
