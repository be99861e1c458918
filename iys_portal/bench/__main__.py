"""`python -m iys_portal.bench`; ONLY=import,page picks groups, ROWS= sets the size (default 1,000,000)."""

import os
import shutil
import sys

from iys_portal import embedded

NEEDED_PER_ROW = 2_500  # bytes of tables, indexes, log and files for a row, loaded three times


def main() -> None:
    rows = int(os.environ.get("ROWS") or 1_000_000)
    only = {name for name in (os.environ.get("ONLY") or "").split(",") if name}
    free = shutil.disk_usage("/var/tmp").free
    if free < rows * NEEDED_PER_ROW + 2 * 1024**3:
        sys.exit(f"Too little free disk for {rows} rows: {free // 1024**2} MB")
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from . import database, groups

    with database.own_database():
        groups.run(rows=rows, only=only)


if __name__ == "__main__":
    main()
