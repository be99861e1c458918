"""`document_rules`: draw the rules with their code and tests into docs/rules.md; `--check` only says whether it is up
to date and complete."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from iys_portal.core import rules_document


class Command(BaseCommand):
    help = "Draw every rule, its code and its tests into docs/rules.md."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing, fail when the page is old")

    def handle(self, *args: Any, **options: Any) -> None:
        rules = rules_document.rules()
        if missing := [f"{rule.number}: no {what}" for rule in rules for what in rule.missing]:
            raise CommandError("\n".join(missing))
        page, path = rules_document.render(rules), rules_document.path()
        if path.exists() and path.read_text(encoding="utf-8") == page:
            return
        if options["check"]:
            raise CommandError("docs/rules.md is older than code or tests: run `manage.py document_rules`.")
        path.write_text(page, encoding="utf-8")
        self.stdout.write(f"written: docs/{path.name}")
