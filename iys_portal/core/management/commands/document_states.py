"""`document_states`: draw the tables of moves into docs/states.md; `--check` only says whether it is up to date."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iys_portal.core import states_document


class Command(BaseCommand):
    help = "Draw every table of moves into docs/states.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail when the page is old")

    def handle(self, *args: Any, **options: Any) -> None:
        page, path = states_document.render(states_document.tables()), states_document.path()
        if path.exists() and path.read_text(encoding="utf-8") == page:
            return
        if options["check"]:
            raise CommandError("docs/states.md is older than the tables: run `manage.py document_states`.")
        path.parent.mkdir(exist_ok=True)
        path.write_text(page, encoding="utf-8")
        self.stdout.write(f"written: docs/{path.name}")
