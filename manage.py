#!/usr/bin/env python
"""Django's command line. On a developer's machine it brings PostgreSQL and Valkey with it (design 10)."""

import os
import sys

from iys_portal import embedded, first_start

# These read settings, sources and templates, never data: no server is started for them.
WITHOUT_SERVERS = {
    "check",
    "collectstatic",
    "compilemessages",
    "diffsettings",
    "findstatic",
    "help",
    "makemessages",
    "version",
}
EMBEDDED_SETTINGS = {"iys_portal.settings.local", "iys_portal.settings.test"}


def main() -> None:
    settings = _settings(sys.argv)
    command = sys.argv[1] if len(sys.argv) > 1 else "help"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings)
    if settings in EMBEDDED_SETTINGS:
        if command in WITHOUT_SERVERS or command.startswith("-") or "--help" in sys.argv or "-h" in sys.argv:
            embedded.planned()
        else:
            try:
                servers = embedded.ensure()
                if settings == "iys_portal.settings.local":
                    first_start.prepare(servers, command=command)
            except (embedded.EmbeddedError, first_start.PreparationError) as error:
                sys.exit(str(error))

    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _settings(arguments: list[str]) -> str:
    for position, word in enumerate(arguments):
        if word.startswith("--settings="):
            return word.partition("=")[2]
        if word == "--settings" and position + 1 < len(arguments):
            return arguments[position + 1]
    return os.environ.get("DJANGO_SETTINGS_MODULE") or "iys_portal.settings.local"


if __name__ == "__main__":
    main()
