"""`python -m iys_portal.bench`; ONLY=import,page picks groups, ROWS= sets the size (default 1,000,000).

Larger registries are made by SQL instead of being imported (`registry`). KEEP=1 keeps what was made and measures on a
copy of it, so that figures can be taken again without filling. ONLY=fill does no more than that.
"""

import os
import shutil
import sys

from iys_portal import embedded

NEEDED_PER_ROW = 3_000  # bytes of tables, indexes, log and files for a row and what is loaded beside it


def main() -> None:
    rows = int(os.environ.get("ROWS") or 1_000_000)
    only = {name for name in (os.environ.get("ONLY") or "").split(",") if name}
    keep = os.environ.get("KEEP") == "1"
    embedded.ensure()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "iys_portal.settings.local")
    os.environ["LOG_LEVEL"] = "ERROR"
    import django

    django.setup()
    from iys_portal.celery import app
    from iys_portal.core.collector import leave_loaded

    from . import database, groups

    copies = 2 if keep and not database.is_kept(rows) else 1
    free, needed = shutil.disk_usage("/var/tmp").free, rows * NEEDED_PER_ROW * copies + 2 * 1024**3
    if free < needed:
        sys.exit(f"Too little free disk for {rows} rows: {free // 1024**2} MB of {needed // 1024**2}")
    app.loader.import_default_modules()
    leave_loaded()  # as a worker does, with all that its tasks need
    groups.run(rows=rows, only=only, keep=keep)


if __name__ == "__main__":
    main()
